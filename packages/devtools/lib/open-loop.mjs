// Asks a server at a steady rate from a process of its own, see open-loop-client.mjs.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { percentile } from './report.mjs';

/**
 * @param {string} url
 * @param {{ name: string, path: string }[]} routes asked in turn
 * @param {{ perSecond: number, headers?: Record<string, string> }} options over all routes together
 * @returns `stop()` gives every answer: { route, at (epoch ms), status (0 = none), bytes, ms (from when it was due) }
 */
export function openLoop(url, routes, { perSecond, headers = {} }) {
  const child = fork(fileURLToPath(new URL('./open-loop-client.mjs', import.meta.url)));
  child.send({ type: 'start', url, routes, perSecond, headers });
  return {
    stop: () =>
      new Promise((settle, fail) => {
        child.on('message', (message) => settle(message.results));
        child.on('exit', () => fail(new Error('the measuring process ended without results')));
        child.send({ type: 'stop' });
      }),
  };
}

/** @returns { name, count, failed, p50, p99, longest, bytes } of each route, in ms, in the order of `routes` */
export function byRoute(routes, answers) {
  return routes.map(({ name }) => ({ name, ...summary(answers.filter(({ route }) => route === name)) }));
}

export function summary(answers) {
  const times = answers.map(({ ms }) => ms);
  return {
    count: answers.length,
    failed: answers.filter(({ status }) => status !== 200).length,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    longest: times.reduce((most, ms) => Math.max(most, ms), 0),
    bytes: answers.at(-1)?.bytes ?? 0,
  };
}
