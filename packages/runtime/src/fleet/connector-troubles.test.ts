import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { IsthmusError } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import { ignoresAbort } from './testing/fake-host.js';
import { FleetBench, registration } from './testing/fleet-bench.js';

const minute = 60_000;

async function benchWith(name: string): Promise<FleetBench> {
  const bench = new FleetBench();
  await bench.set('group', [registration(name)]);
  return bench;
}

describe('a connector whose code leaves an error behind', () => {
  it('shows it until the next run that goes well', async () => {
    const bench = await benchWith('files');
    await bench.pass(2_000);
    expect(bench.status('files')).toMatchObject({ health: 'ok' });
    bench.host.of('files')[0]?.strays('boom');
    expect(bench.status('files')).toMatchObject({
      state: 'waiting',
      health: 'degraded',
      reason: { code: 'CONNECTOR_FAILED', message: expect.stringContaining('boom') },
    });
    await bench.fleet.refresh('guid-of-files', 'me', {});
    await bench.rest();
    expect(bench.status('files')).toMatchObject({ state: 'waiting', health: 'ok' });
    expect(bench.status('files').reason).toBeUndefined();
  });

  it('keeps showing it when it came with the very run that then went well', async () => {
    const bench = new FleetBench();
    bench.host.behaviours.set('files', {
      refresh: () => Promise.resolve(bench.host.of('files').at(-1)?.strays('boom')),
    });
    await bench.set('group', [registration('files')]);
    for (let run = 1; run <= 2; run += 1) {
      expect(bench.status('files')).toMatchObject({
        runCount: run,
        lastRun: { outcome: 'succeeded' },
        health: 'degraded',
        reason: { code: 'CONNECTOR_FAILED' },
      });
      await bench.pass(60 * minute);
    }
  });

  it('is judged anew with a new instance, and not by what the old one still does', async () => {
    const bench = await benchWith('files');
    bench.host.of('files')[0]?.strays('boom');
    await bench.fleet.restart('guid-of-files', 'me');
    await bench.rest();
    bench.host.of('files')[0]?.strays('late');
    expect(bench.status('files')).toMatchObject({ instanceId: 'instance-2', health: 'ok' });
  });
});

describe('a connector whose refresh tells a change each time', () => {
  it('is refreshed less and less often, and each run says why', async () => {
    const bench = new FleetBench();
    bench.host.behaviours.set('files', {
      refresh: () => Promise.resolve(bench.host.of('files').at(-1)?.changed(undefined)),
    });
    await bench.set('group', [registration('files')]);
    for (let second = 0; second < 15; second += 1) await bench.pass(1_000);
    expect(bench.status('files').runCount).toBeLessThan(16);
    for (let count = 0; count < 10; count += 1) await bench.pass(minute);
    const { runCount, lastRun } = bench.status('files');
    expect(runCount).toBeLessThan(30);
    expect(lastRun?.findings).toMatchObject([{ severity: 'warning', code: 'REFRESH_ASKS_FOR_ITSELF' }]);
  });
});

describe('a connector whose run is not complete', () => {
  it('says so, and where to look', async () => {
    const bench = new FleetBench();
    bench.engine.scopesOpen = 1;
    await bench.set('group', [registration('files')]);
    expect(bench.status('files')).toMatchObject({
      state: 'waiting',
      health: 'degraded',
      reason: { code: 'RUN_PARTIAL', next: expect.stringContaining('isthmus connector show') },
    });
    bench.engine.scopesOpen = 0;
    await bench.pass(60 * minute);
    expect(bench.status('files').reason).toBeUndefined();
  });
});

describe('a run that the metadata server refuses', () => {
  it.each([
    'STORE_NOT_AUTHORIZED',
    'STORE_REFUSED',
    'PARAMETER_MISSING',
    'STORE_ANSWER_INVALID',
  ] as const)('is tried again after %s without any change of the connector: one bad answer does not end its refreshing', async (code) => {
    const bench = new FleetBench();
    bench.engine.openFault = new IsthmusError(code, 'said by a gateway');
    await bench.set('group', [registration('files')]);
    expect(bench.status('files')).toMatchObject({ state: 'backing-off', reason: { code } });
    const { instanceId } = bench.status('files');
    bench.engine.openFault = undefined;
    await bench.pass(6_000);
    expect(bench.status('files')).toMatchObject({ state: 'waiting', lastRun: { outcome: 'succeeded' }, instanceId });
  });

  it('is tried again at once when answers make sense again, however long it had failed', async () => {
    const bench = new FleetBench();
    bench.engine.openFault = new IsthmusError('STORE_NOT_AUTHORIZED', 'said by a gateway');
    await bench.set('group', [registration('files')]);
    await bench.pass(10 * minute);
    bench.engine.openFault = undefined;
    bench.fleet.storeReturned();
    await bench.rest();
    expect(bench.status('files')).toMatchObject({ state: 'waiting', lastRun: { outcome: 'succeeded' } });
  });

  it('is tried again also when it was refused at its end', async () => {
    const bench = new FleetBench();
    bench.engine.finishFault = new IsthmusError('STORE_REFUSED', 'said by a gateway');
    await bench.set('group', [registration('files')]);
    expect(bench.status('files')).toMatchObject({ state: 'backing-off', reason: { code: 'STORE_REFUSED' } });
    bench.engine.finishFault = undefined;
    await bench.pass(6_000);
    expect(bench.status('files')).toMatchObject({ state: 'waiting', lastRun: { outcome: 'succeeded' } });
  });
});

describe('a run that shows no progress', () => {
  it('has failed and says why, also when its connector does not follow its signal', async () => {
    const bench = new FleetBench();
    bench.host.behaviours.set('files', { refresh: (_request, _sink, signal) => ignoresAbort(signal) });
    await bench.set('group', [registration('files')]);
    await bench.pass(11 * minute);
    expect(bench.status('files')).toMatchObject({ instanceId: 'instance-2' });
    const [first] = bench.journal.records.values();
    expect(first).toMatchObject({ outcome: 'failed', error: { code: 'CONNECTOR_TIMEOUT' } });
    expect(bench.status('files').lastRun).toMatchObject({ outcome: 'failed', error: { code: 'CONNECTOR_TIMEOUT' } });
  });
});

/** In a process of its own: the runtime warns on the error output. */
const stopsMany = `
import { FleetBench, registration } from ${JSON.stringify(new URL('./testing/fleet-bench.js', import.meta.url).href)};
const bench = new FleetBench();
await bench.set('group', Array.from({ length: 30 }, (_, index) => registration('connector-' + index)));
const running = bench.fleet.statuses().length;
await bench.fleet.close(new AbortController().signal);
console.log(running, bench.fleet.statuses().length);
`;

describe('a fleet of many connectors', () => {
  it('stops without a warning that too many listen to one signal', async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', stopsMany]);
    expect(stdout.trim()).toBe('30 0');
    expect(stderr).toBe('');
  });
});
