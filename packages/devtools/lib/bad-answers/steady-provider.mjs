// A connector that does nothing but be there, and notes each time it is started, stopped and refreshed.
import { writeProvider } from '../provider-folder.mjs';

/** Where the instances note it, shared with this process: they run in it. */
const noted = Symbol.for('isthmus.prove.bad-answers');

/** @returns {{ what: 'start' | 'stop' | 'refresh', lane: string, name: string }[]} */
export function notesOfInstances() {
  globalThis[noted] ??= [];
  return globalThis[noted];
}

/** Writes the provider `steady` into a folder. */
export function writeSteadyProvider(folder) {
  writeProvider(
    folder,
    'steady',
    `
const note = (what, { lane, name }) => globalThis[Symbol.for('isthmus.prove.bad-answers')]?.push({ what, lane, name });
export const provider = {
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
