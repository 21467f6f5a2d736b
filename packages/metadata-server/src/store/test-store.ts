import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, silentLogger } from '@isthmus/kernel';
import type { BatchOperation } from '@isthmus/model';
import { standardTypes } from '@isthmus/model/standard-types';
import type { Writer } from './element-store.js';
import { type ElementStoreOptions, SqliteElementStore } from './sqlite-element-store.js';

/** A clock that moves one millisecond per look, so that versions never share a time. */
export class TickingClock implements Clock {
  #now = 1_700_000_000_000;

  now(): number {
    this.#now += 1;
    return this.#now;
  }

  monotonic(): number {
    return performance.now();
  }

  schedule(delayMs: number, action: () => void): { cancel(): void } {
    const timer = setTimeout(action, delayMs);
    return { cancel: () => clearTimeout(timer) };
  }
}

/** A clock that stands still until it is told to go on. */
export class StandingClock implements Clock {
  #now = 1_700_000_000_000;
  #timers: { readonly at: number; readonly action: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  schedule(delayMs: number, action: () => void): { cancel(): void } {
    const timer = { at: this.#now + delayMs, action };
    this.#timers.push(timer);
    return { cancel: () => (this.#timers = this.#timers.filter((each) => each !== timer)) };
  }

  advance(durationMs: number): void {
    this.#now += durationMs;
    const due = this.#timers.filter((timer) => timer.at <= this.#now);
    this.#timers = this.#timers.filter((timer) => timer.at > this.#now);
    for (const timer of due) timer.action();
  }
}

export const alice: Writer = { userId: 'alice' };
export const steward: Writer = { userId: 'steward' };

export function storePath(): string {
  return join(mkdtempSync(join(tmpdir(), 'isthmus-store-')), 'store.db');
}

/** Of a store of its own. */
export function storeOptions(options: Partial<ElementStoreOptions> = {}): ElementStoreOptions {
  let uuids = 0;
  const series = Math.random().toString(36).slice(2, 10);
  return {
    path: storePath(),
    collectionName: 'test-store',
    types: standardTypes(),
    clock: new TickingClock(),
    newUuid: () => {
      uuids += 1;
      return `${series}-${uuids}`;
    },
    logger: silentLogger,
    ...options,
  };
}

export function openTestStore(options: Partial<ElementStoreOptions> = {}): SqliteElementStore {
  return new SqliteElementStore(storeOptions(options));
}

/** Runs a test on a store of its own and closes it. */
export async function withStore(
  test: (store: SqliteElementStore) => Promise<void>,
  options: Partial<ElementStoreOptions> = {},
): Promise<void> {
  await using store = openTestStore(options);
  await test(store);
}

export function upsert(
  typeName: string,
  qualifiedName: string,
  more: Partial<Extract<BatchOperation, { op: 'upsert' }>> = {},
): BatchOperation {
  return { op: 'upsert', typeName, qualifiedName, properties: {}, ...more };
}

/** Code of the error that a promise is rejected with. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
  }
  return 'nothing was refused';
}
