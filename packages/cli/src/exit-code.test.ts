import { errorCatalogue } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import { exitCodeHelp, exitCodeOf } from './exit-code.js';

describe('exitCodeOf', () => {
  it('gives every code of the catalogue a code that the help explains', () => {
    for (const code of Object.keys(errorCatalogue)) expect(exitCodeHelp).toContain(`\n  ${exitCodeOf(code)}  `);
  });

  it('answers 3 for everything that is not there', () => {
    const missing = Object.keys(errorCatalogue).filter((code) => code.endsWith('NOT_FOUND'));
    expect(missing.map(exitCodeOf)).toEqual(missing.map(() => 3));
  });

  it('takes a code that it does not know as a refusal', () => {
    expect(exitCodeOf('SOMETHING_NEWER')).toBe(4);
  });
});
