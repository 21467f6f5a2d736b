import type { Batch } from '@isthmus/model';
import { defaultSyncSettings, type SyncSettings } from '../sync-settings.js';
import { expectedElements, possibleElements } from './fake-source.js';
import { Faults } from './faults.js';
import { LinkHistory } from './link-history.js';
import { type Listing, LoggedSource } from './logged-source.js';
import { Persons } from './persons.js';
import { Random } from './random.js';
import { SyncBench } from './sync-bench.js';

/** What one history came to. Everything but the counts is to be empty. */
export interface HistoryOutcome {
  /** Deleted although the source had it. */
  readonly falseDeletes: readonly string[];
  /** There after clean runs although the source has it no longer. */
  readonly missedDeletes: readonly string[];
  /** Elements that were made more than once, or hang on two parents by one type. */
  readonly duplicates: readonly string[];
  /** Of what people set in the store. */
  readonly lostEdits: readonly string[];
  /** Elements that are not as the source and people have them after clean runs, and what was not quiet then. */
  readonly differences: readonly string[];
  readonly runs: number;
  readonly crashes: number;
  readonly edits: number;
}

/** What a history is made in; others may do and check more. */
export interface World {
  readonly bench: SyncBench;
  readonly source: LoggedSource;
  readonly persons: Persons;
  readonly random: Random;
}

class Broken extends Error {}

/**
 * A random history of a source, with runs that fail in every way between its changes: partial listings, errors and
 * aborts in the middle, crashes between any two writes, answers that are lost, repeated or out of order, a cursor that is
 * behind, limits of what may go at once, and people who write at the same time. Ends with clean runs, after which everything has to be as it should.
 *
 * @param more - called between any two steps
 */
export async function runHistory(seed: number, more?: (world: World) => Promise<void>): Promise<HistoryOutcome> {
  using bench = new SyncBench();
  const history = new History(bench, new Random(seed), seed);
  return await history.run(more);
}

class History implements World {
  readonly source: LoggedSource;
  readonly persons: Persons;
  readonly #links: LinkHistory;
  readonly #falseDeletes: string[] = [];
  readonly #missedDeletes: string[] = [];
  readonly #lostEdits: string[] = [];
  readonly #duplicates: string[] = [];
  #runs = 0;
  #crashes = 0;
  #edits = 0;
  #sent: Batch[] = [];
  /** What is more than that goes only once people confirm it. */
  readonly #removalLimit: SyncSettings['removalLimit'];

  constructor(
    readonly bench: SyncBench,
    readonly random: Random,
    seed: number,
  ) {
    this.persons = new Persons(bench.store);
    this.source = new LoggedSource(random.chance(0.2));
    bench.options = { maxOperations: 2 + random.below(6) };
    bench.store.tellsOwnChanges = random.chance(0.85);
    this.#removalLimit = random.chance(0.15) ? { items: 1, share: 0.2 } : defaultSyncSettings.removalLimit;
    this.#links = new LinkHistory({ store: bench.store, source: this.source, persons: this.persons, seed });
    bench.store.onDelete = (name) => {
      if (expectedElements(this.source.root).has(name)) this.#falseDeletes.push(name);
    };
  }

  async run(more: ((world: World) => Promise<void>) | undefined): Promise<HistoryOutcome> {
    const steps = 4 + this.random.below(14);
    for (let step = 0; step < steps; step += 1) {
      await this.#step();
      this.#noteLost();
      await more?.(this);
    }
    const differences = await this.#settle();
    this.#noteMissed();
    differences.push(...(await this.#followChanges()));
    differences.push(...(await this.#tryWaiting()));
    this.#noteLost();
    return {
      falseDeletes: [...this.#falseDeletes, ...this.#links.falseDeletes],
      missedDeletes: this.#missedDeletes,
      duplicates: this.#duplicates,
      lostEdits: [...new Set(this.#lostEdits)],
      differences,
      runs: this.#runs,
      crashes: this.#crashes,
      edits: this.#edits,
    };
  }

  async #step(): Promise<void> {
    const { random, bench } = this;
    const changes = random.below(4);
    for (let change = 0; change < changes; change += 1) this.source.change(random);
    this.#links.change();
    if (random.chance(0.5)) this.#edit();
    if (random.chance(0.1)) this.persons.make('DataFile', this.source.anyFile(random));
    const kind = random.below(20);
    if (kind < 7) await this.#tryRun({});
    else if (kind < 11) await this.#tryRun({ dieAt: random.below(60) });
    else if (kind < 13) await this.#tryRun({ stopAfter: random.below(12) });
    else if (kind < 15) await this.#tryRun({ leavesOut: 0.4 });
    else if (kind < 17) await this.#tryRun({ loseAnswers: 0.3 });
    else if (kind === 17) bench.store.forgetChanges();
    else if (kind === 18) bench.restart();
    else if (random.chance(0.3)) {
      bench.store.wipe();
      this.persons.forget();
      this.#links.forget();
      // What was on its way to the former store ended with its connections.
      this.#sent = [];
    } else this.#edit();
  }

  #edit(): void {
    this.#edits += 1;
    this.persons.act(this.random);
    this.#links.edit();
  }

  /** A run in which something may go wrong; whatever it throws, the next one goes on. */
  async #tryRun(trouble: {
    readonly dieAt?: number;
    readonly stopAfter?: number;
    readonly leavesOut?: number;
    readonly loseAnswers?: number;
  }): Promise<void> {
    const { bench, random } = this;
    this.#runs += 1;
    const faults = new Faults(trouble.dieAt ?? Number.POSITIVE_INFINITY);
    this.#arm(faults, trouble.loseAnswers ?? 0);
    let left = trouble.stopAfter ?? Number.POSITIVE_INFINITY;
    const listing: Listing = {
      random,
      stop: () => {
        left -= 1;
        if (left < 0) throw new Broken();
      },
      leavesOut: () => random.chance(trouble.leavesOut ?? 0),
      isUntidy: random.chance(0.3),
      keeps: random.chance(0.7),
    };
    try {
      const adoption = random.chance(0.15) ? 'report' : 'adopt';
      const settings = { ...defaultSyncSettings, adoption, removalLimit: this.#removalLimit } as const;
      const confirmRemovals = random.chance(0.2);
      const run = await bench.open({ journal: faults.journal(bench.journal), settings, confirmRemovals });
      try {
        await this.#tell(run, listing);
        await run.finish('completed');
      } catch {
        await run.finish(random.chance(0.5) ? 'failed' : 'aborted').catch(() => undefined);
      }
    } catch {
      // it died while it opened
    }
    this.#disarm();
    if (!faults.isDead) return;
    this.#crashes += 1;
    bench.restart();
  }

  async #tell(run: Awaited<ReturnType<SyncBench['open']>>, listing: Listing): Promise<void> {
    const { source } = this;
    if (typeof run.cursor === 'number')
      return source.listChanges(run, listing, run.cursor, (position) => run.saveCursor(position));
    const position = source.position;
    await source.list(run, listing);
    if (this.random.chance(0.6)) await run.saveCursor(position);
  }

  /** Answers may be lost, come late, be asked for twice; people write while a batch is on its way. */
  #arm(faults: Faults, losing: number): void {
    const { bench, random } = this;
    const { store } = bench;
    const ticks = async () => {
      for (let left = random.below(6); left > 0; left -= 1) await Promise.resolve();
    };
    store.beforeBatch = async (batch) => {
      faults.step();
      await ticks();
      if (random.chance(0.1)) this.#edit();
      this.#sent = [...this.#sent.slice(-5), batch];
    };
    store.afterBatch = async (batch) => {
      faults.step();
      this.#noteDuplicates(batch);
      await ticks();
      if (random.chance(losing)) throw new Broken();
    };
  }

  #disarm(): void {
    const { store } = this.bench;
    store.beforeBatch = () => undefined;
    store.afterBatch = (batch) => this.#noteDuplicates(batch);
  }

  #noteDuplicates({ operations }: Batch): void {
    const guids = new Set<string>();
    for (const { guid } of this.bench.store.live().values()) {
      if (guids.has(guid)) this.#duplicates.push(guid);
      guids.add(guid);
    }
    for (const operation of operations) {
      const element = operation.op === 'upsert' ? this.bench.store.elements.get(operation.qualifiedName) : undefined;
      if (element !== undefined && element.parents.size > 1) this.#duplicates.push(element.qualifiedName);
    }
  }

  /** Clean full runs until all has to be right. */
  async #settle(): Promise<string[]> {
    const { bench, random } = this;
    // What was sent long ago arrives once more.
    for (const batch of this.#sent)
      await bench.store.writeBatch(batch, new AbortController().signal).catch(() => undefined);
    for (let run = 0; run < 3; run += 1) await this.#cleanRun({ full: true });
    const differences = this.#differences();
    await bench.journal.openIntents().then((open) => {
      if (open.length > 0) differences.push(`${open.length} intents are open`);
    });
    await this.#cleanRun({ full: true });
    bench.store.requests.length = 0;
    await this.#cleanRun({ full: true });
    if (bench.store.requests.includes('writeBatch')) differences.push(`not quiet: ${bench.store.requests.join()}`);
    void random;
    return differences;
  }

  /** Clean runs that are told of changes alone: after each of them all has to be right, too. */
  async #followChanges(): Promise<readonly string[]> {
    const { bench, random, source } = this;
    const listing = { random, stop: () => undefined, leavesOut: () => false, isUntidy: false, keeps: true };
    for (let run = 0; run < 4; run += 1) {
      if (run > 0) for (let change = random.below(5); change > 0; change -= 1) source.change(random);
      if (run > 0) this.#links.change();
      this.#runs += 1;
      const { position } = source;
      const next = await bench.open({ confirmRemovals: true });
      const { cursor } = next;
      if (typeof cursor === 'number')
        await source.listChanges(next, listing, cursor, (reached) => next.saveCursor(reached));
      else {
        await source.list(next, listing);
        await next.saveCursor(position);
      }
      await next.finish('completed');
      this.#noteMissed();
      const told = typeof cursor === 'number' ? 'over changes' : 'over everything';
      const differences = this.#differences().map((each) => `after a run ${told}: ${each}`);
      if (differences.length > 0) return differences;
    }
    return [];
  }

  /** What waits for elements that people made is tried once an hour. */
  async #tryWaiting(): Promise<readonly string[]> {
    if (!this.#links.areTold) return [];
    await this.bench.clock.advance(60 * 60 * 1_000);
    await this.#cleanRun({ full: true });
    return this.#links.differences({ isAllTried: true });
  }

  #noteLost(): void {
    this.#lostEdits.push(...this.persons.lost(), ...this.#links.lost());
  }

  #noteMissed(): void {
    const expected = this.#expected();
    const names = [...this.bench.store.live().keys()];
    this.#missedDeletes.push(...names.filter((name) => !expected.has(name) && !this.persons.hasMade(name)));
    this.#missedDeletes.push(...this.#links.missed());
  }

  async #cleanRun({ full }: { readonly full: boolean }): Promise<void> {
    const { bench, random, source } = this;
    this.#runs += 1;
    const run = await bench.open({ full, confirmRemovals: true });
    if (run.cursor !== undefined) await run.cursorRefused();
    await source.list(run, { random, stop: () => undefined, leavesOut: () => false, isUntidy: false, keeps: true });
    await run.finish('completed');
  }

  /** What an element may be like: of those that several items bring, as one of them has it. */
  #expected(): ReadonlyMap<string, readonly unknown[]> {
    return new Map(
      [...possibleElements(this.source.root)].map(([name, some]) => [
        name,
        some.map(({ typeName, properties, parent }) => [
          typeName,
          sorted(this.persons.over(name, properties)),
          parent === undefined ? [] : [[parent.relationshipTypeName, parent.qualifiedName]],
        ]),
      ]),
    );
  }

  #differences(): string[] {
    const differences = [...this.#links.differences()];
    const live = this.bench.store.live();
    for (const [name, wanted] of this.#expected()) {
      const element = live.get(name);
      const there =
        element === undefined ? undefined : [element.typeName, sorted(element.properties), [...element.parents]];
      if (!wanted.some((one) => JSON.stringify(there) === JSON.stringify(one)))
        differences.push(`${name} is ${JSON.stringify(there)} instead of ${JSON.stringify(wanted)}`);
    }
    return differences;
  }
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
