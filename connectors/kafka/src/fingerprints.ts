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
}

export function fingerprints({ topics, settings, groups, subjects }: SeenRows): Seen {
  return {
    ...(topics === undefined ? {} : { topics: print(topics) }),
    ...(settings === undefined ? {} : { settings: print([...settings].sort()) }),
    ...(groups === undefined ? {} : { groups: print(groups) }),
    ...(subjects === undefined ? {} : { subjects: print(subjects) }),
  };
}

function print(rows: readonly unknown[]): string {
  return versioned({ rows }).sourceVersion;
}
