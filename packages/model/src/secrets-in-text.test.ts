import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addressSecrets, maskAddress, unmaskAddress } from './secrets-in-text.js';

const stored = 'ftp://bob:s3cr%40t@host/x?user=b&password=hunter22#token=abcd';
const shown = 'ftp://bob:****@host/x?user=b&password=****#token=****';

describe('secrets in addresses', () => {
  it('are hidden, and found as they are written and as they are meant', () => {
    expect(maskAddress(stored, '****')).toBe(shown);
    expect(maskAddress(stored, '$&')).toContain('bob:$&@host');
    expect(addressSecrets(stored)).toEqual(expect.arrayContaining(['s3cr%40t', 's3cr@t', 'hunter22', 'abcd']));
    expect(addressSecrets('/data/a@b:c?x=y')).toEqual([]);
  });

  it.each([
    'sig',
    'key',
    'auth',
    'accessKey',
    'access_key',
    'Authorization',
    'X-Amz-Signature',
  ])('are hidden in the parameter %s, by which addresses are signed or opened', (name) => {
    expect(maskAddress(`https://host/api.json?v=1&${name}=abcd`, '****')).toBe(
      `https://host/api.json?v=1&${name}=****`,
    );
    expect(addressSecrets(`https://host/api.json?${name}=abcd`)).toEqual(['abcd', 'abcd']);
  });

  it('are not seen in parameters of other names', () => {
    const address = 'https://host/api.json?sslmode=on&author=ann&keyspace=shop&signal=x';
    expect(maskAddress(address, '****')).toBe(address);
  });

  it('go back to where they were hidden, also when another part of the address is another', () => {
    expect(unmaskAddress(shown, stored, '****')).toBe(stored);
    expect(unmaskAddress('ftp://bob:****@host/other?token=****', 'ftp://bob:p@host/?token=q', '****')).toBe(
      'ftp://bob:p@host/other?token=q',
    );
    expect(unmaskAddress('/other', stored, '****')).toBe('/other');
  });

  it.each([
    ['another host', 'ftp://bob:****@evil/x'],
    ['another user', 'ftp://eve:****@host/x'],
    ['a parameter that has none', 'ftp://bob:****@host/x?secret=****'],
    ['somewhere else', 'ftp://bob:****@host/****'],
  ])('never go to %s', (_what, sent) => {
    expect(unmaskAddress(sent, stored, '****')).toBeUndefined();
  });

  it('are hidden wherever a search with backtracking would find them', () => {
    const userInfo = /([a-z][a-z0-9+.-]*:\/\/[^\s/?#:@]*:)([^\s/?#]*)(@)/gi;
    const query = /([?&;#][^=&;#\s]*(?:pass|pwd|secret|token|api_?-?key|signature|credential)[^=&;#\s]*=)([^&;#\s]+)/gi;
    const searched = (text: string) => text.replace(userInfo, '$1*$3').replace(query, '$1*');
    const part = fc.constantFrom('a', 'pass', 'token', '=', '?', '&', '#', ';', ' ', '://', ':', '@', '/', '*');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 14 }), (parts) => {
        expect(maskAddress(`a${parts.join('')}`, '*')).toBe(searched(`a${parts.join('')}`));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    'a',
    '?',
    '?pass',
    'a=',
    '?pass=',
    'a://',
    'a://b:',
    '&a=?',
  ])('are looked for in one pass through a text of many %j', (part) => {
    const text = part.repeat(300_000 / part.length);
    const began = performance.now();
    addressSecrets(text);
    maskAddress(text, '*');
    // from each place anew it would take minutes
    expect(performance.now() - began).toBeLessThan(20_000);
  });
});
