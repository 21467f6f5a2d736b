import { type PatternFilter, patternFilter } from '@isthmus/connector-sdk/helpers';
import type { KafkaConfiguration } from './kafka-config.js';

/** Which topics and consumer groups belong to the catalogue. */
export interface Choice {
  topic(name: string, isInternal: boolean): boolean;
  group(id: string): boolean;
}

export function choiceOf(configuration: KafkaConfiguration): Choice {
  const { include, exclude, internalTopics, includeGroups, excludeGroups } = configuration;
  const topics = patternFilter({ include, exclude });
  const groups = patternFilter({ include: includeGroups, exclude: excludeGroups });
  return {
    topic: (name, isInternal) => (internalTopics || !(isInternal || name.startsWith('_'))) && isChosen(topics, name),
    group: (id) => isChosen(groups, id),
  };
}

/** Names are no paths: a `/` in them is a character like others. */
function isChosen(filter: PatternFilter, name: string): boolean {
  const plain = name.replaceAll('/', '\u2215');
  return filter.includes(plain) && !filter.excludes(plain);
}
