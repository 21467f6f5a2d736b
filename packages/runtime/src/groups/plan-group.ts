import type { Connection, Registration } from '@isthmus/model';
import { settingKeys } from '../sync/sync-settings.js';
import { isSameValue } from './same-value.js';

/** What kind of change a field's change is (host features F19). */
export type FieldClass = 'cosmetic' | 'schedule' | 'hot' | 'cold' | 'identity';

/** What it takes to bring what runs in line with the group. Keys are connector GUIDs. */
export interface GroupPlan {
  readonly start: readonly Registration[];
  readonly stop: readonly Registration[];
  /** Stop the old instance, then start a new one: the registration or its provider is another one. */
  readonly replace: readonly RegistrationChange[];
  /** New instance with the same identity: cold fields. */
  readonly restart: readonly RegistrationChange[];
  /** Hand the new configuration to the running instance; it may ask for a restart. */
  readonly reconfigure: readonly RegistrationChange[];
  /** Only timers change. */
  readonly reschedule: readonly RegistrationChange[];
  /** Only what people see changes. */
  readonly relabel: readonly RegistrationChange[];
  readonly unchanged: readonly Registration[];
}

export interface RegistrationChange {
  readonly before: Registration;
  readonly after: Registration;
  /** Dotted names of what differs, sorted. */
  readonly fields: readonly string[];
}

const configurationPrefix = 'connection.configurationProperties.';

/** What a change of this class takes. */
const verbs = {
  identity: 'replace',
  cold: 'restart',
  hot: 'reconfigure',
  schedule: 'reschedule',
  cosmetic: 'relabel',
} as const satisfies Record<FieldClass, keyof GroupPlan>;

/** Fields that are neither here nor configuration are cold: a new instance is right whatever they mean. */
const classes: Readonly<Record<string, FieldClass>> = {
  displayName: 'cosmetic',
  description: 'cosmetic',
  connectorName: 'cosmetic',
  version: 'cosmetic',
  generateConnectorActivityReports: 'cosmetic',
  'connection.guid': 'cosmetic',
  'connection.qualifiedName': 'cosmetic',
  'connection.elements': 'cosmetic',
  refreshTimeInterval: 'schedule',
  startDate: 'schedule',
  connectorShutdownDate: 'schedule',
  [`${configurationPrefix}isthmus.schedule`]: 'schedule',
  [`${configurationPrefix}isthmus.timeZone`]: 'schedule',
  ...Object.fromEntries(Object.values(settingKeys).map((key) => [`${configurationPrefix}${key}`, 'cosmetic' as const])),
  // Read anew at each run.
  [`${configurationPrefix}isthmus.approval`]: 'cosmetic',
  // The source of qualified names: the running instance was made for another one.
  [`${configurationPrefix}isthmus.source`]: 'cold',
  connectorGuid: 'identity',
  connectorId: 'identity',
  connection: 'identity',
  'connection.providerName': 'identity',
};

/** Weakest first. */
const strengths: readonly FieldClass[] = ['cosmetic', 'schedule', 'hot', 'cold', 'identity'];

/** Class of a registration's field by its dotted name, e.g. `connection.configurationProperties.include`. */
export function fieldClassOf(field: string): FieldClass {
  return (
    (Object.hasOwn(classes, field) ? classes[field] : undefined) ??
    (field.startsWith(configurationPrefix) ? 'hot' : 'cold')
  );
}

/** The strongest class among the fields; undefined when there are none. */
export function strongestClass(fields: readonly string[]): FieldClass | undefined {
  return fields
    .map(fieldClassOf)
    .reduce<FieldClass | undefined>(
      (strongest, candidate) =>
        strongest === undefined || strengths.indexOf(candidate) > strengths.indexOf(strongest) ? candidate : strongest,
      undefined,
    );
}

/**
 * Compares what a group wants with what its connectors are held to. Pure; the order of the result depends on the GUIDs
 * alone. A change in several classes is planned by the strongest of them.
 *
 * @param desired - in any order; of several with one connector GUID only one counts (see `withoutDuplicates`)
 * @param running - by connector GUID
 */
export function planGroup(desired: readonly Registration[], running: ReadonlyMap<string, Registration>): GroupPlan {
  const { registrations } = withoutDuplicates(desired, running);
  const plan = {
    start: [] as Registration[],
    stop: [] as Registration[],
    replace: [] as RegistrationChange[],
    restart: [] as RegistrationChange[],
    reconfigure: [] as RegistrationChange[],
    reschedule: [] as RegistrationChange[],
    relabel: [] as RegistrationChange[],
    unchanged: [] as Registration[],
  };
  for (const after of registrations) {
    const before = running.get(after.connectorGuid);
    const fields = before === undefined ? [] : changedFields(before, after);
    const strongest = strongestClass(fields);
    if (before === undefined) plan.start.push(after);
    else if (strongest === undefined) plan.unchanged.push(after);
    else plan[verbs[strongest]].push({ before, after, fields });
  }
  // as many wanted as there are running: nobody is left over
  if (running.size > registrations.length - plan.start.length) {
    const wanted = new Set(registrations.map(({ connectorGuid }) => connectorGuid));
    plan.stop = [...running.values()].filter(({ connectorGuid }) => !wanted.has(connectorGuid)).sort(byGuid);
  }
  return plan;
}

/** Whether there is nothing to do. */
export function isEmptyPlan(plan: GroupPlan): boolean {
  const { unchanged: _, ...work } = plan;
  return Object.values(work).every((list) => list.length === 0);
}

/**
 * One registration per connector GUID, sorted by it. Of several the one that runs counts, so that the order in which a
 * server lists them does not make connectors come and go; else the one of the lowest connector id.
 */
export function withoutDuplicates(
  desired: readonly Registration[],
  running: ReadonlyMap<string, Registration>,
): { readonly registrations: readonly Registration[]; readonly duplicates: readonly Registration[] } {
  // what was accepted once is in order: ten thousand need not be sorted at every poll
  if (isOrdered(desired)) return { registrations: desired, duplicates: [] };
  const chosen = new Map<string, Registration>();
  const duplicates: Registration[] = [];
  for (const candidate of [...desired].sort(byChoice)) {
    const other = chosen.get(candidate.connectorGuid);
    const runs = running.get(candidate.connectorGuid)?.connectorId === candidate.connectorId;
    if (other === undefined) chosen.set(candidate.connectorGuid, candidate);
    else if (runs && other.connectorId !== candidate.connectorId) {
      duplicates.push(other);
      chosen.set(candidate.connectorGuid, candidate);
    } else duplicates.push(candidate);
  }
  return { registrations: [...chosen.values()], duplicates };
}

/** Dotted names of what differs, sorted. */
export function changedFields(before: Registration, after: Registration): readonly string[] {
  if (isSameValue(before, after)) return [];
  const { connection: connectionBefore, ...plainBefore } = before;
  const { connection: connectionAfter, ...plainAfter } = after;
  return [...differences(plainBefore, plainAfter, ''), ...connectionChanges(connectionBefore, connectionAfter)].sort();
}

function connectionChanges(before: Connection | undefined, after: Connection | undefined): readonly string[] {
  if (before === undefined || after === undefined) return before === after ? [] : ['connection'];
  const { configurationProperties: configurationBefore, ...plainBefore } = before;
  const { configurationProperties: configurationAfter, ...plainAfter } = after;
  return [
    ...differences(plainBefore, plainAfter, 'connection.'),
    ...differences(configurationBefore, configurationAfter, configurationPrefix),
  ];
}

function differences(before: object, after: object, prefix: string): readonly string[] {
  const befores = new Map<string, unknown>(Object.entries(before));
  const afters = new Map<string, unknown>(Object.entries(after));
  const names = new Set([...befores.keys(), ...afters.keys()]);
  return [...names]
    .filter((name) => !isSameValue(befores.get(name), afters.get(name)))
    .map((name) => `${prefix}${name}`);
}

function byGuid(a: Registration, b: Registration): number {
  return compare(a.connectorGuid, b.connectorGuid) || compare(a.connectorId, b.connectorId);
}

/** By GUID, each once. */
function isOrdered(registrations: readonly Registration[]): boolean {
  let last: string | undefined;
  for (const { connectorGuid } of registrations) {
    if (last !== undefined && connectorGuid <= last) return false;
    last = connectorGuid;
  }
  return true;
}

/** Of one registration read twice with different content the newer counts. */
function byChoice(a: Registration, b: Registration): number {
  return byGuid(a, b) || b.version - a.version || compare(JSON.stringify(a), JSON.stringify(b));
}

/** By code units: the same on every machine, whatever its locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
