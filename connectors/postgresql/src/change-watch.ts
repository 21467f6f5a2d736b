import type { ConnectorLog } from '@isthmus/connector-sdk';
import { fingerprintQuery } from './catalog-queries.js';
import { reasonOf } from './faults.js';
import type { Session } from './session.js';
import { scopeOfDatabase } from './to-catalogue.js';

export interface WatchParts {
  readonly pollSeconds: number;
  readonly databases: (signal: AbortSignal) => Promise<readonly string[]>;
  readonly open: (database: string, signal: AbortSignal) => Promise<Session>;
  readonly changed: (scopes: readonly string[]) => void;
  readonly log: ConnectorLog;
}

/** Looks from time to time whether anything was changed in a database, by one question that counts instead of reading. */
export class ChangeWatch {
  readonly #end = new AbortController();
  readonly #fingerprints = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(private readonly parts: WatchParts) {
    this.#next();
  }

  async stop(): Promise<void> {
    this.#end.abort();
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #next(): void {
    if (this.#end.signal.aborted) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look().finally(() => this.#next());
    }, this.parts.pollSeconds * 1_000);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const { databases, changed, log } = this.parts;
    const { signal } = this.#end;
    try {
      const names = await databases(signal);
      const scopes: string[] = [];
      for (const name of names) if (await this.#isChanged(name)) scopes.push(scopeOfDatabase(name));
      const gone = [...this.#fingerprints.keys()].filter((name) => !names.includes(name));
      for (const name of gone) this.#fingerprints.delete(name);
      if (scopes.length > 0 || gone.length > 0) changed(scopes);
    } catch (error) {
      if (!signal.aborted) log.warn('it cannot be looked for changes', { reason: reasonOf(error) });
    }
  }

  /** The first look only remembers: a run has read or will read what is there. */
  async #isChanged(name: string): Promise<boolean> {
    const { open } = this.parts;
    const session = await open(name, this.#end.signal);
    try {
      const [row] = await session.rows<{ readonly fingerprint: string }>(fingerprintQuery);
      const before = this.#fingerprints.get(name);
      this.#fingerprints.set(name, row?.fingerprint ?? '');
      return before !== undefined && before !== row?.fingerprint;
    } finally {
      await session[Symbol.asyncDispose]();
    }
  }
}
