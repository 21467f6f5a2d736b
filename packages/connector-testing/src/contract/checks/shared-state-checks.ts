import assert from 'node:assert/strict';
import type { ContractCheck } from '../bench.js';
import { rest, use } from '../bench.js';
import { differences, sharedState } from '../shared-state.js';

/** What a connector does to what all code of its process shares. */
export const sharedStateChecks: readonly ContractCheck[] = [
  {
    name: 'changes nothing that all code of the process shares',
    once: true,
    needs: [],
    async body(bench) {
      const earlier = [...bench.changedBefore];
      assert.deepEqual(earlier, [], `in an earlier test of this contract it has changed ${earlier.join(', ')}`);
      const before = sharedState();
      const settings = JSON.stringify(bench.configuration);
      const look = (when: string): void => {
        const changed = differences(before, sharedState());
        assert.deepEqual(changed, [], `${when} it has changed ${changed.join(', ')}`);
        assert.equal(JSON.stringify(bench.configuration), settings, `${when} it has changed its configuration`);
      };
      const host = bench.host();
      look('when it is made');
      await host.start();
      look('in its start');
      let calls = 0;
      const during = new Set<string>();
      await host.refresh({
        onMessage() {
          calls += 1;
          if (calls <= mostLooks) for (const name of differences(before, sharedState())) during.add(name);
        },
      });
      assert.deepEqual(
        [...during],
        [],
        `in its refresh it has changed ${[...during].join(', ')}, which others use meanwhile`,
      );
      look('in its refresh');
      await bench.probe(host);
      look('in its probe');
      const { connector } = host;
      const next = bench.source.reconfigured === undefined ? undefined : await use(bench, 'reconfigured');
      if (next !== undefined)
        await bench.call('reconfigure', async (signal) => connector.reconfigure?.(next, signal)).catch(() => undefined);
      look('when its configuration was changed');
      await host.stop();
      await rest();
      look('in its stop');
      if (bench.source.break === undefined) return;
      await use(bench, 'break');
      const other = bench.host();
      await other.start().catch(() => undefined);
      await other.refresh();
      await other.stop();
      look('when its source could not be read');
    },
  },
];

const mostLooks = 20;
