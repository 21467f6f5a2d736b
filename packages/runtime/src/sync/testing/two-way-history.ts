import type { SyncRun } from '../sync-engine.js';
import { defaultSyncSettings, type FieldPolicy } from '../sync-settings.js';
import { Faults } from './faults.js';
import { Random } from './random.js';
import { SyncBench } from './sync-bench.js';
import { TwoWaySource, twoWayFields } from './two-way-source.js';

export interface TwoWayOutcome {
  /** Edits that ended neither on both sides nor under a later one nor in the list of conflicts. */
  readonly lostEdits: readonly string[];
  /** Fields that differ between the sides once all is quiet. */
  readonly differences: readonly string[];
  /** Writes of either side after it was quiet. */
  readonly pingPong: number;
  readonly steps: number;
  readonly runs: number;
  readonly crashes: number;
  readonly conflicts: number;
}

interface Edit {
  readonly side: 'source' | 'store';
  readonly key: string;
  readonly field: string;
  readonly value: string;
  isSettled: boolean;
}

const keys = ['a', 'b', 'c', 'd'] as const;
const typeName = 'Record';

/** Random edits of both sides with runs, crashes and races between them; then quiet. */
export async function runTwoWay(seed: number, steps: number): Promise<TwoWayOutcome> {
  using bench = new SyncBench();
  return await new TwoWayHistory(bench, new Random(seed)).run(steps);
}

class TwoWayHistory {
  readonly #source = new TwoWaySource();
  readonly #policy: FieldPolicy;
  #edits: Edit[] = [];
  #count = 0;
  #runs = 0;
  #crashes = 0;

  constructor(
    private readonly bench: SyncBench,
    private readonly random: Random,
  ) {
    this.#policy = random.pick(['hub', 'newest'] as const);
    bench.options = { maxOperations: 2 + random.below(4) };
    bench.store.tellsOwnChanges = random.chance(0.8);
    bench.store.now = () => bench.clock.now();
    this.#source.now = () => bench.clock.now();
  }

  async run(steps: number): Promise<TwoWayOutcome> {
    for (const key of keys) for (const field of twoWayFields) this.#source.set(key, field, `first ${key} ${field}`);
    await this.#clean();
    for (let step = 0; step < steps; step += 1) {
      await this.bench.clock.advance(1);
      const kind = this.random.below(10);
      if (kind < 3) this.#editSource();
      else if (kind < 6) this.#editStore();
      else await this.#tryRun(this.random.chance(0.3) ? this.random.below(30) : Number.POSITIVE_INFINITY);
      this.#noteSettled();
    }
    for (let run = 0; run < 3; run += 1) await this.#clean();
    this.#noteSettled();
    const before = this.#writes();
    for (let run = 0; run < 2; run += 1) await this.#clean();
    const conflicts = await this.bench.journal.conflicts(this.bench.owner, 100_000);
    const told = new Set(conflicts.flatMap(({ hubValue, sourceValue }) => [hubValue, sourceValue]));
    return {
      lostEdits: this.#edits
        .filter(({ isSettled, value }) => !isSettled && !told.has(value))
        .map(({ side, key, field, value }) => `${side} ${key} ${field}: ${value}`),
      differences: this.#differences(),
      pingPong: this.#writes() - before,
      steps,
      runs: this.#runs,
      crashes: this.#crashes,
      conflicts: conflicts.length,
    };
  }

  #editSource(key = this.random.pick(keys)): void {
    const field = this.random.pick(twoWayFields);
    const value = this.#value('source');
    this.#replace('source', key, field, value);
    this.#source.set(key, field, value);
  }

  #editStore(): void {
    const key = this.random.pick(keys);
    const field = this.random.pick(twoWayFields);
    const qualifiedName = `Record::test:${key}`;
    if (!this.bench.store.live().has(qualifiedName)) return;
    const value = this.#value('store');
    this.#replace('store', key, field, value);
    this.bench.store.steward({ op: 'upsert', typeName, qualifiedName, properties: { [field]: value } });
  }

  #value(side: string): string {
    this.#count += 1;
    return `${side} ${this.#count}`;
  }

  /** Whoever sets a field again on the same side knows what was there. */
  #replace(side: Edit['side'], key: string, field: string, value: string): void {
    this.#noteSettled();
    for (const edit of this.#edits)
      if (edit.side === side && edit.key === key && edit.field === field) edit.isSettled = true;
    this.#edits = this.#edits.filter(({ isSettled }) => !isSettled);
    this.#edits.push({ side, key, field, value, isSettled: false });
  }

  /** What both sides have shown is lost to nobody. */
  #noteSettled(): void {
    for (const edit of this.#edits) {
      if (this.#inSource(edit.key, edit.field) === edit.value && this.#inStore(edit.key, edit.field) === edit.value)
        edit.isSettled = true;
    }
  }

  async #tryRun(dieAt: number): Promise<void> {
    const { bench, random } = this;
    this.#runs += 1;
    const faults = new Faults(dieAt);
    faults.arm(bench.store);
    this.#source.step = () => faults.step();
    this.#source.beforeWrite = (key) => {
      if (random.chance(0.2)) this.#editSource(keys.find((own) => own === key));
    };
    const { beforeBatch } = bench.store;
    bench.store.beforeBatch = async (batch) => {
      await beforeBatch(batch);
      if (random.chance(0.1)) this.#editStore();
    };
    try {
      const run = await bench.open({ ...this.#spec(), journal: faults.journal(bench.journal) });
      try {
        await this.#perform(run, () => faults.step());
        await run.finish('completed');
      } catch {
        await run.finish('failed').catch(() => undefined);
      }
    } catch {
      // it died while it opened
    }
    Faults.disarm(bench.store);
    this.#source.step = () => undefined;
    this.#source.beforeWrite = () => undefined;
    if (!faults.isDead) return;
    this.#crashes += 1;
    bench.restart();
  }

  async #clean(): Promise<void> {
    this.#runs += 1;
    const run = await this.bench.open(this.#spec());
    await this.#perform(run, () => undefined);
    await run.finish('completed');
  }

  async #perform(run: SyncRun, stop: () => void): Promise<void> {
    await run.push((elements) => this.#source.push(elements));
    await this.#source.list(run, stop);
  }

  #spec() {
    return { pushes: [typeName], settings: { ...defaultSyncSettings, fieldPolicy: { '*': this.#policy } } };
  }

  #writes(): number {
    const changed = [...this.bench.store.elements.values()].reduce((sum, { version }) => sum + version, 0);
    return this.#source.writes + changed;
  }

  #inSource(key: string, field: string): string | undefined {
    return this.#source.records.get(key)?.fields.get(field);
  }

  #inStore(key: string, field: string): unknown {
    return this.bench.store.live().get(`Record::test:${key}`)?.properties[field];
  }

  #differences(): readonly string[] {
    return keys.flatMap((key) =>
      twoWayFields.flatMap((field) => {
        const [source, store] = [this.#inSource(key, field), this.#inStore(key, field)];
        return source === store
          ? []
          : [`${key} ${field}: ${String(source)} in the source, ${String(store)} in the store`];
      }),
    );
  }
}
