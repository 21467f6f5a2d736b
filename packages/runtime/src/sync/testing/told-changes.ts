import type { SourceItem } from '@isthmus/connector-sdk';
import { expect } from '@jest/globals';
import type { SyncReport, SyncRun } from '../sync-engine.js';
import { digestOf } from './fake-source.js';
import type { SyncBench } from './sync-bench.js';

type Spec = Parameters<SyncBench['open']>[0];

/** By scope. */
export type Scopes = Readonly<Record<string, readonly SourceItem[]>>;

/** A table with columns, whose names are what they are called by. */
export function tableItem(key: string, parts: readonly string[] = [], name = key, text = ''): SourceItem {
  const part = (own: string) => ({ typeName: 'Column', qualifiedName: own, properties: { displayName: own } });
  const element = { typeName: 'Table', qualifiedName: name, properties: { displayName: name, text } };
  return { key, sourceVersion: JSON.stringify([parts, name, text]), elements: [element, ...parts.map(part)] };
}

export async function tell(run: SyncRun, scope: string, body: SourceItem): Promise<void> {
  const digest = digestOf(body);
  if ((await run.offer(scope, [digest])).length > 0) await run.deliver(scope, [{ digest, body }]);
}

/** A run that lists everything and saves a cursor. */
export async function listAll(bench: SyncBench, scopes: Scopes, spec: Spec = {}): Promise<SyncReport> {
  const run = await bench.open(spec);
  if (run.cursor !== undefined) await run.cursorRefused();
  for (const [scope, items] of Object.entries(scopes)) {
    for (const body of items) await tell(run, scope, body);
    await run.complete(scope);
  }
  await run.saveCursor('listed');
  return run.finish('completed');
}

/** A run that is told of changes. */
export async function followChanges(
  bench: SyncBench,
  told: (run: SyncRun) => Promise<unknown>,
  spec: Spec = {},
): Promise<SyncReport> {
  const run = await bench.open(spec);
  expect(run.cursor).toBeDefined();
  await told(run);
  return run.finish('completed');
}
