import { expect, it } from '@jest/globals';
import { Type } from 'typebox';
import { defineConnector } from './connector.js';

const facts = { kind: 'database', provider: 'some', version: 1, configuration: Type.Object({}) } as const;

/** Never made: it is the compiler that tests them. */
export const definitions = [
  () =>
    defineConnector({
      ...facts,
      direction: 'TO_THIRD_PARTY',
      create: (context) => ({
        async refresh(run) {
          context.log.info('reads', { mode: run.mode });
          // @ts-expect-error nothing is listed in this direction, as it would be written
          await run.scope('all').complete();
        },
      }),
    }),
  () =>
    defineConnector({
      ...facts,
      direction: 'FROM_THIRD_PARTY',
      create: () => ({ refresh: async (run) => await run.scope('all').complete() }),
    }),
  () => defineConnector({ ...facts, create: () => ({ refresh: async (run) => await run.scope('all').complete() }) }),
  () => defineConnector({ ...facts, direction: 'BOTH_DIRECTIONS', pushes: ['Database'], create: () => ({}) }),
  // @ts-expect-error nothing is carried to the third party in this direction
  () => defineConnector({ ...facts, direction: 'FROM_THIRD_PARTY', pushes: ['Database'], create: () => ({}) }),
  // @ts-expect-error no such direction
  () => defineConnector({ ...facts, direction: 'SIDEWAYS', create: () => ({}) }),
];

it('directions are held by the compiler', () => expect(definitions).toHaveLength(6));
