import { isRecord } from '../documents/document-check.js';
import type { EgeriaRelease } from '../egeria/egeria-manners.js';
import { type AdminRoute, queryParameter } from './admin-route.js';
import { without } from './document-sections.js';
import { plainBean } from './request-beans.js';

const path = '/event-bus';
const defaultRoot = 'egeria.omag';

export const eventBusRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path,
    answer: 'EventBusConfigResponse',
    handle: ({ document, manners }) => {
      const bus = document().eventBusConfig;
      return isRecord(bus) ? { config: shownBus(bus, manners.release) } : {};
    },
  },
  {
    method: 'POST',
    path,
    async handle(call) {
      const properties = plainBean(call.request, 'maybe');
      const connectorProvider = queryParameter(call.request, 'connectorProvider');
      const eventBusConfig = {
        class: 'EventBusConfig',
        ...(connectorProvider ? { connectorProvider } : {}),
        topicURLRoot: queryParameter(call.request, 'topicURLRoot') || defaultRoot,
        ...(Object.keys(properties).length === 0 ? {} : { configurationProperties: properties }),
      };
      await call.edit('updated configuration for default event bus.', (document) => ({ ...document, eventBusConfig }));
      return undefined;
    },
  },
  {
    method: 'DELETE',
    path,
    async handle(call) {
      await call.edit('deleted configuration for default event bus.', (document) =>
        without(document, 'eventBusConfig'),
      );
      return undefined;
    },
  },
];

/** 4.3 tells the properties under two names. */
function shownBus(bus: Readonly<Record<string, unknown>>, release: EgeriaRelease): Readonly<Record<string, unknown>> {
  const properties = bus.configurationProperties;
  return release === '4.3' && properties !== undefined ? { ...bus, additionalProperties: properties } : bus;
}
