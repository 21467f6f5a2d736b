import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@isthmus/connector-testing';
import { silentLogger } from '@isthmus/kernel';
import type { ActKind, SyncOwner } from '../../journal/journal.js';
import type { PlanChoice } from '../../journal/plan-journal.js';
import { openJournal, type SqliteJournal } from '../../journal/sqlite-journal.js';
import type { PlanFilter, PlanItem, PlanRecord } from '../../plan/plan.js';
import { JournaledSyncEngine } from '../journaled-sync-engine.js';
import type { EngineJournal } from '../replay-intents.js';
import type { SyncReport, SyncRun, SyncRunSpec } from '../sync-engine.js';
import type { SyncOptions } from '../sync-options.js';
import { expectedElements, list, type SourceNode } from './fake-source.js';
import { FakeStore } from './fake-store.js';

/** A sync engine over a real journal, a fake store and a fake source, that can be crashed and begun anew. */
export class SyncBench implements Disposable {
  readonly store = new FakeStore();
  readonly clock = new ManualClock();
  readonly #directory = mkdtempSync(join(tmpdir(), 'isthmus-sync-'));
  journal: SqliteJournal = openJournal(join(this.#directory, 'daemon.db'));
  owner: SyncOwner = { metadataCollectionId: 'collection', connectorGuid: 'connector', target: '' };
  options: Partial<SyncOptions> = {};
  #ids = 0;

  /** As after `kill -9`: nothing but the files is left. */
  restart(): void {
    this.journal[Symbol.dispose]();
    this.journal = openJournal(join(this.#directory, 'daemon.db'));
  }

  async open(
    spec: Partial<SyncRunSpec> & { readonly journal?: EngineJournal; readonly signal?: AbortSignal } = {},
  ): Promise<SyncRun> {
    const { engine, runSpec, signal } = await this.#prepare(spec);
    return engine.open(runSpec, signal);
  }

  async #prepare({
    journal = this.journal,
    signal = new AbortController().signal,
    ...spec
  }: Partial<SyncRunSpec> & { readonly journal?: EngineJournal; readonly signal?: AbortSignal }) {
    const slot = `slot-of-${this.owner.connectorGuid}`;
    const token = await this.journal.nextToken(slot);
    await this.clock.advance(1);
    const engine = new JournaledSyncEngine({
      store: this.store,
      journal,
      clock: this.clock,
      logger: silentLogger,
      newId: () => {
        this.#ids += 1;
        return `batch-${this.#ids}`;
      },
      options: this.options,
    });
    const runSpec: SyncRunSpec = {
      runId: `run-${token}`,
      grant: { slot, token },
      owner: this.owner,
      mode: 'apply',
      full: true,
      boundaryHash: 'boundary',
      ...spec,
    };
    return { engine, runSpec, signal };
  }

  /** A run that applies a plan or takes a run back. */
  async act(
    act: ActKind,
    spec: Partial<SyncRunSpec> & { readonly journal?: EngineJournal; readonly signal?: AbortSignal } = {},
  ): Promise<SyncReport> {
    const { engine, runSpec, signal } = await this.#prepare(spec);
    return (await engine.openAct({ ...runSpec, full: false }, { ...act, by: 'alice', target: '' }, signal)).perform();
  }

  /** Lists the source into a plan. */
  async preview(root: SourceNode, spec: Partial<SyncRunSpec> = {}): Promise<PlanRecord> {
    const runId = `preview-${this.#ids}`;
    await this.sync(root, { runId, ...spec, mode: 'preview' });
    const plan = await this.journal.plans.plan(runId);
    if (plan === undefined) throw new Error('no plan');
    return plan;
  }

  /** As a person does who approves everything. */
  async approve(plan: PlanRecord, choice: PlanChoice = { kind: 'all' }): Promise<PlanRecord> {
    const itemCount = await this.journal.plans.approve(plan.id, choice);
    const approved: PlanRecord = { ...plan, state: 'approved', approval: { by: 'alice', at: 0, itemCount } };
    await this.journal.plans.save(approved);
    return approved;
  }

  /** All items of a plan. */
  async planItems(plan: PlanRecord, filter: PlanFilter = {}): Promise<readonly PlanItem[]> {
    return this.journal.plans.items(plan.id, filter, 0, 100_000);
  }

  /** One run without faults. */
  async sync(
    root: SourceNode,
    spec: Partial<SyncRunSpec> = {},
    listing: Parameters<typeof list>[2] = {},
  ): Promise<SyncReport> {
    const run = await this.open(spec);
    await list(run, root, listing);
    return run.finish('completed');
  }

  /** What the store has, in the form of `inSource`. */
  inStore(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      [...this.store.live()]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, { typeName, properties, parents }]) => [name, [typeName, properties, [...parents]]]),
    );
  }

  inSource(root: SourceNode): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      [...expectedElements(root)]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, { typeName, properties, parent }]) => [
          name,
          [typeName, properties, parent === undefined ? [] : [[parent.relationshipTypeName, parent.qualifiedName]]],
        ]),
    );
  }

  [Symbol.dispose](): void {
    this.journal[Symbol.dispose]();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
