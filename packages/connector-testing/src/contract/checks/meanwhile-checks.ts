import assert from 'node:assert/strict';
import { assertSame, type ContractCheck, contents, listed, names, refreshed, succeeded, use } from '../bench.js';
import { countCalls } from './fault-checks.js';

/** What happens when the source changes in the middle of a run. */
export const meanwhileChecks: readonly ContractCheck[] = [
  {
    name: 'takes nothing for gone because something else went while it listed',
    hook: 'refresh',
    needs: ['grow', 'remove'],
    async body(bench) {
      await use(bench, 'grow', manyItems);
      const host = await refreshed(bench);
      // Of a run in which all is known: there are fewer.
      const calls = await countCalls(host);
      const before = names(host);
      const run = await host.refresh({ onMessage: atCall(Math.ceil(calls / 2), () => use(bench, 'remove')) });
      const fresh = new Set(names(await refreshed(bench)));
      const now = new Set(names(host));
      const lost = before.filter((name) => fresh.has(name) && !now.has(name));
      assert.ok(
        lost.length === 0,
        `these are still there and were removed, as the pages shifted when something before them went: page by key, or complete with the \`count\` that the source had before the first page: ${listed(lost)}`,
      );
      if (run.failure === undefined) succeeded(await host.refresh());
    },
  },
  {
    name: 'goes on from its cursor with what changed while it listed everything',
    hook: 'refresh',
    needs: ['change'],
    async body(bench) {
      const probing = await bench.started();
      const calls = await countCalls(probing);
      const host = await bench.started();
      let hasSaved = false;
      const change = atCall(Math.max(calls - 1, 1), () => use(bench, 'change'));
      const run = await host.refresh({
        onMessage(message) {
          hasSaved ||= message.type === 'run.cursor';
          return change();
        },
      });
      succeeded(run);
      if (!hasSaved) return;
      succeeded(await host.refresh({ incremental: true }));
      assertSame(
        contents(host),
        contents(await refreshed(bench)),
        'what changed while everything was listed is never told: ask where the history of the source stands before the listing begins, and save that',
      );
    },
  },
];

const manyItems = 300;

/** Does it once, before the call of this number is answered. */
function atCall(at: number, work: () => Promise<unknown>): () => Promise<void> {
  let calls = 0;
  return async () => {
    calls += 1;
    if (calls === at) await work();
  };
}
