import { spawnSync } from 'node:child_process';
import { expect, it } from '@jest/globals';

/** Megabytes of the young heap of a process that holds much for a while. */
function youngMegabytes(prepare: string): number {
  const script = `
    import { holdYoungHeap, releaseYoungHeap, youngBytes } from ${JSON.stringify(new URL('./young-heap.js', import.meta.url).href)};
    import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    ${prepare}
    let held = [];
    for (let count = 0; count < 600000; count += 1) {
      held.push({ count });
      if (held.length > 100000) held = held.slice(50000);
    }
    console.log(youngBytes() / 1e6);
  `;
  return Number(spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).stdout);
}

it('holds the young heap at eight megabytes until it is released', () => {
  expect(youngMegabytes('holdYoungHeap();')).toBeCloseTo(8.39, 1);
  expect(youngMegabytes('holdYoungHeap(); releaseYoungHeap();')).toBeGreaterThan(12);
  expect(youngMegabytes('')).toBeGreaterThan(12);
});

it('holds it although a thread begins', () => {
  const thread = "await once(new Worker('', { eval: true }), 'exit');";
  expect(youngMegabytes(`holdYoungHeap(); ${thread}`)).toBeCloseTo(8.39, 1);
  expect(youngMegabytes(`holdYoungHeap(); releaseYoungHeap(); ${thread}`)).toBeGreaterThan(12);
});
