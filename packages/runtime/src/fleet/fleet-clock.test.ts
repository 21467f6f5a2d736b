import { describe, expect, it } from '@jest/globals';
import { FleetBench, registration } from './testing/fleet-bench.js';

const minute = 60_000;
const day = 24 * 60 * minute;

describe('a fleet whose clock is set', () => {
  it('starts what has its start date behind it when the clock was set forward', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files', { startDate: bench.clock.now() + day })]);
    bench.clock.set(bench.clock.now() + day);
    await bench.pass(30_000);
    expect(bench.status('files')).toMatchObject({ state: 'waiting', runCount: 1 });
  });

  it('stops what has its stop date behind it when the clock was set forward', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files', { connectorShutdownDate: bench.clock.now() + day })]);
    bench.clock.set(bench.clock.now() + day);
    await bench.pass(30_000);
    expect(bench.status('files').state).toBe('stopped');
    expect(bench.host.alive).toEqual([]);
  });

  it('starts again what has its stop date before it once more when the clock was set back', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files', { connectorShutdownDate: bench.clock.now() + minute })]);
    await bench.pass(minute);
    expect(bench.status('files').state).toBe('stopped');
    bench.clock.set(bench.clock.now() - day);
    await bench.pass(30_000);
    expect(bench.status('files').state).toBe('waiting');
  });

  it('starts what was registered while the clock ran ahead, when it was set back to where it was', async () => {
    const bench = new FleetBench();
    const connectorShutdownDate = bench.clock.now() + 60 * minute;
    bench.clock.set(bench.clock.now() + day);
    await bench.set('group', [registration('files', { connectorShutdownDate })]);
    expect(bench.status('files').state).toBe('stopped');
    bench.clock.set(bench.clock.now() - day);
    await bench.pass(30_000);
    expect(bench.status('files').state).toBe('waiting');
  });

  it('waits for its start date again when the clock was set back', async () => {
    const bench = new FleetBench();
    const schedule = { 'isthmus.schedule': 'never ever' };
    await bench.set('group', [registration('files', { startDate: bench.clock.now() + minute }, schedule)]);
    await bench.pass(minute);
    expect(bench.status('files').state).toBe('failed');
    bench.clock.set(bench.clock.now() - day);
    await bench.pass(30_000);
    expect(bench.status('files').state).toBe('pending');
  });

  it('shows the due time by the clock as it is now', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    await bench.pass(2 * minute);
    expect(bench.status('files').nextDueAt).toBe(bench.clock.now() + 58 * minute);
    bench.clock.set(bench.clock.now() - day);
    expect(bench.status('files').nextDueAt).toBe(bench.clock.now() + 58 * minute);
  });

  it('keeps hold of what it starts just after the clock was set back', async () => {
    const bench = new FleetBench();
    bench.clock.set(bench.clock.now() - day);
    await bench.set('group', [registration('files')]);
    expect(bench.status('files').nextDueAt).toBe(bench.clock.now() + 60 * minute);
    await bench.set('group', []);
    await bench.pass(day);
    expect(bench.engine.opened).toHaveLength(1);
  });

  it('arms one timer for all dates, and none when nobody has any', async () => {
    const bench = new FleetBench();
    const startDate = bench.clock.now() + day;
    const names = Array.from({ length: 20 }, (_, place) => `files-${place}`);
    await bench.set(
      'group',
      names.map((name) => registration(name, { startDate })),
    );
    await bench.pass(2_000);
    expect(bench.clock.armedTimers).toBe(1);
    await bench.set('group', []);
    await bench.pass(minute);
    expect(bench.clock.armedTimers).toBe(0);
  });
});
