import { join } from 'node:path';
import type { Clock, Logger } from '@isthmus/kernel';
import { kafkaPropertiesOf, kafkaSecurity } from '@isthmus/model';
import type { OlderFace } from '../older/older-face.js';
import type { ElementStore } from '../store/element-store.js';
import type { ChangeFacts } from './change-facts.js';
import { ChangePublisher } from './change-publisher.js';
import { eventText } from './event-text.js';
import { event4 } from './events-of-4.js';
import { event6, type Views6 } from './events-of-6.js';
import { type EventRelease, type OutTopicConfiguration, serviceMarkers, topicName } from './out-topic-configuration.js';
import { PlaceFile } from './remembered-place.js';
import { KafkaTopicWriter, type TopicRecord } from './topic-writer.js';

/** How events are told in each release. */
export interface EventFaces extends Views6 {
  readonly older: Pick<OlderFace, 'names' | 'views'>;
}

/** A change as an event of that release. */
export function eventOf(release: EventRelease, faces: EventFaces, facts: ChangeFacts): string {
  return eventText(release === '4.3' ? event4(faces.older, facts) : event6(faces, facts));
}

/** The out topics of one metadata access server: where daemons listen for changes. */
export function publishChanges(
  serverName: string,
  configuration: OutTopicConfiguration,
  faces: EventFaces,
  parts: {
    readonly store: ElementStore;
    readonly folder: string;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly textOf: (reference: string) => Promise<string>;
  },
): ChangePublisher {
  const { bootstrapServers, topicRoot, releases, security } = configuration;
  const topics = releases.map((release) => ({
    release,
    topic: topicName(topicRoot, serverName, serviceMarkers[release]),
  }));
  return new ChangePublisher({
    ...parts,
    writer: new KafkaTopicWriter(bootstrapServers, serverName, () =>
      kafkaSecurity(kafkaPropertiesOf(security), parts.textOf),
    ),
    memory: new PlaceFile(join(parts.folder, 'out-topic.json')),
    records: (facts): readonly TopicRecord[] =>
      topics.map(({ release, topic }) => ({ topic, value: eventOf(release, faces, facts) })),
  });
}
