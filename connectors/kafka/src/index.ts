import { defineConnector } from '@isthmus/connector-sdk';
import { fromConnection, fromTopicMonitor, kafkaConfiguration, kafkaNames } from './kafka-config.js';
import { KafkaConnector } from './kafka-connector.js';

export { type KafkaConfiguration, kafkaConfiguration } from './kafka-config.js';

const egeria = 'org.odpi.openmetadata.adapters.connectors';

/** Catalogues Kafka clusters: topics, who reads them, and the types of their events. */
export const kafkaConnector = defineConnector({
  kind: 'topic',
  provider: 'kafka',
  version: 1,
  targets: true,
  configuration: kafkaConfiguration,
  fromConnection,
  replaces: {
    [`${egeria}.apachekafka.integration.KafkaTopicIntegrationProvider`]: fromTopicMonitor,
    [`${egeria}.integration.kafka.KafkaMonitorIntegrationProvider`]: fromTopicMonitor,
  },
  boundary: ({ clusterName, include, exclude, internalTopics, groups, includeGroups, excludeGroups, registryUrl }) => ({
    clusterName,
    include,
    exclude,
    internalTopics,
    groups,
    includeGroups,
    excludeGroups,
    registryUrl,
  }),
  naming: ({ qualifiedNames }) => kafkaNames.shape(qualifiedNames),
  create: (context, configuration) => new KafkaConnector(context, configuration),
});
