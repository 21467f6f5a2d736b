import { createHash } from 'node:crypto';
import { elementByGuid } from './element-lookup.js';
import type { GroupMembers } from './element-store.js';
import { type MemberRecord, readMembers, registrationsOf, sourcesOf } from './group-members.js';
import { OneToMany } from './one-to-many.js';
import type { Snapshot, SnapshotPool } from './snapshot-pool.js';
import { visibility } from './store-schema.js';
import type { TypeCodes } from './type-codes.js';

/** A committed change of something that groups consist of: an element, or a link between the ends given. */
export interface GroupChange {
  readonly guid: string;
  readonly end1?: string;
}

/** Changes remembered; a group that was not asked about for longer is read anew. */
const mostChanges = 20_000;
/** Groups remembered, and registrations of all of them together; a daemon has a handful of groups. */
const mostGroups = 200;
const mostMembers = 200_000;

/**
 * What daemons read of groups, kept up to date by re-reading only the registrations that a change may have touched:
 * whatever the change says, what counts is what the store holds now.
 */
export class GroupVersions {
  readonly #changes: GroupChange[] = [];
  /** Number of the first change that is remembered. */
  #first = 0;
  readonly #groups = new Map<string, KnownGroup>();

  constructor(
    private readonly snapshots: SnapshotPool,
    private readonly codes: TypeCodes,
  ) {}

  /** Called in the turn of the commit, so that no snapshot with the changes is read without them. */
  committed(changes: readonly GroupChange[]): void {
    for (const change of changes) this.#changes.push(change);
    const surplus = this.#changes.length - mostChanges;
    if (surplus <= 0) return;
    const dropped = Math.min(this.#changes.length, surplus + mostChanges / 2);
    this.#changes.splice(0, dropped);
    this.#first += dropped;
  }

  /** Undefined: no such group. Never older than the last commit before the call. */
  async members(groupGuid: string): Promise<GroupMembers | undefined> {
    const known = this.#groups.get(groupGuid) ?? new KnownGroup(groupGuid, this.codes);
    this.#groups.delete(groupGuid);
    this.#groups.set(groupGuid, known);
    this.#forgetOldest();
    // one reading of a group at a time; whoever comes later finds it up to date or brings it on from there
    const reading = known.reading.then(() => this.#bringUp(known));
    known.reading = reading.catch(() => undefined);
    await reading;
    return known.current;
  }

  async #bringUp(known: KnownGroup): Promise<void> {
    const end = this.#first + this.#changes.length;
    if (known.upTo === end) return;
    const isRemembered = known.upTo !== undefined && known.upTo >= this.#first;
    const changes = isRemembered ? this.#changes.slice((known.upTo ?? 0) - this.#first) : undefined;
    known.upTo = undefined;
    await this.snapshots.run((snapshot) => known.read(snapshot, changes));
    known.upTo = end;
  }

  #forgetOldest(): void {
    let total = 0;
    for (const group of this.#groups.values()) total += group.size;
    for (const [guid, group] of this.#groups) {
      if (this.#groups.size === 1 || (this.#groups.size <= mostGroups && total <= mostMembers)) return;
      total -= group.size;
      this.#groups.delete(guid);
    }
  }
}

class KnownGroup {
  current: GroupMembers | undefined;
  /** Number of the change that it was brought up to; undefined: to none. */
  upTo: number | undefined;
  reading: Promise<void> = Promise.resolve();
  readonly #members = new Map<string, MemberRecord>();
  /** GUID of an element -> GUIDs of the registrations whose version it has a part in. */
  readonly #uses = new OneToMany();

  constructor(
    private readonly guid: string,
    private readonly codes: TypeCodes,
  ) {}

  get size(): number {
    return this.#members.size;
  }

  /** @param changes - what was committed since the last reading; undefined: not known, so everything is read */
  async read(snapshot: Snapshot, changes: readonly GroupChange[] | undefined): Promise<void> {
    const group = elementByGuid(snapshot.database, this.guid);
    if (group === undefined || group.visible !== visibility.live) {
      this.#clear();
      this.current = undefined;
      return;
    }
    const isAnew = changes === undefined || this.current === undefined;
    const touched = isAnew ? undefined : [...(await this.#touched(snapshot, changes))];
    const isElementTouched = changes?.some(({ guid }) => guid === this.guid) ?? true;
    if (touched?.length === 0 && !isElementTouched) return;
    if (touched === undefined) this.#clear();
    for (const guid of touched ?? []) this.#drop(guid);
    for (const member of await readMembers(snapshot, this.codes, group.id, touched)) this.#put(member);
    const members = [...this.#members.values()].sort((one, other) => one.order - other.order);
    await snapshot.slice.pause();
    const digest = createHash('sha256').update(`${group.guid} ${group.sequence}@${group.update_time}\n`);
    for (const { registrationGuid, version } of members) digest.update(`${registrationGuid} ${version}\n`);
    this.current = { version: digest.digest('base64url'), members };
  }

  async #touched({ database, slice }: Snapshot, changes: readonly GroupChange[]): Promise<ReadonlySet<string>> {
    const touched = new Set<string>();
    for (const { guid, end1 } of changes) {
      if (end1 === this.guid) touched.add(guid);
      else if (end1 !== undefined) addAll(touched, this.#uses.of(end1));
      else if (this.#uses.has(guid)) addAll(touched, this.#uses.of(guid));
      // not known as a part of it: restored, maybe, with links that nobody tells of
      else for (const source of sourcesOf(database, this.codes, guid)) addAll(touched, this.#uses.of(source));
      if (end1 === undefined) addAll(touched, registrationsOf(database, this.codes, this.guid, guid));
      await slice.pause();
    }
    return touched;
  }

  #put(member: MemberRecord): void {
    this.#members.set(member.registrationGuid, member);
    for (const element of member.elements) this.#uses.add(element, member.registrationGuid);
  }

  #drop(registrationGuid: string): void {
    for (const element of this.#members.get(registrationGuid)?.elements ?? [])
      this.#uses.remove(element, registrationGuid);
    this.#members.delete(registrationGuid);
  }

  #clear(): void {
    this.#members.clear();
    this.#uses.clear();
  }
}

function addAll(set: Set<string>, items: Iterable<string>): void {
  for (const item of items) set.add(item);
}
