import { delay, systemClock } from '@isthmus/kernel';
import type { MetadataElement, MetadataStore } from '@isthmus/model';
import type { IntegrationDaemon, PlanItem, RunRecord } from '@isthmus/runtime';
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { startTestingStore, type TestingStore } from './testing-store.js';

const never: AbortSignal = new AbortController().signal;

/** What the connector does when it is refreshed: it calls operations of its context, or tells items of scopes. */
export type Work = (
  context: Record<string, (input: object) => Promise<{ readonly guid: string }>>,
  run: TestedRun,
) => Promise<void>;

export interface TestedRun {
  scope(name: string): {
    database(item: object): Promise<void>;
    complete(): Promise<void>;
    nameOf(noun: string, names: readonly string[]): string;
  };
}

/** The provider is loaded into this process. */
const works: { now: Work } = { now: async () => undefined };
Reflect.set(globalThis, 'testedWork', works);

const code = `export const provider = {
  kind: 'database', provider: 'tested', version: 1, configuration: { type: 'object' },
  create: (context) => ({ refresh: (run) => globalThis.testedWork.now(context, run) }),
};`;
const isthmus = { provider: 'tested', kind: 'database', sdk: '^0.1.0', module: './index.js', export: 'provider' };
const manifest = { name: 'tested', version: '1.0.0', type: 'module', isthmus };

/** A connector of kind database in a real daemon over the embedded metadata server, a new one for each test. */
export class TestedConnector {
  #testing: TestingStore | undefined;
  #daemon: IntegrationDaemon | undefined;
  #count = 0;
  name = '';

  /** @param leftovers - qualified names of what tests make, in the order of purging */
  constructor(leftovers: readonly string[]) {
    beforeAll(async () => {
      this.#testing = await startTestingStore('6.1', { manifest, code });
      this.#daemon = await this.#testing.startDaemon('Tested');
    });
    afterAll(async () => {
      await this.#testing?.[Symbol.asyncDispose]();
    });
    beforeEach(async () => {
      works.now = async () => undefined;
      this.#count += 1;
      this.name = `connector${this.#count}`;
      await this.daemon.addConnector('Tested', { name: this.name, provider: 'tested', refreshTimeInterval: 0 }, 'me');
      await this.#ended(1);
    });
    afterEach(async () => {
      await this.daemon.removeConnector(this.name, 'me');
      for (const left of leftovers) {
        const element = await this.store.getByQualifiedName(left, { forLineage: true }, never);
        if (element !== undefined) await this.store.delete(element.guid, { method: 'PURGE' }, never);
      }
    });
  }

  get daemon(): IntegrationDaemon {
    if (this.#daemon === undefined) throw new Error('the daemon was not started');
    return this.#daemon;
  }

  /** As people have it. */
  get store(): MetadataStore {
    if (this.#testing === undefined) throw new Error('the store was not started');
    return this.#testing.store;
  }

  async refreshed(work: Work): Promise<RunRecord> {
    works.now = work;
    return await this.acted(() => this.daemon.refreshConnector(this.name, 'me'));
  }

  async previewed(work: Work): Promise<RunRecord> {
    works.now = work;
    return await this.acted(() => this.daemon.previewConnector(this.name, 'me'));
  }

  /** @returns the run that the act started, once it has ended */
  async acted(act: () => Promise<unknown>): Promise<RunRecord> {
    const before = (await this.daemon.runs(this.name, 100)).length;
    await act();
    return await this.#ended(before + 1);
  }

  async undone(run: RunRecord): Promise<RunRecord> {
    works.now = async () => undefined;
    return await this.acted(() => this.daemon.undoRun(run.id, 'me'));
  }

  async approved(run: RunRecord): Promise<RunRecord> {
    return await this.acted(() => this.daemon.approvePlan(run.id, 'me', {}));
  }

  items(run: RunRecord): Promise<readonly PlanItem[]> {
    return this.daemon.planItems(run.id, { filter: {}, after: 0, limit: 100 });
  }

  inStore(qualifiedName: string): Promise<MetadataElement | undefined> {
    return this.store.getByQualifiedName(qualifiedName, {}, never);
  }

  async guid(qualifiedName: string): Promise<string> {
    const found = await this.inStore(qualifiedName);
    if (found === undefined) throw new Error(`there is no ${qualifiedName}`);
    return found.guid;
  }

  /** Properties of a classification; undefined: there is none. */
  async classified(qualifiedName: string, name: string): Promise<MetadataElement['properties'] | undefined> {
    const found = await this.inStore(qualifiedName);
    return found?.classifications.find(({ classificationName }) => classificationName === name)?.properties;
  }

  async #ended(runs: number): Promise<RunRecord> {
    for (let left = 400; left > 0; left -= 1) {
      const all = (await this.daemon.runs(this.name, 100)).filter(({ outcome }) => outcome !== 'running');
      if (all.length >= runs && all[0] !== undefined) return all[0];
      await delay(systemClock, 25);
    }
    throw new Error(`no run ${runs} of ${this.name} has ended`);
  }
}
