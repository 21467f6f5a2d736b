import { getEventListeners } from 'node:events';
import { ManualClock } from '@isthmus/connector-testing';
import { expect, it } from '@jest/globals';
import { endWithin } from './deadline.js';

const never = () => new Promise<never>(() => undefined);

it('ends what is late by its deadline, what fails, what is done, and what waits when the signal is aborted', async () => {
  const clock = new ManualClock();
  const stop = new AbortController();
  const late = endWithin(clock, 1_000, stop.signal, never());
  const failed = endWithin(clock, 1_000, stop.signal, Promise.reject(new Error('broken')));
  expect(await endWithin(clock, 1_000, stop.signal, Promise.resolve())).toEqual({ kind: 'done' });
  expect(await failed).toEqual({ kind: 'failed', error: new Error('broken') });
  await clock.advance(1_000);
  expect(await late).toEqual({ kind: 'late' });
  const waiting = [1, 2, 3].map(() => endWithin(clock, 1_000, stop.signal, never()));
  stop.abort();
  expect(await Promise.all(waiting)).toEqual([{ kind: 'late' }, { kind: 'late' }, { kind: 'late' }]);
  expect(await endWithin(clock, 1_000, stop.signal, never())).toEqual({ kind: 'late' });
});

it('listens to a signal once, however many wait: each further listener costs as much as all before', async () => {
  const clock = new ManualClock();
  const stop = new AbortController();
  const waiting = Array.from({ length: 50 }, () => endWithin(clock, 1_000, stop.signal, never()));
  expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1);
  stop.abort();
  await Promise.all(waiting);
});
