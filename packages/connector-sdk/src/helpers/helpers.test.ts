import { describe, expect, it } from '@jest/globals';
import { orAborted } from './or-aborted.js';
import { ProbeSteps } from './probe-steps.js';

describe('orAborted', () => {
  it('ends as the work does, or at once when aborted, also before it began', async () => {
    const stop = new AbortController();
    expect(await orAborted(Promise.resolve(1), stop.signal)).toBe(1);
    await expect(orAborted(Promise.reject(new Error('no')), stop.signal)).rejects.toThrow('no');
    const hanging = orAborted(new Promise(() => undefined), stop.signal);
    stop.abort(new Error('enough'));
    await expect(hanging).rejects.toThrow('enough');
    await expect(orAborted(Promise.reject(new Error('late')), stop.signal)).rejects.toThrow('enough');
  });
});

describe('probe steps', () => {
  it('go on until one fails, with its reason', async () => {
    const probe = new ProbeSteps(new AbortController().signal);
    await probe.try('reach', 'it is there', async () => undefined);
    await probe.try('authorise', 'it can be read', () => Promise.reject(new Error('no right')));
    await probe.try('sample', 'a first one was read', () => Promise.reject(new Error('never asked')));
    expect(probe.steps).toEqual([
      { name: 'reach', ok: true, message: 'it is there' },
      { name: 'authorise', ok: false, message: 'it can be read: no right' },
    ]);
  });

  it('end with the abort, which is no fault', async () => {
    const stop = new AbortController();
    const probe = new ProbeSteps(stop.signal);
    const trying = probe.try('reach', 'it is there', async () => {
      stop.abort(new Error('enough'));
      throw new Error('cut');
    });
    await expect(trying).rejects.toThrow('enough');
    expect(probe.steps).toEqual([]);
  });
});
