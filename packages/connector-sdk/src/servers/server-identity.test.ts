import { describe, expect, it } from '@jest/globals';
import { provenBy, tellIdentity } from './server-identity.js';

describe('the identity of a server', () => {
  it('is told where it stays with the data, and a place of the listing where it does not', async () => {
    const told: string[] = [];
    const run = { source: async (identity: string) => void told.push(identity) };
    const lasting = { lasts: 'data', text: '7' } as const;
    const passing = { lasts: 'run', text: 'since 7' } as const;
    await tellIdentity(run, lasting);
    await tellIdentity(run, passing);
    expect(told).toEqual(['7']);
    expect(provenBy(lasting, ['role a'])).toEqual({ rights: ['role a'] });
    expect(provenBy(passing, ['role a'])).toEqual({ rights: ['role a'], place: 'since 7' });
  });
});
