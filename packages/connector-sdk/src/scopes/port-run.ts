import type { SupportedKind } from '../connector.js';
import { type HostPort, type JsonValue, type KeptItem, mostKeptAtOnce } from '../host-port.js';
import type { RefreshRun } from '../refresh-run.js';
import type { GenericScope } from './generic-scope.js';

/** What a host tells of a run when it begins. */
export type RunFacts<C = unknown> = Pick<
  RefreshRun<SupportedKind, C>,
  'id' | 'mode' | 'signal' | 'requested' | 'target'
> & {
  /** Where the run goes on; absent = it lists everything. */
  readonly cursor?: JsonValue;
};

/** A run on a host port, without its scopes. */
export function portRun<C>(port: HostPort, request: RunFacts<C>): Omit<RefreshRun<SupportedKind, C>, 'scope'> {
  const run = request.id;
  let { cursor } = request;
  return {
    ...request,
    get cursor() {
      return cursor;
    },
    get incremental() {
      return cursor !== undefined;
    },
    source: async (identity) => {
      if (!(await port.call({ type: 'run.source', run, identity }))) cursor = undefined;
    },
    saveCursor: async (value) => void (await port.call({ type: 'run.cursor', run, value })),
    cursorRefused: async () => {
      await port.call({ type: 'run.cursorRefused', run });
      cursor = undefined;
    },
    finding: async (finding) => void (await port.call({ type: 'scope.finding', run, scope: undefined, finding })),
    progress: (text) => void port.call({ type: 'run.progress', run, text }),
  };
}

/** A scope on a host port: what every kind's scope is made of. */
export function portScope(port: HostPort, run: string, scope: string): GenericScope {
  return {
    put: async (item) => void (await port.call({ type: 'scope.put', run, scope, item })),
    keep: async (key, sourceVersion) => (await keepKnown(port, run, scope, [{ key, sourceVersion }])).length === 0,
    keepKnown: (items) => keepKnown(port, run, scope, items),
    finding: async (finding) => void (await port.call({ type: 'scope.finding', run, scope, finding })),
    missing: () => missingKeys(port, run, scope),
    gone: async (key) => void (await port.call({ type: 'scope.gone', run, scope, key })),
    complete: async (proof = {}) => void (await port.call({ type: 'scope.complete', run, scope, ...proof })),
  };
}

async function keepKnown<T extends KeptItem>(
  port: HostPort,
  run: string,
  scope: string,
  items: readonly T[],
): Promise<readonly T[]> {
  const unknown: T[] = [];
  for (let from = 0; from < items.length; from += mostKeptAtOnce) {
    const some = items.slice(from, from + mostKeptAtOnce);
    // Plain: authors hand over whatever else they need for those that come back.
    const told = some.map(({ key, sourceVersion }) => ({ key, sourceVersion }));
    for (const position of await port.call({ type: 'scope.keep', run, scope, items: told })) {
      const item = some[position];
      if (item !== undefined) unknown.push(item);
    }
  }
  return unknown;
}

async function missingKeys(port: HostPort, run: string, scope: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for (;;) {
    const some = await port.call({ type: 'scope.missing', run, scope, from: keys.length });
    for (const key of some) keys.push(key);
    if (some.length < mostKeptAtOnce) return keys;
  }
}
