import { defineConnector } from '@isthmus/connector-sdk';
import { fromConnection, mqttConfiguration, mqttNames } from './mqtt-config.js';
import { MqttConnector } from './mqtt-connector.js';

export { type MqttConfiguration, mqttConfiguration } from './mqtt-config.js';

/** Catalogues the topics that are heard at MQTT brokers, and what their messages look like. */
export const mqttConnector = defineConnector({
  kind: 'topic',
  provider: 'mqtt',
  version: 1,
  targets: true,
  configuration: mqttConfiguration,
  fromConnection,
  boundary: ({ host, port, brokerName, include, exclude, collapse, collapseIds, maxTopics }) => ({
    host,
    port,
    brokerName,
    include,
    exclude,
    collapse,
    collapseIds,
    maxTopics,
  }),
  naming: ({ qualifiedNames }) => mqttNames.shape(qualifiedNames),
  create: (context, configuration) => new MqttConnector(context, configuration),
});
