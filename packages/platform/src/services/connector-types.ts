import { EgeriaError } from '../egeria/egeria-answer.js';
import { type PlatformServicesParts, pathText, type ServiceRoute } from './server-routes.js';

/** What the platform knows of a connector provider by the name of its class. */
export function connectorTypes(find: PlatformServicesParts['connectorType']): readonly ServiceRoute[] {
  const route = (release: '4.3' | '6.1', answer: string): ServiceRoute => ({
    method: 'GET',
    path: '/connector-types/:providerName',
    answer,
    role: 'viewer',
    release,
    handle: async (request) => {
      const name = pathText(request, 'providerName');
      const connectorType = await find(name);
      if (connectorType === undefined) throw unknownProvider(name);
      return { connectorType };
    },
  });
  return [route('4.3', 'ConnectorTypeResponse'), route('6.1', 'OCFConnectorTypeResponse')];
}

function unknownProvider(name: string): EgeriaError {
  return new EgeriaError({
    code: 400,
    messageId: 'OMAG-COMMON-400-016',
    message: `no connector provider here stands for ${name.slice(0, 200)}`,
    exception: 'propertyServer',
    causedBy: 'java.lang.ClassNotFoundException',
    isthmusCode: 'PROVIDER_UNKNOWN',
  });
}
