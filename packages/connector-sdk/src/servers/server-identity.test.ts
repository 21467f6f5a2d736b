import { describe, expect, it } from '@jest/globals';
import { provenBy } from './server-identity.js';

describe('the identity of a server', () => {
  it('is a right of the listing where it stays with the data, and a place where it does not', () => {
    expect(provenBy({ lasts: 'data', text: '7' }, ['role a'])).toEqual({ rights: ['role a', 'server 7'] });
    expect(provenBy({ lasts: 'run', text: 'since 7' }, ['role a'])).toEqual({ rights: ['role a'], place: 'since 7' });
  });
});
