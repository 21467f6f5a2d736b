import { spawnSync } from 'node:child_process';
import { expect, it } from '@jest/globals';

/** Megabytes of the young heap of a process that holds much for a while. */
function youngMegabytes(prepare: string): number {
  const script = `
    import { holdHeap, releaseHeap, youngBytes } from ${JSON.stringify(new URL('./start-heap.js', import.meta.url).href)};
    import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    ${prepare}
    let held = [];
    for (let count = 0; count < 1800000; count += 1) {
      held.push({ count });
      if (held.length > 300000) held = held.slice(150000);
    }
    console.log(youngBytes() / 1e6);
  `;
  return Number(spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).stdout);
}

it('holds the young heap at sixteen megabytes until it is released', () => {
  expect(youngMegabytes('holdHeap();')).toBeCloseTo(16.78, 1);
  expect(youngMegabytes('holdHeap(); releaseHeap();')).toBeGreaterThan(20);
  expect(youngMegabytes('')).toBeGreaterThan(20);
});

it('holds it although a thread begins', () => {
  const thread = "await once(new Worker('', { eval: true }), 'exit');";
  expect(youngMegabytes(`holdHeap(); ${thread}`)).toBeCloseTo(16.78, 1);
  expect(youngMegabytes(`holdHeap(); releaseHeap(); ${thread}`)).toBeGreaterThan(20);
});

/** Collections of the part where objects live on, while much more comes to live there. */
function fullCollections(prepare: string): number {
  const script = `
    import { holdHeap, releaseHeap } from ${JSON.stringify(new URL('./start-heap.js', import.meta.url).href)};
    import { PerformanceObserver, constants } from 'node:perf_hooks';
    import { setImmediate } from 'node:timers/promises';
    let count = 0;
    new PerformanceObserver((list) => {
      count += list.getEntries().filter(({ detail }) => detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR).length;
    }).observe({ entryTypes: ['gc'] });
    ${prepare}
    const held = [];
    for (let round = 0; round < 2000; round += 1) {
      held.push(Array.from({ length: 2000 }, (_, index) => ({ index, round })));
      await setImmediate();
    }
    await setImmediate();
    console.log(count);
  `;
  return Number(spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).stdout);
}

it('collects what lives on when it has grown by a quarter, until it is released', () => {
  const held = fullCollections('holdHeap();');
  expect(held).toBeGreaterThan(fullCollections('') + 3);
  expect(held).toBeGreaterThan(fullCollections('holdHeap(); releaseHeap();') + 2);
});
