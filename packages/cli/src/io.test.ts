import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { firstLine } from './io.js';

describe('a secret from standard input', () => {
  const { signal } = new AbortController();

  it.each([
    ['with an end of line', ['secret12\n'], 'secret12'],
    ['without one', ['secret12'], 'secret12'],
    ['in pieces', ['sec', 'ret12\r\nmore\n'], 'secret12'],
    ['with nothing in it', [], ''],
    ['with an empty line', ['\nmore'], ''],
  ])('is its first line: %s', async (_what, pieces, secret) => {
    const input = new PassThrough();
    for (const piece of pieces) input.write(piece);
    input.end();
    expect(await firstLine(input, signal)).toBe(secret);
  });

  it('is not waited for when the person has had enough', async () => {
    const enough = new AbortController();
    const asked = firstLine(new PassThrough(), enough.signal);
    enough.abort();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  });
});
