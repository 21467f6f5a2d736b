import { groupPartTypes } from '@isthmus/model';
import { isRecord } from '../guards.js';

/** Whether a group may have changed by what an event tells. */
export type EventMeaning = 'relevant' | 'other' | 'malformed';

/** Links of which 4.3's name is another. */
const olderNames: ReadonlySet<string> = new Set(['ConnectionToAsset', 'ConnectionEndpoint']);
/** Events of 5.3 that name a group or a connector themselves. */
const groupEvents: ReadonlySet<string> = new Set([
  'IntegrationGroupConfigurationEvent',
  'IntegrationConnectorConfigurationEvent',
]);
/** Whoever writes more is not read: an event tells of one element. */
const mostCharacters = 4_000_000;

/** What an event says is never acted on: it only makes a group be read. Events of 4.3, 5.x and 6.x. */
export function meaningOf(text: string): EventMeaning {
  if (text.length > mostCharacters) return 'malformed';
  const event = parse(text);
  if (!isRecord(event)) return 'malformed';
  if (isRecord(event.elementHeader)) return meaningOfType(event.elementHeader.type);
  if (typeof event.class !== 'string') return 'malformed';
  if (groupEvents.has(event.class)) return 'relevant';
  // 4.3 has further events on the same topic, of engines and their services.
  if (event.class !== 'WatchdogGovernanceServiceEvent') return 'other';
  const told = event.watchdogGovernanceEvent;
  if (!isRecord(told)) return 'malformed';
  const subject = told.metadataElement ?? told.relatedMetadataElements;
  return isRecord(subject) ? meaningOfType(subject.type) : 'malformed';
}

function meaningOfType(type: unknown): EventMeaning {
  if (!isRecord(type) || typeof type.typeName !== 'string') return 'malformed';
  const names: readonly unknown[] = Array.isArray(type.superTypeNames)
    ? [type.typeName, ...type.superTypeNames]
    : [type.typeName];
  const isPart = names.some((name) => typeof name === 'string' && (groupPartTypes.has(name) || olderNames.has(name)));
  return isPart ? 'relevant' : 'other';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
