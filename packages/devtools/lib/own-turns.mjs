// How long this process holds its own event loop: by the clock, and by the time that its main thread spent on a core.
import { closeSync, openSync, readSync } from 'node:fs';
import { figure, readable } from './figures.mjs';

/** Looks at the clock every millisecond until `end`; Linux tells how long the main thread ran. */
export function watchTurns() {
  const accounts = openSync(`/proc/self/task/${process.pid}/schedstat`);
  const buffer = Buffer.alloc(64);
  const account = () => ({
    at: performance.now(),
    ran: Number(buffer.toString('latin1', 0, readSync(accounts, buffer, 0, 64, 0)).split(' ')[0]) / 1e6,
  });
  let last = account();
  const longest = { ms: 0, ranMs: 0 };
  const look = () => {
    const now = account();
    // the look itself is due every millisecond
    longest.ms = Math.max(longest.ms, now.at - last.at - 1);
    longest.ranMs = Math.max(longest.ranMs, now.ran - last.ran - 1);
    last = now;
  };
  const timer = setInterval(look, 1);
  return {
    /** @returns the longest turn so far, in ms */
    end() {
      clearInterval(timer);
      look();
      closeSync(accounts);
      return longest;
    },
  };
}

/** Tells a longest turn as a figure: the clock tells of a busy machine too, so the time on the core is what counts. */
export function turnFigure(name, { ms, ranMs }) {
  figure(`longest turn of the loop by time on the core, ${name}`, ranMs, 'ms', { goal: 15 });
  if (ms > ranMs + 1) console.log(`     by the clock ${readable(ms)} ms: the rest it waited for a core or a disk`);
}
