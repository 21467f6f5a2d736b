import assert from 'node:assert/strict';
import type { CatalogTarget, TargetChanges } from '@isthmus/connector-sdk';
import type { RecordedRun } from '../../recorded-source.js';
import type { RecordingHost } from '../../recording-host.js';
import {
  abortDeadlineMs,
  assertNothingRemoved,
  assertUnchanged,
  type ContractBench,
  type ContractCheck,
  succeeded,
} from '../bench.js';
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
        assertNothingRemoved(run, 'what was found on one target goes with a run about another');
      }
      const [ofNorth, ofSouth] = [itemsOf(host, 'north'), itemsOf(host, 'south')];
      assert.ok(ofNorth > 0, 'nothing is found on a target that leads to the source of the test');
      assert.equal(ofSouth, ofNorth, 'two targets with one configuration do not hold as many items');
      // fails when two items bring one name
      assert.ok(host.elements().size > 0);
      await changed(bench, host, { added: [], changed: [north], removed: ['south'] });
      const again = succeeded(await host.refresh({ target: north }));
      assertUnchanged(again, 'since another target went these are others');
      assertNothingRemoved(again, 'since another target went these are gone');
    },
  },
  {
    name: 'asks the source of its target, also when that leads elsewhere now',
    needs: ['remove'],
    leftOut,
    async body(bench) {
      const host = await bench.started();
      const other = await bench.another();
      await other.remove();
      const [whole, less] = [targetOf(bench, 'north'), targetOf(bench, 'south', other.configuration)];
      await changed(bench, host, { added: [whole, less], changed: [], removed: [] });
      const ofWhole = toldIn(await host.refresh({ target: whole }));
      const ofLess = toldIn(await host.refresh({ target: less }));
      assert.ok(
        ofLess < ofWhole,
        'of a target it says what its own source holds: read `run.target.configuration`, not the configuration of the connector',
      );
      const moved = targetOf(bench, 'north', other.configuration);
      await changed(bench, host, { added: [], changed: [moved], removed: ['south'] });
      assert.equal(
        toldIn(await host.refresh({ target: moved })),
        ofLess,
        'of a target whose configuration changed it says what it held before: take `run.target` as it is each time, or what `targetsChanged` told',
      );
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
function targetOf(bench: ContractBench, name: string, configuration = bench.configuration): CatalogTarget {
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

/** Items that were said to be there. */
function toldIn(run: RecordedRun): number {
  const { sent, kept } = succeeded(run);
  return sent.length + kept.length;
}

function itemsOf(host: RecordingHost, target: string): number {
  return host
    .scopeNames()
    .filter((scope) => scope.startsWith(`${target} `))
    .reduce((sum, scope) => sum + host.items(scope).length, 0);
}
