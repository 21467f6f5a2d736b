import { IsthmusError } from '@isthmus/kernel';
import { EgeriaError, type EgeriaFailure, type EgeriaRelease } from '@isthmus/platform';
import type { ConnectorStatus, GroupStatus } from '@isthmus/runtime';

const services = 'INTEGRATION-DAEMON-SERVICES';

/** Faults of the daemon in Egeria's words. */
export function toDaemonFailure(error: unknown): EgeriaFailure | undefined {
  if (!IsthmusError.is(error)) return undefined;
  const { code: isthmusCode, message } = error;
  const invalid = { code: 400, exception: 'invalidParameter', message, isthmusCode } as const;
  switch (isthmusCode) {
    case 'CONNECTOR_NOT_FOUND':
      return { ...invalid, messageId: `${services}-400-031`, properties: { parameterName: 'connectorName' } };
    case 'GROUP_NOT_FOUND':
      return { ...invalid, messageId: `${services}-400-034`, properties: { parameterName: 'integrationGroupName' } };
    case 'PROVIDER_UNKNOWN':
    case 'PROVIDER_JAVA_ONLY':
    case 'PROVIDER_UNUSABLE':
      return {
        ...invalid,
        messageId: 'OMAG-MULTI-TENANT-400-004',
        properties: { parameterName: 'connectorProviderClassName' },
      };
    case 'CONNECTOR_STOPPED':
    case 'GROUP_LIST_REJECTED':
      return { code: 409, exception: 'propertyServer', messageId: 'OMAG-COMMON-400-016', message, isthmusCode };
    case 'STORE_UNREACHABLE':
    case 'STORE_NOT_AUTHORIZED':
    case 'STORE_REFUSED':
    case 'STORE_ANSWER_INVALID':
    case 'STORE_PAGES_CHANGED':
      return { code: 400, exception: 'propertyServer', messageId: `${services}-400-033`, message, isthmusCode };
    default:
      return undefined;
  }
}

/** No service of this marker: connectors are configured by integration groups alone. */
export function serviceNotRunning(marker: string): EgeriaError {
  return new EgeriaError({
    code: 400,
    messageId: `${services}-400-030`,
    message: `the integration service ${marker} is not configured here; connectors run in integration groups`,
    exception: 'invalidParameter',
    properties: { parameterName: 'serviceURLMarker' },
  });
}

/** Nothing runs for the class or provider that its registration names. */
export function notLoaded(connector: ConnectorStatus | undefined): EgeriaError {
  const reason = connector?.reason;
  return new EgeriaError({
    code: 400,
    messageId: `${services}-400-031`,
    message: `the connector ${connector?.name} does not run: ${reason?.message}`,
    exception: 'invalidParameter',
    properties: { parameterName: 'connectorName' },
    ...(reason === undefined ? {} : { isthmusCode: reason.code }),
  });
}

/** A connector of another kind than the service of this marker runs. 4.3 names the class as the parameter. */
export function ofAnotherService(provider: string, kind: string, marker: string): EgeriaError {
  return new EgeriaError({
    code: 400,
    messageId: 'OMAG-MULTI-TENANT-400-004',
    message: `connectors of ${provider} are of kind ${kind}, which ${marker} does not run`,
    exception: 'invalidParameter',
    properties: { parameterName: provider },
  });
}

export function noGroups(): EgeriaError {
  return new EgeriaError({
    code: 400,
    messageId: `${services}-400-035`,
    message: 'no integration groups run in this daemon',
    exception: 'propertyServer',
  });
}

/** The metadata access server answered that there is no such group. 4.3 puts the blame there, 6.1 on the name. */
export function groupNotStored({ key, pending }: GroupStatus, release: EgeriaRelease): EgeriaError {
  const name = key.qualifiedName;
  const held = `; ${pending?.stops.length} connectors run on until \`isthmus group confirm ${name}\``;
  return new EgeriaError({
    code: 400,
    messageId: `${services}-400-032`,
    message: `the metadata access server has no integration group ${name}${pending === undefined ? '' : held}`,
    exception: release === '4.3' ? 'propertyServer' : 'invalidParameter',
    ...(release === '4.3' ? {} : { properties: { parameterName: 'integrationGroupName' } }),
    isthmusCode: 'GROUP_NOT_FOUND',
  });
}

export function nameMissing(parameterName: string): EgeriaError {
  return new EgeriaError({
    code: 400,
    messageId: 'OMAG-COMMON-400-006',
    message: `${parameterName} is missing or empty`,
    exception: 'invalidParameter',
    properties: { parameterName },
  });
}
