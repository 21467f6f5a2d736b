import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemClock } from '@isthmus/kernel';
import type { MetadataElement, MetadataStore } from '@isthmus/model';
import { openJournal, type SqliteJournal } from '../../journal/sqlite-journal.js';
import { JournaledSyncEngine } from '../journaled-sync-engine.js';
import { defaultSyncSettings, type FieldPolicy } from '../sync-settings.js';
import { Random } from './random.js';
import type { TwoWayOutcome } from './two-way-history.js';
import { TwoWaySource } from './two-way-source.js';

const keys = ['a', 'b', 'c', 'd'] as const;
const fields = ['displayName', 'description', 'usage'] as const;
const typeName = 'Glossary';

interface Edit {
  readonly side: 'source' | 'store';
  readonly key: string;
  readonly field: string;
  readonly value: string;
  isSettled: boolean;
}

/**
 * Random edits of a source and of a metadata server that answers over HTTP, with runs between them, some of which lose
 * the connection before or after a write or die with their process; then quiet.
 *
 * @param store - a connection of the connector's; people write as another user
 */
export async function runLiveTwoWay(store: MetadataStore, seed: number, steps: number): Promise<TwoWayOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-two-way-'));
  const history = new LiveHistory(store, new Random(seed), seed, join(folder, 'daemon.db'));
  try {
    return await history.run(steps);
  } finally {
    history.close();
    rmSync(folder, { recursive: true });
  }
}

class LiveHistory {
  readonly #source: TwoWaySource;
  readonly #policy: FieldPolicy;
  readonly #person: MetadataStore;
  readonly #owner = { metadataCollectionId: 'collection', connectorGuid: 'connector', target: '' };
  readonly #slot: string;
  #journal: SqliteJournal;
  #edits: Edit[] = [];
  #count = 0;
  #runs = 0;
  #crashes = 0;

  constructor(
    private readonly store: MetadataStore,
    private readonly random: Random,
    seed: number,
    private readonly path: string,
  ) {
    this.#policy = random.pick(['hub', 'newest'] as const);
    this.#source = new TwoWaySource({ typeName, fields, source: `two-way-${seed}` });
    this.#source.now = () => Date.now();
    this.#person = store.as({ userId: 'a-person' });
    this.#slot = `two-way|${seed}`;
    this.#journal = openJournal(path);
  }

  close(): void {
    this.#journal[Symbol.dispose]();
  }

  async run(steps: number): Promise<TwoWayOutcome> {
    for (const key of keys) for (const field of fields) this.#source.set(key, field, `first ${key} ${field}`);
    await this.#perform(this.store);
    for (let step = 0; step < steps; step += 1) {
      const kind = this.random.below(10);
      if (kind < 3) await this.#editSource();
      else if (kind < 6) await this.#editStore();
      else await this.#tryRun();
      await this.#noteSettled();
    }
    for (let run = 0; run < 3; run += 1) await this.#perform(this.store);
    await this.#noteSettled();
    const before = await this.#writes();
    for (let run = 0; run < 2; run += 1) await this.#perform(this.store);
    const conflicts = await this.#journal.conflicts(this.#owner, 100_000);
    const told = new Set(conflicts.flatMap(({ hubValue, sourceValue }) => [hubValue, sourceValue]));
    return {
      lostEdits: this.#edits
        .filter(({ isSettled, value }) => !isSettled && !told.has(value))
        .map(({ side, key, field, value }) => `${side} ${key} ${field}: ${value}`),
      differences: await this.#differences(),
      pingPong: (await this.#writes()) - before,
      steps,
      runs: this.#runs,
      crashes: this.#crashes,
      conflicts: conflicts.length,
    };
  }

  async #editSource(): Promise<void> {
    const [key, field] = [this.random.pick(keys), this.random.pick(fields)];
    const value = this.#value('source');
    await this.#replace('source', key, field, value);
    this.#source.set(key, field, value);
  }

  async #editStore(): Promise<void> {
    const [key, field] = [this.random.pick(keys), this.random.pick(fields)];
    const element = await this.#element(key);
    if (element === undefined) return;
    const value = this.#value('store');
    await this.#replace('store', key, field, value);
    await this.#person.update(element.guid, { [field]: value }, 'merge', undefined, never);
  }

  #value(side: string): string {
    this.#count += 1;
    return `${side} ${this.#count}`;
  }

  /** Whoever sets a field again on the same side knows what was there. */
  async #replace(side: Edit['side'], key: string, field: string, value: string): Promise<void> {
    await this.#noteSettled();
    for (const edit of this.#edits)
      if (edit.side === side && edit.key === key && edit.field === field) edit.isSettled = true;
    this.#edits = this.#edits.filter(({ isSettled }) => !isSettled);
    this.#edits.push({ side, key, field, value, isSettled: false });
  }

  /** What both sides have shown is lost to nobody. */
  async #noteSettled(): Promise<void> {
    const inStore = new Map<string, MetadataElement | undefined>();
    for (const key of new Set(this.#edits.map((edit) => edit.key))) inStore.set(key, await this.#element(key));
    for (const edit of this.#edits) {
      const isThere = inStore.get(edit.key)?.properties[edit.field] === edit.value;
      if (isThere && this.#inSource(edit.key, edit.field) === edit.value) edit.isSettled = true;
    }
  }

  /** One in three loses its connection at some write, before the server has it or before the answer arrives. */
  async #tryRun(): Promise<void> {
    if (!this.random.chance(0.35)) return await this.#perform(this.store);
    this.#crashes += 1;
    await this.#perform(broken(this.store, this.random.below(4), this.random.chance(0.5))).catch(() => undefined);
    if (!this.random.chance(0.5)) return;
    this.#journal[Symbol.dispose]();
    this.#journal = openJournal(this.path);
  }

  async #perform(store: MetadataStore): Promise<void> {
    this.#runs += 1;
    const token = await this.#journal.nextToken(this.#slot);
    const parts = { store, journal: this.#journal, clock: systemClock, logger: silentLogger };
    const engine = new JournaledSyncEngine({ ...parts, newId: () => `${this.#slot}-${token}-${++this.#count}` });
    const run = await engine.open(
      {
        runId: `run-${token}`,
        grant: { slot: this.#slot, token },
        owner: this.#owner,
        mode: 'apply',
        full: true,
        boundaryHash: 'boundary',
        pushes: [typeName],
        settings: { ...defaultSyncSettings, fieldPolicy: { '*': this.#policy } },
      },
      never,
    );
    try {
      await run.push((elements) => this.#source.push(elements));
      await this.#source.list(run, () => undefined);
    } catch (error) {
      await run.finish('failed');
      throw error;
    }
    await run.finish('completed');
  }

  /** On either side, so far. */
  async #writes(): Promise<number> {
    return this.#source.writes + ((await this.store.identity(never)).changeSequence ?? 0);
  }

  #element(key: string): Promise<MetadataElement | undefined> {
    return this.store.getByQualifiedName(this.#source.nameOf(key), {}, never);
  }

  #inSource(key: string, field: string): string | undefined {
    return this.#source.records.get(key)?.fields.get(field);
  }

  async #differences(): Promise<readonly string[]> {
    const differences: string[] = [];
    for (const key of keys) {
      const element = await this.#element(key);
      for (const field of fields) {
        const [source, store] = [this.#inSource(key, field), element?.properties[field]];
        if (source !== store)
          differences.push(`${key} ${field}: ${String(source)} in the source, ${String(store)} in the store`);
      }
    }
    return differences;
  }
}

const never: AbortSignal = new AbortController().signal;

/** A store whose connection breaks at its write number `at`, before the server has it or before its answer arrives. */
function broken(store: MetadataStore, at: number, hasArrived: boolean): MetadataStore {
  let left = at;
  const broke = () => new Error('the connection broke');
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      if (name !== 'writeBatch') return member.bind(target);
      return async (...call: Parameters<MetadataStore['writeBatch']>) => {
        left -= 1;
        if (left >= 0) return await target.writeBatch(...call);
        if (left === -1 && hasArrived) await target.writeBatch(...call);
        throw broke();
      };
    },
  });
}
