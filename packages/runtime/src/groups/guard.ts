import type { GroupSnapshot, Registration } from '@isthmus/model';
import { planGroup } from './plan-group.js';

/** How much a list may stop at once without a person's word: both bounds must be passed to be too much. */
export interface ChangeBudget {
  /** Default 5. */
  readonly stops: number;
  /** Of the connectors that the group has now. Default 0.3. */
  readonly share: number;
}
export const defaultChangeBudget: ChangeBudget = { stops: 5, share: 0.3 };

/** What a point read of one connector's registration said. */
export type PointRead =
  | { readonly kind: 'gone' }
  | { readonly kind: 'present'; readonly registration: Registration }
  /** It failed: nothing is known. */
  | { readonly kind: 'unknown'; readonly message: string };

export interface GuardFacts {
  /** By connector GUID. */
  readonly pointReads: ReadonlyMap<string, PointRead>;
  /** What a person let through: connectors that may stop, and whether an older list may count. */
  readonly confirmed?: { readonly stops: ReadonlySet<string>; readonly older: boolean };
}

export type Verdict =
  | { readonly kind: 'accept' }
  /** These connectors would stop: ask for each of them alone, then judge again. */
  | { readonly kind: 'point-reads'; readonly connectorGuids: readonly string[] }
  /** The list contradicts a point read: it was cut or shifted. */
  | { readonly kind: 'reread'; readonly message: string }
  | { readonly kind: 'reject'; readonly cause: 'older' | 'unknown'; readonly message: string }
  | { readonly kind: 'needs-confirmation'; readonly stops: readonly Registration[]; readonly total: number };

/**
 * Judges a complete list before anything is done about it. Pure. A list that stops nobody and holds nothing older is
 * accepted as it is; an empty list or a missing group is no special case: it stops everybody.
 */
export function guardList(
  accepted: GroupSnapshot | undefined,
  read: GroupSnapshot,
  facts: GuardFacts,
  budget: ChangeBudget,
): Verdict {
  if (accepted === undefined) return { kind: 'accept' };
  const older = findOlder(accepted, read);
  if (older !== undefined && !facts.confirmed?.older) return { kind: 'reject', cause: 'older', message: older };
  const stops = findStops(accepted, read);
  const total = accepted.registrations.length;
  const unconfirmed = stops.some(({ connectorGuid }) => !facts.confirmed?.stops.has(connectorGuid));
  if (unconfirmed && stops.length > budget.stops && stops.length > budget.share * total)
    return { kind: 'needs-confirmation', stops, total };
  return judgePointReads(stops, read, facts.pointReads);
}

function judgePointReads(
  stops: readonly Registration[],
  read: GroupSnapshot,
  pointReads: ReadonlyMap<string, PointRead>,
): Verdict {
  const unasked = stops.filter(({ connectorGuid }) => !pointReads.has(connectorGuid));
  if (unasked.length > 0)
    return { kind: 'point-reads', connectorGuids: unasked.map(({ connectorGuid }) => connectorGuid) };
  const listed = new Set(read.registrations.map(({ connectorGuid }) => connectorGuid));
  let unknown: Verdict | undefined;
  for (const { connectorGuid, connectorName } of stops) {
    const answer = pointReads.get(connectorGuid);
    if (answer?.kind === 'unknown')
      unknown ??= {
        kind: 'reject',
        cause: 'unknown',
        message: `it is not certain whether ${connectorName} is still registered: ${answer.message}`,
      };
    if (answer?.kind === 'present' && (!listed.has(connectorGuid) || answer.registration.connection !== undefined))
      return { kind: 'reread', message: `the list lacks ${connectorName}, which the server says is registered` };
    if (answer?.kind === 'gone' && listed.has(connectorGuid))
      return { kind: 'reread', message: `${connectorName} is listed, but the server says that it is not registered` };
  }
  return unknown ?? { kind: 'accept' };
}

/** Connectors that would no longer run: gone from the list, or still there without a connection to run by. */
export function findStops(accepted: GroupSnapshot, read: GroupSnapshot): readonly Registration[] {
  const known = new Map(accepted.registrations.map((registration) => [registration.connectorGuid, registration]));
  const plan = planGroup(read.registrations, known);
  const disconnected = plan.replace.filter(({ before, after }) => before.connection && !after.connection);
  return [...plan.stop, ...disconnected.map(({ before }) => before)];
}

/** What is older than it was known, in words. Versions of another store say nothing about those of this one. */
function findOlder(accepted: GroupSnapshot, read: GroupSnapshot): string | undefined {
  if (accepted.metadataCollectionId !== read.metadataCollectionId) return undefined;
  if (accepted.group?.guid === read.group?.guid && isLower(read.group?.version, accepted.group?.version))
    return `the group has version ${read.group?.version}, but ${accepted.group?.version} was known`;
  const known = new Map(accepted.registrations.map(({ connectorGuid, version }) => [connectorGuid, version]));
  const older = read.registrations.find(({ connectorGuid, version }) => isLower(version, known.get(connectorGuid)));
  return (
    older && `${older.connectorName} has version ${older.version}, but ${known.get(older.connectorGuid)} was known`
  );
}

function isLower(version: number | undefined, than: number | undefined): boolean {
  return version !== undefined && than !== undefined && version < than;
}
