import type { SourceItem } from '@isthmus/connector-sdk';
import type { SyncReport } from '../sync-engine.js';
import { digestOf } from './fake-source.js';
import type { SyncBench } from './sync-bench.js';

/** An item whose key, name and scope are each its own. */
export interface Told {
  readonly key: string;
  readonly name: string;
  readonly text: string;
  readonly scope?: string;
  readonly parts?: readonly string[];
}

export const qualifiedName = (name: string) => `Database::test:${name}`;

export function toldItem({ key, name, text, parts = [] }: Told): SourceItem {
  const own = qualifiedName(name);
  const element = { typeName: 'Database', qualifiedName: own, properties: { displayName: name, text } };
  const columns = parts.map((part) => ({
    typeName: 'Column',
    qualifiedName: `${own}/${part}`,
    properties: { displayName: part },
  }));
  return { key, sourceVersion: text, elements: [element, ...columns] };
}

/** Scopes are listed in the order in which they first come. */
export async function syncTold(
  bench: SyncBench,
  told: readonly Told[],
  spec: Parameters<SyncBench['open']>[0] = {},
  at = 1,
): Promise<SyncReport> {
  const run = await bench.open(spec);
  for (const scope of new Set(told.map(({ scope = 'all' }) => scope))) {
    const items = told.filter((item) => (item.scope ?? 'all') === scope).map(toldItem);
    for (let from = 0; from < items.length; from += at) {
      const some = items.slice(from, from + at).map((body) => ({ body, digest: digestOf(body) }));
      const wanted = new Set(
        await run.offer(
          scope,
          some.map(({ digest }) => digest),
        ),
      );
      const bodies = some.filter(({ digest }) => wanted.has(digest.key));
      if (bodies.length > 0) await run.deliver(scope, bodies);
    }
    await run.complete(scope);
  }
  return run.finish('completed');
}
