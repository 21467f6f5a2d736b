// Collects what a proof found and ends the process as `.ci/run` expects: `prove <name>: N passed, N failed`.
import { slowness, watchPace } from './pace.mjs';

/** @param {{ isTimed?: boolean }} [options] whether something is held against a limit of time, by `checkWithin` */
export function proof(name, { isTimed = false } = {}) {
  const pace = isTimed ? watchPace() : undefined;
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  /** One statement that holds or not. `detail` is the figure that shows it. */
  const check = (statement, holds, detail = '') => {
    if (holds) passed += 1;
    else failed += 1;
    console.log(`${holds ? 'ok  ' : 'FAIL'} ${statement}${detail === '' ? '' : `: ${detail}`}`);
    return holds;
  };
  return {
    check,
    /**
     * One statement that holds and took no longer than `limitMs` on a quiet machine; on a slower one the limit grows by as
     * much as the machine was slower meanwhile, which is since `since` (of `performance.now()`), or for the time taken.
     */
    async checkWithin(statement, { holds = true, tookMs, limitMs, since }, detail = `${Math.round(tookMs)} ms`) {
      const isQuick = tookMs <= limitMs;
      const factor = isQuick || !holds ? 1 : await pace.since(since ?? performance.now() - tookMs);
      const slow = factor > 1 ? `; the machine was ${factor.toFixed(1)} times slower than a quiet one` : '';
      return check(statement, holds && tookMs <= limitMs * factor, `${detail}${slow}`);
    },
    /** How much slower than a quiet machine this one was since an instant (of `performance.now()`). */
    slownessSince: (at) => pace.since(at),
    skip(statement, why) {
      skipped += 1;
      console.log(`SKIP ${statement}: ${why}`);
    },
    say: (line) => console.log(`     ${line}`),
    end() {
      console.log(`prove ${name}: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
      // what cannot run on this machine is counted as skipped, and is no failure
      process.exitCode = failed === 0 && passed + skipped > 0 ? 0 : 1;
    },
  };
}

export const isSlice = process.argv.includes('--slice');

export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/**
 * Waits until `look` gives something truthy; undefined after `withinMs`, which is that of a quiet machine: on a slower one
 * it lasts longer in proportion.
 */
export async function until(look, withinMs, everyMs = 20) {
  const begun = performance.now();
  let end = begun + withinMs;
  let isStretched = false;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > end) {
      if (isStretched) return undefined;
      isStretched = true;
      end = begun + withinMs * (await slowness());
    }
    await new Promise((settle) => setTimeout(settle, everyMs));
  }
}

/** Small seeded generator (mulberry32), so that a proof that fails can be repeated. */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Of slices, which judge a change: the same each time. Looking for what nobody thought of is left to the long proofs. */
const sliceSeed = 1;

export function seedFromArguments() {
  const argument = process.argv.find((text) => text.startsWith('--seed='));
  const ownSeed = isSlice ? sliceSeed : Math.floor(Math.random() * 2 ** 31);
  const seed = argument === undefined ? ownSeed : Number(argument.slice(7));
  console.log(`     seed ${seed}`);
  return seed;
}
