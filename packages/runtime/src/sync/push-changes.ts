import type { JudgedAnswer } from '@isthmus/connector-host';
import { mostPushedAtOnce, type PushedElement, type SourceItem } from '@isthmus/connector-sdk';
import type { Clock } from '@isthmus/kernel';
import { type Grant, type MetadataElement, type MetadataStore, printOf } from '@isthmus/model';
import type { FieldConflict, ItemKey, KnownItem, PushedField, SyncJournal, SyncOwner } from '../journal/journal.js';
import { changesOf, type DirtyElement, offeredBy, placeOf, pushedElement, toldBy } from './push-element.js';
import type { RunTally } from './run-tally.js';
import type { PushSender } from './sync-engine.js';
import type { SyncSettings } from './sync-settings.js';
import { tellConflict } from './tell-conflict.js';

export interface PushParts {
  readonly store: MetadataStore;
  readonly journal: SyncJournal;
  readonly clock: Clock;
  readonly owner: SyncOwner;
  readonly grant: Grant;
  /** Of which the source takes elements. */
  readonly types: readonly string[];
  readonly settings: SyncSettings;
  readonly tally: RunTally;
  readonly signal: AbortSignal;
}

const comparedAtOnce = 200;
const longestValue = 100;
/** How often a source may have changed meanwhile before it is left to the next run. */
const mostRounds = 4;

/**
 * Hands elements that others changed to the source, and remembers how the source shows them then, so that the refresh
 * that follows finds them unchanged. What is dirty is kept in the journal until its answer is: after a crash the source is
 * asked once more, and says that it has it already. What we wrote ourselves is known again by what was written.
 */
export async function pushChanges(parts: PushParts, send: PushSender): Promise<void> {
  const { journal, owner } = parts;
  let after: string | undefined;
  for (;;) {
    parts.signal.throwIfAborted();
    const guids = await journal.dirty(owner, after, mostPushedAtOnce);
    if (guids.length === 0) return;
    after = guids.at(-1);
    if (guids.includes('')) await findDirty(parts);
    else await pushPage(parts, guids, send);
    if (guids.includes('') && guids.length > 1) after = '';
  }
}

/** Compares all elements that the source takes: nobody told what changed. */
async function findDirty({ store, journal, owner, grant, types, tally, signal }: PushParts): Promise<void> {
  for (const typeName of types) {
    for (let startFrom = 0; ; startFrom += comparedAtOnce) {
      tally.add('requests');
      const page = await store.find(undefined, { typeName, startFrom, pageSize: comparedAtOnce }, signal);
      await journal.markDirty(
        owner,
        page.map(({ guid }) => guid),
      );
      if (page.length === 0) break;
    }
  }
  await journal.settlePush(owner, grant, { known: [], gone: [], guids: new Map(), conflicts: [], done: [''] });
}

async function pushPage(parts: PushParts, guids: readonly string[], send: PushSender): Promise<void> {
  const { journal, owner, grant, clock, settings, tally, signal } = parts;
  let open = guids;
  let wanted: ReadonlyMap<string, AskedAgain> = new Map();
  for (let round = 0; open.length > 0 && round < mostRounds; round += 1) {
    const { live, deleted } = await read(parts, open);
    const judging = { settings, now: clock.now() };
    const asked = new Map<string, PushedElement>();
    for (const dirty of live) {
      const again = wanted.get(dirty.guid);
      const changes = Object.fromEntries(
        Object.entries(changesOf(dirty, judging)).filter(([field]) => again?.fields.includes(field) !== false),
      );
      if (dirty.item === undefined || Object.keys(changes).length > 0)
        asked.set(dirty.qualifiedName, pushedElement(atVersion(dirty, again), changes));
    }
    for (const each of deleted) asked.set(each.qualifiedName, each);
    const told: Mutable = { known: [], gone: [], guids: new Map(), conflicts: [], again: new Map(), pushed: [] };
    if (asked.size > 0) {
      const answers = await send([...asked.values()], signal);
      for (const answer of answers) {
        await take(parts, answer, live, deleted, told);
        told.pushed.push(...takenOver(answer, asked.get(answer.qualifiedName), judging.now));
        tellWritten(tally, answer, asked.get(answer.qualifiedName));
      }
    }
    const done = open.filter((guid) => !told.again.has(guid));
    await journal.settlePush(owner, grant, { ...told, done });
    for (const conflict of told.conflicts) tellConflict(tally, conflict);
    open = [...told.again.keys()];
    wanted = told.again;
  }
}

function atVersion(dirty: DirtyElement, again: AskedAgain | undefined): DirtyElement {
  if (again?.sourceVersion === undefined || dirty.item === undefined) return dirty;
  return { ...dirty, item: { ...dirty.item, sourceVersion: again.sourceVersion } };
}

interface AskedAgain {
  readonly fields: readonly string[];
  readonly sourceVersion: string | undefined;
}

interface Mutable {
  readonly known: KnownItem[];
  readonly gone: ItemKey[];
  readonly guids: Map<string, string>;
  readonly conflicts: FieldConflict[];
  readonly pushed: PushedField[];
  /** By GUID: what the source is to be asked about again, at the version that it showed. */
  readonly again: Map<string, AskedAgain>;
}

async function take(
  parts: PushParts,
  answer: JudgedAnswer,
  live: readonly DirtyElement[],
  deleted: readonly PushedElement[],
  told: Mutable,
): Promise<void> {
  const dirty = live.find(({ qualifiedName }) => qualifiedName === answer.qualifiedName);
  const gone = deleted.find(({ qualifiedName }) => qualifiedName === answer.qualifiedName);
  if (answer.outcome === 'refused') {
    parts.tally.finding(dirty?.item?.scope, {
      severity: 'warning',
      code: 'PUSH_REFUSED',
      message: `${answer.qualifiedName}: the source does not take over what changed: ${answer.message}`,
    });
    // Not asked about once more until somebody changes it again.
    const held =
      dirty === undefined ? undefined : offeredBy(dirty, { settings: parts.settings, now: parts.clock.now() });
    if (held !== undefined) told.known.push(held);
    return;
  }
  if (answer.outcome === 'gone') {
    // Of one that is there in the store the refresh decides by its certificate.
    if (gone?.item !== undefined) told.gone.push(gone.item);
    return;
  }
  if (dirty === undefined) return;
  const present = await presentOf(parts, dirty, answer.item);
  const { known, conflicts, again } = toldBy(answer, dirty, present, {
    settings: parts.settings,
    now: parts.clock.now(),
  });
  told.known.push(known);
  told.conflicts.push(...conflicts);
  for (const [name, { guid }] of present) told.guids.set(name, guid);
  if (again.length > 0) told.again.set(dirty.guid, { fields: again, sourceVersion: answer.digest.sourceVersion });
}

/** Fields that are the source's too since it was asked. */
function takenOver(answer: JudgedAnswer, asked: PushedElement | undefined, at: number): readonly PushedField[] {
  if (asked?.state !== 'live' || answer.outcome !== 'written') return [];
  const { qualifiedName, changes } = asked;
  return Object.entries(changes).map(([field, value]) => ({ qualifiedName, field, print: printOf(value), at }));
}

/** What was written into the source stands nowhere else. */
function tellWritten(tally: RunTally, answer: JudgedAnswer, asked: PushedElement | undefined): void {
  if (asked === undefined || answer.outcome !== (asked.state === 'deleted' ? 'gone' : 'written')) return;
  const { qualifiedName, changes, item } = asked;
  const values = Object.entries(changes).map(([field, value]) => `${field} ${shortened(JSON.stringify(value))}`);
  const what =
    answer.outcome === 'gone'
      ? 'is gone from the source, as somebody deleted it'
      : `was ${item === undefined ? 'made' : 'written'} in the source as others have set it: ${values.join(', ')}`;
  const finding = { severity: 'info', code: 'SOURCE_WRITTEN', message: `${qualifiedName} ${what}` } as const;
  tally.finding(item?.scope, finding);
}

function shortened(text: string): string {
  return text.length <= longestValue ? text : `${text.slice(0, longestValue)}…`;
}

/** What of these GUIDs the source is to be asked about. */
async function read(
  { store, journal, owner, types, tally, signal }: PushParts,
  guids: readonly string[],
): Promise<{ readonly live: readonly DirtyElement[]; readonly deleted: readonly PushedElement[] }> {
  const elements: MetadataElement[] = [];
  const deleted: PushedElement[] = [];
  for (const guid of guids) {
    tally.add('requests');
    const element = await store.get(guid, {}, signal);
    if (element === undefined) deleted.push(...(await deletedOf(journal, owner, guid)));
    else if ([element.typeName, ...element.superTypeNames].some((name) => types.includes(name))) elements.push(element);
  }
  const names = elements.map(nameOf);
  const items = await journal.holdersOf(owner, names);
  const live = elements.map((element): DirtyElement => {
    const qualifiedName = nameOf(element);
    return { guid: element.guid, qualifiedName, element, item: items.get(qualifiedName) };
  });
  return { live: live.filter(({ qualifiedName }) => qualifiedName !== ''), deleted };
}

/** Items whose own element somebody deleted. */
async function deletedOf(journal: SyncJournal, owner: SyncOwner, guid: string): Promise<readonly PushedElement[]> {
  const names = await journal.namesOfGuid(owner, guid);
  const items = await journal.holdersOf(owner, names);
  return [...items].flatMap(([qualifiedName, item]): readonly PushedElement[] => {
    if (item.qualifiedNames[0] !== qualifiedName) return [];
    const typeName = item.shapes?.[0]?.split(',')[0] ?? '';
    return [{ guid, typeName, qualifiedName, state: 'deleted', properties: {}, changes: {}, ...placeOf(item) }];
  });
}

async function presentOf(
  { store, tally, signal }: PushParts,
  { qualifiedName, element }: DirtyElement,
  item: SourceItem,
): Promise<ReadonlyMap<string, MetadataElement>> {
  const present = new Map([[qualifiedName, element]]);
  for (const { qualifiedName: name } of item.elements) {
    if (present.has(name)) continue;
    tally.add('requests');
    const found = await store.getByQualifiedName(name, {}, signal);
    if (found !== undefined) present.set(name, found);
  }
  return present;
}

function nameOf({ properties }: MetadataElement): string {
  const { qualifiedName } = properties;
  return typeof qualifiedName === 'string' ? qualifiedName : '';
}
