import assert from 'node:assert/strict';
import type { CatalogTarget, TargetChanges } from '@isthmus/connector-sdk';
import type { RecordingHost } from '../../recording-host.js';
import { abortDeadlineMs, type ContractBench, type ContractCheck, succeeded } from '../bench.js';
import { within } from '../hook-deadlines.js';
import { leavesNothing } from '../open-handles.js';

const leftOut: NonNullable<ContractCheck['leftOut']> = ({ targets = false }) =>
  targets ? undefined : 'its definition does not work on catalog targets';

/** How a connector works on catalog targets. */
export const targetChecks: readonly ContractCheck[] = [
  {
    name: 'keeps what it finds on its catalog targets apart',
    needs: [],
    leftOut,
    async body(bench) {
      const host = await bench.started();
      const [north, south] = [targetOf(bench, 'north'), targetOf(bench, 'south')];
      await changed(bench, host, { added: [north, south], changed: [], removed: [] });
      for (const target of [north, south]) {
        const run = succeeded(await host.refresh({ target }));
        assert.deepEqual(run.removed, [], 'what was found on one target goes with a run about another');
      }
      const [ofNorth, ofSouth] = [itemsOf(host, 'north'), itemsOf(host, 'south')];
      assert.ok(ofNorth > 0, 'nothing is found on a target that leads to the source of the test');
      assert.equal(ofSouth, ofNorth, 'two targets with one configuration do not hold as many items');
      // fails when two items bring one name
      assert.ok(host.elements().size > 0);
      await changed(bench, host, { added: [], changed: [north], removed: ['south'] });
      const again = succeeded(await host.refresh({ target: north }));
      assert.deepEqual(again.changed, []);
      assert.deepEqual(again.removed, []);
    },
  },
  {
    name: 'ends targetsChanged when it is aborted',
    hook: 'targetsChanged',
    needs: [],
    async body(bench) {
      const host = await bench.started();
      const changes = { added: [targetOf(bench, 'north')], changed: [], removed: [] };
      const work = changed(bench, host, changes, AbortSignal.abort()).catch(() => undefined);
      await within(abortDeadlineMs, work, 'targetsChanged goes on although it was aborted');
    },
  },
  {
    name: 'leaves nothing open of targets that come and go',
    once: true,
    needs: [],
    leftOut,
    async body(bench) {
      await leavesNothing(async () => {
        const host = await bench.started();
        for (let round = 0; round < 3; round += 1) {
          const [north, south] = [targetOf(bench, 'north'), targetOf(bench, `south ${round}`)];
          const [added, again] = round === 0 ? [[north, south], []] : [[south], [north]];
          await changed(bench, host, { added, changed: again, removed: [] });
          for (const target of [north, south]) succeeded(await host.refresh({ target }));
          await changed(bench, host, { added: [], changed: [], removed: [south.name] });
        }
        await host.stop();
      });
    },
  },
];

/** A target with the configuration of the test and a source of its own. */
function targetOf({ configuration }: ContractBench, name: string): CatalogTarget {
  return {
    name,
    element: { guid: `5d0c4a2e-${name}`, typeName: 'Asset', properties: {} },
    configuration: JSON.parse(JSON.stringify(configuration)),
    source: name,
    permittedSynchronization: 'BOTH_DIRECTIONS',
    templates: {},
  };
}

async function changed(
  bench: ContractBench,
  { connector }: RecordingHost,
  changes: TargetChanges,
  stop?: AbortSignal,
): Promise<void> {
  const text = JSON.stringify(changes);
  await bench.call('targetsChanged', async (signal) => connector.targetsChanged?.(changes, signal), stop);
  assert.equal(JSON.stringify(changes), text, 'it changed what it was told of its targets');
}

function itemsOf(host: RecordingHost, target: string): number {
  return host
    .scopeNames()
    .filter((scope) => scope.startsWith(`${target} `))
    .reduce((sum, scope) => sum + host.items(scope).length, 0);
}
