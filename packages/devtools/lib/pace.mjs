// How much slower than a quiet machine this one is: what a bare Node process takes to start, bring one small write to its
// disk and end, held against what that takes where nothing else runs. Limits of seconds are those of a quiet machine; on
// one that is slow or busy they grow in proportion, so that a proof judges the product and not the machine.
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** On two cores of which none is busy: 45 to 60 ms. */
const quietMs = 60;
const everyMs = 2_500;
const script = `
const { closeSync, fsyncSync, openSync, unlinkSync, writeSync } = require('node:fs');
const path = process.argv[1];
const file = openSync(path, 'w');
writeSync(file, 'x');
fsyncSync(file);
closeSync(file);
unlinkSync(path);`;
/** Limits of a client whose server may be on a slow machine: what it asks for comes, however late. */
export const patientLimits = { attemptTimeoutMs: 300_000, deadlineMs: 600_000 };
let number = 0;

/**
 * @param {boolean} isAside whether the process may end before it knows
 * @returns {Promise<number>} 1 on a quiet machine, 3 on one that takes three times as long; never less than 1
 */
export async function slowness(isAside = false) {
  const path = join(tmpdir(), `isthmus-pace-${process.pid}-${number++}`);
  const begun = performance.now();
  const child = spawn(process.execPath, ['-e', script, path], {
    stdio: 'ignore',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  if (isAside) child.unref();
  await new Promise((settle) => child.on('close', settle).on('error', settle));
  return Math.max(1, (performance.now() - begun) / quietMs);
}

/** Looks again and again from now on: what was slow a while ago may be quick by the time that something is judged. */
export function watchPace() {
  const samples = [];
  const look = async () => {
    const begun = performance.now();
    const factor = await slowness(true);
    samples.push({ begun, ended: performance.now(), factor });
    setTimeout(look, everyMs).unref();
  };
  void look();
  return {
    /** How slow the machine was between an instant (of `performance.now()`) and now, in the slower of its moments. */
    async since(at) {
      const factors = samples.filter(({ ended }) => ended >= at).map(({ factor }) => factor);
      factors.push(await slowness());
      return factors.sort((one, other) => one - other)[Math.floor(factors.length * 0.75)];
    },
  };
}
