import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nextStep, type SupervisorView } from './next-step.js';

const resting: SupervisorView = {
  isWanted: true,
  hasInstance: true,
  staleness: 'fit',
  isPaused: false,
  acts: 'none',
  isForActs: false,
  isRunning: false,
  isBlocked: false,
  window: 'inside',
  isScheduled: true,
  refusal: undefined,
  retry: undefined,
};

const views: fc.Arbitrary<SupervisorView> = fc.record({
  isWanted: fc.boolean(),
  hasInstance: fc.boolean(),
  staleness: fc.constantFrom('fit', 'reconfigure', 'restart'),
  isPaused: fc.boolean(),
  acts: fc.constantFrom('none', 'unasked', 'asked'),
  isForActs: fc.boolean(),
  isRunning: fc.boolean(),
  isBlocked: fc.boolean(),
  window: fc.constantFrom('before', 'inside', 'after'),
  isScheduled: fc.boolean(),
  refusal: fc.constantFrom(undefined, 'failed', 'quarantined'),
  retry: fc.option(fc.record({ isDue: fc.boolean(), state: fc.constantFrom('backing-off', 'failed') }), {
    nil: undefined,
  }),
});

/** What a step that succeeds leaves behind. */
function after(view: SupervisorView): SupervisorView {
  switch (nextStep(view).kind) {
    case 'start':
      return {
        ...view,
        hasInstance: true,
        staleness: 'fit',
        isScheduled: false,
        retry: undefined,
        isForActs: view.isPaused,
      };
    case 'stop':
      return { ...view, hasInstance: false, isRunning: false, acts: view.acts === 'asked' ? 'unasked' : view.acts };
    case 'ask':
      return { ...view, acts: 'asked' };
    case 'reconfigure':
      return { ...view, staleness: 'fit', isScheduled: false };
    case 'schedule':
      return { ...view, isScheduled: true };
    default:
      return view;
  }
}

describe('nextStep', () => {
  it('comes to rest from everywhere in at most five steps', () => {
    fc.assert(
      fc.property(views, (view) => {
        let current = view;
        for (let step = 0; step < 5; step += 1) current = after(current);
        expect(['rest', 'forget']).toContain(nextStep(current).kind);
      }),
    );
  });

  it('ends with an instance exactly when one is wanted and nothing stands against it', () => {
    fc.assert(
      fc.property(views, (view) => {
        let current = view;
        for (let step = 0; step < 4; step += 1) current = after(current);
        if (!view.isWanted || view.window === 'after') expect(current.hasInstance).toBe(false);
        const mayStart = !view.isBlocked && !view.isPaused && view.refusal === undefined && view.retry?.isDue !== false;
        if (view.isWanted && view.window === 'inside' && mayStart) expect(current.hasInstance).toBe(true);
      }),
    );
  });

  it('never starts beside an instance and never stops one that is fit and wanted', () => {
    fc.assert(
      fc.property(views, (view) => {
        const { kind } = nextStep(view);
        if (view.hasInstance) expect(kind).not.toBe('start');
        const isFit = view.isWanted && view.staleness === 'fit' && view.window !== 'after' && !view.isForActs;
        if (view.hasInstance && isFit) expect(kind).not.toBe('stop');
      }),
    );
  });

  it('keeps a paused instance and does not start one for a pause', () => {
    expect(nextStep({ ...resting, isPaused: true })).toEqual({ kind: 'rest', state: undefined });
    expect(nextStep({ ...resting, isPaused: true, hasInstance: false })).toEqual({ kind: 'rest', state: 'paused' });
  });

  it('starts an instance during a pause for what people asked for, and stops it when that is done', () => {
    const paused: SupervisorView = { ...resting, isPaused: true, hasInstance: false, acts: 'unasked' };
    expect(nextStep(paused)).toEqual({ kind: 'start' });
    const started: SupervisorView = { ...paused, hasInstance: true, isForActs: true };
    expect(nextStep(started)).toEqual({ kind: 'ask' });
    expect(nextStep({ ...started, acts: 'none', isRunning: true }).kind).toBe('rest');
    expect(nextStep({ ...started, acts: 'none' })).toEqual({ kind: 'stop' });
    expect(nextStep({ ...started, acts: 'none', isPaused: false }).kind).toBe('rest');
  });
});
