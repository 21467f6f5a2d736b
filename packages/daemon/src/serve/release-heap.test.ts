import { spawnSync } from 'node:child_process';
import { ManualClock } from '@isthmus/connector-testing';
import { expect, it } from '@jest/globals';
import { releaseHeapAfterStart } from './release-heap.js';

function started(cpuMs: () => number) {
  const clock = new ManualClock();
  const told: string[] = [];
  const kept = releaseHeapAfterStart(clock, cpuMs, () => told.push('release'));
  return { clock, told, kept };
}

it.each([
  ['after twenty seconds of work', 19_000, 20_000],
  ['later where others had the cores', 11_000, 25_000],
])('lets the heap go %s', async (_what, cpuAtTwenty, releasedAt) => {
  const { clock, told } = started(() => cpuAtTwenty + (clock.monotonic() > 20_000 ? 2_000 : 0));
  await clock.advance(releasedAt - 1);
  expect(told).toEqual([]);
  await clock.advance(1);
  expect(told).toEqual(['release']);
});

it('lets the heap of a process at rest go after two minutes, and that of one that has ended never', async () => {
  const { clock, told, kept } = started(() => 3_000);
  await clock.advance(115_000);
  expect(told).toEqual([]);
  await clock.advance(5_000);
  expect(told).toEqual(['release']);
  kept[Symbol.dispose]();
  const ended = started(() => 30_000);
  ended.kept[Symbol.dispose]();
  await ended.clock.advance(60_000);
  expect(ended.told).toEqual([]);
});

it('lets the heap go at once when more is written than a start writes, and just once', async () => {
  const { clock, told, kept } = started(() => 3_000);
  kept.wrote(14_999);
  expect(told).toEqual([]);
  kept.wrote(1);
  kept.wrote(20_000);
  await clock.advance(120_000);
  expect(told).toEqual(['release']);
  const ended = started(() => 3_000);
  ended.kept[Symbol.dispose]();
  ended.kept.wrote(20_000);
  expect(ended.told).toEqual([]);
});

/** Megabytes of the old heap at the most, in a process that makes much garbage of which 30 MB are in use at a time. */
function mostMegabytes(prepare: string): number {
  const script = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { ManualClock } from '@isthmus/connector-testing';
    import { releaseHeapAfterStart } from ${JSON.stringify(new URL('./release-heap.js', import.meta.url).href)};
    import { holdHeap } from ${JSON.stringify(new URL('../start-heap.js', import.meta.url).href)};
    holdHeap();
    ${prepare}
    const held = [];
    let most = 0;
    for (let count = 0; count < 3000000; count += 1) {
      held[count % 400000] = [count, count];
      if (count % 10000 !== 0) continue;
      const old = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space');
      most = Math.max(most, old.space_used_size);
    }
    console.log(most / 1e6);
  `;
  return Number(spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).stdout);
}

it('lets the heap grow to little more than twice of what is in use once a start is over', () => {
  const isOver = `
    const clock = new ManualClock();
    releaseHeapAfterStart(clock, () => 30_000);
    await clock.advance(20_000);
  `;
  const most = mostMegabytes(isOver);
  // left to V8 it is 190
  expect(most).toBeLessThan(130);
  expect(most).toBeGreaterThan(mostMegabytes(''));
});
