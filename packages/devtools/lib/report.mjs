// Collects what a proof found and ends the process as `.ci/run` expects: `prove <name>: N passed, N failed`.
export function proof(name) {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  return {
    /** One statement that holds or not. `detail` is the figure that shows it. */
    check(statement, holds, detail = '') {
      if (holds) passed += 1;
      else failed += 1;
      console.log(`${holds ? 'ok  ' : 'FAIL'} ${statement}${detail === '' ? '' : `: ${detail}`}`);
      return holds;
    },
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

/** Waits until `look` gives something truthy; undefined after `withinMs`. */
export async function until(look, withinMs, everyMs = 20) {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > end) return undefined;
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

export function seedFromArguments() {
  const argument = process.argv.find((text) => text.startsWith('--seed='));
  const seed = argument === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(argument.slice(7));
  console.log(`     seed ${seed}`);
  return seed;
}
