// A connector that does nothing but be there, and notes each time it is started, stopped and refreshed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the instances note it, shared with this process: they run in it. */
const noted = Symbol.for('isthmus.prove.bad-answers');

/** @returns {{ what: 'start' | 'stop' | 'refresh', lane: string, name: string }[]} */
export function notesOfInstances() {
  globalThis[noted] ??= [];
  return globalThis[noted];
}

/** Writes the provider `steady` into a folder. */
export function writeSteadyProvider(folder) {
  const provider = join(folder, 'steady');
  mkdirSync(provider, { recursive: true });
  writeFileSync(
    join(provider, 'package.json'),
    JSON.stringify({
      name: 'steady',
      version: '1.0.0',
      type: 'module',
      isthmus: { provider: 'steady', kind: 'files', sdk: '^0.1.0', module: './index.js', export: 'steady' },
    }),
  );
  writeFileSync(
    join(provider, 'index.js'),
    `
const note = (what, { lane, name }) => globalThis[Symbol.for('isthmus.prove.bad-answers')]?.push({ what, lane, name });
export const steady = {
  kind: 'files', provider: 'steady', version: 1,
  configuration: { type: 'object', required: ['lane', 'name'],
    properties: { lane: { type: 'string' }, name: { type: 'string' }, note: { type: 'string' } } },
  create: (_context, configuration) => ({
    start: async () => note('start', configuration),
    refresh: async () => note('refresh', configuration),
    reconfigure: async () => 'applied',
    stop: async () => note('stop', configuration),
  }),
};
`,
  );
}
