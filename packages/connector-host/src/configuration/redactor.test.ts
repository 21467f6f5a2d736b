import { IsthmusError } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Redactor } from './redactor.js';

describe('a redactor', () => {
  it('leaves no secret in any text, plain, encoded for URLs or in JSON', () => {
    const secret = fc.string({ minLength: 4, maxLength: 30 }).filter((text) => !'***…'.includes(text));
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
        const redactor = new Redactor();
        redactor.add([value]);
        for (const form of [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)]) {
          expect(redactor.text(`${before} ${form} ${after}`, 10_000)).toContain('***');
        }
      }),
    );
  });

  it('cleans fields at any depth, and errors with their causes and stacks', () => {
    const redactor = new Redactor();
    redactor.add(['hunter22', 'abc']);
    expect(redactor.fields({ a: { b: ['x hunter22 y'] }, hunter22: 1, short: 'abc', text: 'abcdef' })).toEqual({
      a: { b: ['x *** y'] },
      '***': 1,
      short: '***',
      text: 'abcdef',
    });
    const error = redactor.error(new Error('outer hunter22', { cause: new Error('inner hunter22') }));
    expect(`${error.message} ${error.stack} ${String(error.cause)}`).not.toContain('hunter22');
  });

  it('cleans all of an error that has a code, and keeps the code', () => {
    const redactor = new Redactor();
    redactor.add(['p@ss $1']);
    const forms = 'p@ss $1 p%40ss%20$1 p%40ss+%241 p%40ss%20%241';
    const error = redactor.known(
      new IsthmusError('SOURCE_UNREADABLE', forms, {
        details: { path: forms, many: [forms], count: 2 },
        next: forms,
        cause: new Error(forms),
        retryable: false,
      }),
    );
    const clean = '*** *** *** ***';
    expect(error).toMatchObject({ code: 'SOURCE_UNREADABLE', message: clean, next: clean, retryable: false });
    expect(error.details).toEqual({ path: clean, many: [clean], count: 2 });
    expect(`${error.stack} ${String(error.cause)}`).not.toMatch(/p@ss|p%40ss/);
  });
});
