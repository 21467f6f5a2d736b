import { ManualClock } from '@isthmus/connector-testing';
import { expect, it } from '@jest/globals';
import { keepHeapSmallAtStart } from './small-heap.js';

function started(cpuMs: () => number) {
  const clock = new ManualClock();
  const told: string[] = [];
  const kept = keepHeapSmallAtStart(clock, cpuMs, {
    hold: () => told.push('hold'),
    release: () => told.push('release'),
  });
  return { clock, told, kept };
}

it.each([
  ['after twenty seconds of work', 19_000, 20_000],
  ['later where others had the cores', 11_000, 25_000],
])('lets the heap go %s', async (_what, cpuAtTwenty, releasedAt) => {
  const { clock, told } = started(() => cpuAtTwenty + (clock.monotonic() > 20_000 ? 2_000 : 0));
  await clock.advance(releasedAt - 1);
  expect(told).toEqual(['hold']);
  await clock.advance(1);
  expect(told).toEqual(['hold', 'release']);
});

it('lets the heap of a process at rest go after two minutes, and that of one that has ended never', async () => {
  const { clock, told, kept } = started(() => 3_000);
  await clock.advance(115_000);
  expect(told).toEqual(['hold']);
  await clock.advance(5_000);
  expect(told).toEqual(['hold', 'release']);
  kept[Symbol.dispose]();
  const ended = started(() => 30_000);
  ended.kept[Symbol.dispose]();
  await ended.clock.advance(60_000);
  expect(ended.told).toEqual(['hold']);
});
