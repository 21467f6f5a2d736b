import { versioned } from '@isthmus/connector-sdk/helpers';
import type { GroupRow, SettingsByTopic, TopicRow } from './rows.js';
import type { PlacedSubject } from './subject-listing.js';

export type Aspect = 'topics' | 'settings' | 'groups' | 'subjects';

/** What was seen of a cluster, each aspect as one short text that changes when anything of it does. */
export type Seen = Readonly<Partial<Record<Aspect, string>>>;

export interface SeenRows {
  readonly topics?: readonly TopicRow[] | undefined;
  readonly settings?: SettingsByTopic | undefined;
  readonly groups?: readonly GroupRow[] | undefined;
  readonly subjects?: readonly (PlacedSubject & { readonly versions: readonly number[] })[] | undefined;
  /** By name the ids of all topics: one that was made again takes the types of its events with it when it goes. */
  readonly topicIds: ReadonlyMap<string, string>;
}

export function idsOf(topics: readonly TopicRow[]): ReadonlyMap<string, string> {
  return new Map(topics.map(({ name, id }) => [name, id]));
}

export function fingerprints({ topics, settings, groups, subjects, topicIds }: SeenRows): Seen {
  return {
    ...(topics === undefined ? {} : { topics: print(topics) }),
    ...(settings === undefined ? {} : { settings: print([...settings].sort()) }),
    ...(groups === undefined ? {} : { groups: print(groups) }),
    ...(subjects === undefined
      ? {}
      : { subjects: print(subjects.map((one) => [one, topicIds.get(one.place.topic ?? '')])) }),
  };
}

function print(rows: readonly unknown[]): string {
  return versioned({ rows }).sourceVersion;
}
