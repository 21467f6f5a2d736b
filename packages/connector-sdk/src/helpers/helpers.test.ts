import { describe, expect, it } from '@jest/globals';
import { orAborted } from './or-aborted.js';
import { ProbeSteps } from './probe-steps.js';
import { codeOf, reasonOf } from './reason-of.js';
import { definedTexts, oneDigit } from './texts.js';
import { versioned } from './versioned.js';

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

describe('reasons', () => {
  it('are messages with their codes, of several addresses the first', () => {
    const refused = Object.assign(new Error('connect failed'), { code: 'ECONNREFUSED' });
    expect(reasonOf(refused)).toBe('connect failed (ECONNREFUSED)');
    expect(reasonOf(new AggregateError([refused]))).toBe('connect failed (ECONNREFUSED)');
    // fetch tells why in its cause alone
    const cause = Object.assign(new Error('connect failed'), { code: 'ECONNREFUSED' });
    expect(reasonOf(new TypeError('fetch failed', { cause }))).toBe('fetch failed: connect failed (ECONNREFUSED)');
    expect([reasonOf('text'), reasonOf({})]).toEqual(['text', 'no reason was given']);
    expect([codeOf(new AggregateError([refused])), codeOf(undefined)]).toEqual(['ECONNREFUSED', undefined]);
  });
});

describe('versions made of what is said', () => {
  it('differ when anything does', () => {
    const one = versioned({ names: ['a'], description: undefined });
    expect(versioned({ names: ['a'], description: undefined })).toEqual(one);
    expect(versioned({ names: ['a'], description: 'b' }).sourceVersion).not.toBe(one.sourceVersion);
  });
});

describe('texts', () => {
  it('leave out what is undefined, and estimates are given to one digit', () => {
    expect(definedTexts({ a: 'b', c: undefined })).toEqual({ a: 'b' });
    expect([0, 7, 1234, 95_000].map(oneDigit)).toEqual(['0', '7', '1000', '100000']);
  });
});
