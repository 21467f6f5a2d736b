import { IsthmusError } from '@isthmus/kernel';
import type { Refusal, SlotName } from '../slot/index.js';

const refusals: Readonly<Record<Refusal, { readonly why: string; readonly next: string }>> = {
  unwanted: { why: 'it is not scheduled here', next: 'see `isthmus connector show` for its state' },
  closed: { why: 'the daemon is stopping', next: 'start the daemon again' },
  paused: { why: 'it is paused', next: 'resume it with `isthmus connector resume`' },
  'too-early': {
    why: 'its start date is still to come',
    next: 'wait for its start date, or change it with `isthmus connector update`',
  },
  'too-late': {
    why: 'its stop date has passed',
    next: 'change its stop date with `isthmus connector update`',
  },
  'no-preview': {
    why: 'it runs without an end, so there is nothing to preview',
    next: 'ask for a refresh instead',
  },
  endless: {
    why: 'it runs without an end, so nothing else can be done meanwhile',
    next: 'pause it with `isthmus connector pause`, and ask again',
  },
};

/** What a caller is told whose trigger no run will serve. */
export function refusalError(slot: SlotName, refusal: Refusal): IsthmusError {
  const { why, next } = refusals[refusal];
  return new IsthmusError('CONNECTOR_STOPPED', `the connector accepts no run: ${why}`, {
    details: { slot, why: refusal },
    next,
  });
}
