import { versioned, workThrough } from '@isthmus/connector-sdk/helpers';
import { eventFieldsOf } from './event-types.js';
import { complete, type Listing, type Scope } from './listing.js';
import type { RegistryClient } from './registry-client.js';
import type { SubjectRow } from './rows.js';
import { SchemaUnreadable } from './schemas/event-fields.js';
import { SourceFault } from './source-fault.js';
import { placeOf, type SubjectPlace } from './subject-place.js';
import { scopeOfSubjects, toEventType } from './to-catalogue.js';
import type { Choice } from './topic-choice.js';

const subjectsAtOnce = 100;
const requestsAtOnce = 4;
/** Another one says everything anew: the same schemas are told otherwise. */
const mapping = 1;

/** Subjects that cannot be read beside others that can: of more it is the registry that is ill. */
const mostUnread = 20;

export interface PlacedSubject {
  readonly subject: string;
  readonly place: SubjectPlace;
}

/** Subjects that belong to the catalogue: of topics that do, and of no topic. */
export function chosenSubjects(
  subjects: readonly string[],
  there: ReadonlySet<string>,
  choice: Choice,
): readonly PlacedSubject[] {
  return subjects
    .map((subject) => ({ subject, place: placeOf(subject, (name) => there.has(name)) }))
    .filter(({ place }) => place.topic === undefined || choice.topic(place.topic, false));
}

/** A subject with the numbers of its versions, ascending; without any: why they cannot be read. */
export interface FoundVersions extends PlacedSubject {
  readonly versions: readonly number[];
  readonly fault?: string;
}

/**
 * Subjects with the numbers of their versions, in order: what is compared to see whether anything changed.
 *
 * @throws SourceFault where it is no matter of single subjects
 */
export async function versionsOf(
  registry: Pick<RegistryClient, 'versions'>,
  subjects: readonly PlacedSubject[],
): Promise<readonly FoundVersions[]> {
  const faults = new SubjectFaults();
  const found = await each(subjects, async (one): Promise<FoundVersions | undefined> => {
    const versions = await faults.unlessOfOne(() => registry.versions(one.subject));
    if (versions instanceof SourceFault) return { ...one, versions: [], fault: versions.message };
    return versions === undefined ? undefined : { ...one, versions };
  });
  return found.flatMap((one) => one ?? []);
}

/** Tells what is wrong with single subjects from what is wrong with the registry. */
class SubjectFaults {
  #unreadCount = 0;

  /** @throws SourceFault */
  async unlessOfOne<T>(ask: () => Promise<T>): Promise<T | SourceFault> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof SourceFault)) throw error;
      if (error.step === 'authorise') return error;
      if (error.step !== 'sample') throw error;
      this.#unreadCount += 1;
      if (this.#unreadCount > mostUnread) throw error;
      return error;
    }
  }
}

/** @returns what was found, for the watch to compare with */
export async function listSubjects(listing: Listing, registry: RegistryClient, there: ReadonlySet<string>) {
  const { run, choice } = listing;
  const scope = run.scope(scopeOfSubjects);
  const subjects = await registry.subjects();
  const listed = await versionsOf(registry, chosenSubjects(subjects, there, choice));
  const placed = [...listed, ...(await unlistedSubjects(listing, registry, subjects, there))];
  const told = new Set<string>();
  const unread = new Map<PlacedSubject, string>();
  const faults = new SubjectFaults();
  for (let from = 0; from < placed.length; from += subjectsAtOnce) {
    const some = placed.slice(from, from + subjectsAtOnce);
    const rows = await each(some, async (one) => {
      const row = one.fault ?? (await faults.unlessOfOne(() => subjectRow(registry, one)));
      const why = row instanceof SourceFault ? row.message : row;
      if (typeof why !== 'string') return why === undefined ? undefined : { row: why, place: one.place };
      unread.set(one, why);
      return undefined;
    });
    for (const { row } of await tellSubjects(
      listing,
      scope,
      registry,
      rows.flatMap((one) => one ?? []),
    ))
      told.add(row.subject);
    run.progress(`listed ${told.size} of ${placed.length} subjects`);
  }
  await tellUnread(listing, unread);
  for (const { subject } of unread.keys()) told.add(subject);
  const kept = await keepHidden(listing, registry, told, there);
  await complete(scope, listing, registryKnownBy([...placed.map(({ subject }) => subject), ...kept]));
  return listed;
}

/** The newest version; undefined: it is gone by now. */
async function subjectRow(
  registry: RegistryClient,
  { subject, versions }: FoundVersions,
): Promise<SubjectRow | undefined> {
  const row = await registry.schema(subject, versions, versions.at(-1) ?? 1);
  if (row === undefined) return undefined;
  const compatibility = await registry.compatibility(subject);
  return compatibility === undefined ? row : { ...row, compatibility };
}

/** What is known of them stays, wherever it was placed. */
async function tellUnread({ run, keys }: Listing, unread: ReadonlyMap<PlacedSubject, string>): Promise<void> {
  if (unread.size === 0) return;
  const scope = run.scope(scopeOfSubjects);
  const missing = (await scope.missing()).map((key) => ({ key, subject: keys.subjectOf(key) }));
  for (const [{ subject, place }, why] of unread) {
    const known = missing.flatMap((one) => (one.subject === subject ? one.key : []));
    for (const key of known.length === 0 ? [keys.subject(subject, place.topic)] : known)
      await scope.finding({
        severity: 'warning',
        code: 'SUBJECT_UNREADABLE',
        message: `subject ${subject} cannot be read, so what is known of it stays: ${why}`,
        key,
      });
  }
}

/**
 * Known subjects that the list lacks, and of which the registry tells by their names: some leave out one of which the newest
 * version was deleted.
 */
async function unlistedSubjects(
  { run, keys, choice }: Listing,
  registry: RegistryClient,
  listed: readonly string[],
  there: ReadonlySet<string>,
): ReturnType<typeof versionsOf> {
  const known = (await run.scope(scopeOfSubjects).missing()).flatMap((key) => keys.subjectOf(key) ?? []);
  const isListed = new Set(listed);
  const unlisted = [...new Set(known)].filter((subject) => !isListed.has(subject));
  // of those that cannot be read it is told that they are not listed
  return (await versionsOf(registry, chosenSubjects(unlisted, there, choice))).filter(
    ({ fault }) => fault === undefined,
  );
}

/**
 * A registry does not say which one it is, so it is known by what it holds: one that holds other subjects counts as another
 * place, and where less than half is left of what was known, nothing is removed. What it does not list it may hold still.
 */
function registryKnownBy(subjects: readonly string[]): string {
  return versioned({ subjects: [...new Set(subjects)].sort() }).sourceVersion;
}

interface FoundSubject {
  readonly row: SubjectRow;
  readonly place: SubjectPlace;
}

async function tellSubjects(
  { run, cluster, keys }: Listing,
  scope: Scope,
  registry: RegistryClient,
  found: readonly FoundSubject[],
): Promise<readonly FoundSubject[]> {
  const things = found.map(({ row, place }) => ({
    ...versioned({ row, place, mapping }),
    key: keys.subject(row.subject, place.topic),
    names: [row.subject],
  }));
  for (const { row, place, key, sourceVersion } of await scope.keepThings('eventType', things)) {
    run.signal.throwIfAborted();
    try {
      const event = await eventFieldsOf(registry, row);
      await scope.eventType({ ...toEventType(cluster, row, place, event), sourceVersion });
    } catch (error) {
      if (!(error instanceof SchemaUnreadable)) throw error;
      await scope.finding({
        severity: 'warning',
        code: 'SCHEMA_UNREADABLE',
        message: `version ${row.version} of subject ${row.subject} cannot be understood, so it stays as it is known: ${error.message}`,
        key,
      });
    }
  }
  return found;
}

/**
 * As with topics: a subject that the user may not read is asked for by its name before it counts as gone.
 *
 * @returns those that are kept
 */
async function keepHidden(
  { run, keys, choice }: Listing,
  registry: RegistryClient,
  told: ReadonlySet<string>,
  there: ReadonlySet<string>,
): Promise<readonly string[]> {
  const scope = run.scope(scopeOfSubjects);
  const kept: string[] = [];
  for (const key of await scope.missing()) {
    const subject = keys.subjectOf(key);
    // one that was told has moved to another topic
    if (subject === undefined || told.has(subject)) continue;
    // of a topic that the filter leaves out: for the boundary of the configuration to judge
    if (chosenSubjects([subject], there, choice).length === 0) continue;
    if (await isGone(registry, subject)) continue;
    await scope.finding({
      severity: 'warning',
      code: 'SUBJECT_NOT_LISTED',
      message: `subject ${subject} was not listed, and the registry does not say that it is gone: it stays as it is known`,
      key,
    });
    kept.push(subject);
  }
  return kept;
}

async function isGone(registry: RegistryClient, subject: string): Promise<boolean> {
  const versions = await new SubjectFaults().unlessOfOne(() => registry.versions(subject));
  return versions === undefined;
}

/** Some requests at a time; results in the order of the items. */
async function each<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const open = [...items.entries()].reverse();
  await workThrough(open, requestsAtOnce, async ([place, item]) => {
    results[place] = await ask(item);
  });
  return results;
}
