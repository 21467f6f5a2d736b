import { createHash } from 'node:crypto';
import type { Registration } from '@isthmus/model';
import type { SlotName, SlotSpec } from '../slot/slot.js';
import type { FleetGroup } from './connector-fleet.js';

const reserved = 'isthmus.';

/** `<daemon server>|<metadata collection>|<group GUID>|<connector GUID>` */
export function slotOf(daemonName: string, group: FleetGroup, connectorGuid: string): SlotName {
  return [daemonName, group.metadataCollectionId, group.guid, connectorGuid].join('|');
}

/** Middle part of qualified names. */
/** The metadata collection that the slot is about. */
export function collectionOf(slot: SlotName): string {
  return slot.split('|')[1] ?? '';
}

export function sourceOf(registration: Registration): string {
  const own = registration.connection?.configurationProperties[`${reserved}source`];
  return (
    registration.metadataCollectionQualifiedName ??
    (typeof own === 'string' && own !== '' ? own : registration.qualifiedName)
  );
}

/** Outside of it nothing runs. */
export function windowOf(registration: Registration): Pick<SlotSpec, 'notBefore' | 'notAfter'> {
  const { startDate, connectorShutdownDate } = registration;
  return {
    ...(startDate === undefined ? {} : { notBefore: startDate }),
    ...(connectorShutdownDate === undefined ? {} : { notAfter: connectorShutdownDate }),
  };
}

export function windowAt(registration: Registration, now: number): 'before' | 'inside' | 'after' {
  const { notBefore, notAfter } = windowOf(registration);
  if (notAfter !== undefined && now >= notAfter) return 'after';
  return notBefore !== undefined && now < notBefore ? 'before' : 'inside';
}

/** A group of the same name that was made anew is another one. */
export function isSameGroup(one: FleetGroup, other: FleetGroup): boolean {
  return one.guid === other.guid && one.metadataCollectionId === other.metadataCollectionId;
}

export function isSameSpec(one: SlotSpec | undefined, other: SlotSpec): boolean {
  return (
    one !== undefined &&
    one.slot === other.slot &&
    one.revision === other.revision &&
    one.notBefore === other.notBefore &&
    one.notAfter === other.notAfter &&
    one.paused === other.paused &&
    one.endless === other.endless &&
    (one.schedule === other.schedule || JSON.stringify(one.schedule) === JSON.stringify(other.schedule))
  );
}

const revisions = new WeakMap<Registration, string>();

/** Over all that a running instance was made from: when it changes, the run under way is no longer what is wanted. */
export function revisionOf(registration: Registration): string {
  const known = revisions.get(registration);
  if (known !== undefined) return known;
  const { connection, connectorGuid, permittedSynchronization, usesBlockingCalls, connectorUserId } = registration;
  const revision = stableHash({
    connectorGuid,
    permittedSynchronization,
    usesBlockingCalls,
    connectorUserId,
    source: sourceOf(registration),
    providerName: connection?.providerName,
    networkAddress: connection?.networkAddress,
    userId: connection?.userId,
    configuration: ownConfiguration(registration),
  });
  revisions.set(registration, revision);
  return revision;
}

/**
 * @param own - what the connector says decides what belongs to the source; undefined: the whole configuration
 * @param target - the element that the connector may read where to look from: another one of the target's name is another source
 */
export function boundaryOf(
  registration: Registration,
  own: unknown,
  target?: { readonly guid: string; readonly qualifiedName?: string },
): string {
  const { connection } = registration;
  return stableHash({
    providerName: connection?.providerName,
    networkAddress: connection?.networkAddress,
    source: sourceOf(registration),
    configuration: own ?? ownConfiguration(registration),
    ...(target !== undefined && { target: target.qualifiedName ?? target.guid }),
  });
}

function ownConfiguration(registration: Registration): Readonly<Record<string, unknown>> {
  const all = registration.connection?.configurationProperties ?? {};
  return Object.fromEntries(Object.entries(all).filter(([key]) => !key.startsWith(reserved)));
}

function stableHash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value, sortKeys)).digest('base64url');
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
