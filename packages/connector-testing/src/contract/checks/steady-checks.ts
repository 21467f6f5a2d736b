import assert from 'node:assert/strict';
import type { SourceItem } from '@isthmus/connector-sdk';
import type { RecordingHost } from '../../recording-host.js';
import { type ContractCheck, listed, names, refreshed, succeeded } from '../bench.js';

/** What a connector does over and over although nothing changes. */
export const steadyChecks: readonly ContractCheck[] = [
  {
    name: 'knows again what it has sent',
    hook: 'refresh',
    needs: [],
    async body(bench) {
      const host = await refreshed(bench);
      const asked: string[] = [];
      const run = await host.refresh({
        onMessage(message) {
          if (message.type === 'scope.keep')
            asked.push(...message.items.map(({ key, sourceVersion }) => `${message.scope} ${key} ${sourceVersion}`));
        },
      });
      succeeded(run);
      const known = new Set(
        host
          .scopeNames()
          .flatMap((scope) => host.items(scope).map(({ key, sourceVersion }) => `${scope} ${key} ${sourceVersion}`)),
      );
      const aside = new Set(run.findings.map(({ scope, key }) => `${scope} ${key}`));
      const strange = asked.filter(
        (told) => !known.has(told) && ![...aside].some((item) => told.startsWith(`${item} `)),
      );
      assert.ok(
        strange.length === 0,
        `it asks \`keep\` for items that it sends under another key or version, so everything is sent each time: ${listed(strange)}`,
      );
    },
  },
  {
    name: 'asks for no refresh by refreshing',
    hook: 'refresh',
    needs: [],
    async body(bench) {
      const host = await refreshed(bench);
      for (let run = 0; run < manyRuns; run += 1) {
        const before = host.changes.length;
        succeeded(await host.refresh());
        // One that asks may have heard of something; one that always does never rests.
        if (host.changes.length === before) return;
      }
      assert.fail(
        'each refresh calls `context.changed()`, so that one follows the other without end: call it for events alone',
      );
    },
  },
  {
    name: 'publishes nothing anew when nothing has changed',
    once: true,
    hook: 'refresh',
    needs: [],
    async body(bench) {
      const host = await refreshed(bench);
      const before = host.published.length;
      for (let run = 0; run < manyRuns; run += 1) succeeded(await host.refresh());
      assert.ok(
        host.published.length === before,
        `${host.published.length - before} OpenLineage events were published in ${manyRuns} refreshes although nothing has changed`,
      );
    },
  },
  {
    name: 'ties what lies in a thing to it, so that it goes with it',
    once: true,
    hook: 'refresh',
    needs: [],
    async body(bench) {
      const untied = untiedScopes(await refreshed(bench));
      assert.ok(
        untied.length < 2,
        `the scopes ${listed(untied.map(({ scope }) => scope))} hold what lies in ${listed(untied.map(({ parent }) => parent))}, and no item says \`opens\` of them: when one of these goes, what lies in it stays for ever`,
      );
    },
  },
  {
    name: 'names things after the source of its registration',
    once: true,
    hook: 'refresh',
    needs: [],
    async body(bench) {
      const one = await bench.started();
      const other = await bench.started({ source: 'elsewhere' });
      succeeded(await one.refresh());
      succeeded(await other.refresh());
      const known = new Set(names(one));
      if (known.size === 0) return;
      assert.ok(
        names(other).some((name) => !known.has(name)),
        'no qualified name depends on `context.source`: two registrations would write over each other',
      );
    },
  },
  {
    name: 'writes nothing to the console',
    once: true,
    needs: [],
    async body(bench) {
      const printed: string[] = [];
      await withConsole(printed, async () => {
        const host = await refreshed(bench);
        await bench.probe(host);
        await host.stop();
      });
      assert.ok(
        printed.length === 0,
        `it writes to the console, where nobody looks and nothing is masked: use context.log. It wrote: ${listed(printed)}`,
      );
    },
  },
];

const manyRuns = 4;

/** Notes what is printed past the log while it works. */
export async function withConsole<T>(printed: string[], work: () => Promise<T>): Promise<T> {
  const note = (...given: readonly unknown[]): void => void printed.push(given.map(String).join(' '));
  const methods = ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const;
  const before = methods.map((name) => [name, console[name]] as const);
  for (const name of methods) console[name] = note;
  try {
    return await work();
  } finally {
    for (const [name, method] of before) console[name] = method;
  }
}

interface Untied {
  readonly scope: string;
  readonly parent: string;
}

/**
 * Scopes all of whose items lie in one item of another scope, each in another one of the same, and which nothing opens.
 * Scopes that are the same whatever is there (all tables, all views) hold what lies in many.
 */
function untiedScopes(host: RecordingHost): readonly Untied[] {
  const scopes = host.scopeNames().map((scope) => ({ scope, items: host.items(scope) }));
  const opened = new Set(scopes.flatMap(({ items }) => items.map(({ opens }) => opens)));
  const home = new Map(
    scopes.flatMap(({ scope, items }) =>
      items.flatMap(({ elements }) => elements.map(({ qualifiedName }) => [qualifiedName, scope] as const)),
    ),
  );
  const bySource = new Map<string, Map<string, string>>();
  for (const { scope, items } of scopes) {
    const parent = onlyParent(items);
    const above = parent === undefined ? undefined : home.get(parent);
    if (parent === undefined || above === undefined || above === scope || opened.has(scope)) continue;
    const found = bySource.get(above) ?? new Map<string, string>();
    bySource.set(above, found.set(parent, scope));
  }
  const most = [...bySource.values()].sort((one, other) => other.size - one.size)[0] ?? new Map<string, string>();
  return [...most].map(([parent, scope]) => ({ scope, parent }));
}

function onlyParent(items: readonly SourceItem[]): string | undefined {
  const parents = new Set(items.map(({ elements }) => elements[0].parent?.qualifiedName));
  const [parent] = parents;
  return parents.size === 1 ? parent : undefined;
}
