import { describe, expect, it } from '@jest/globals';
import { expectReadable } from './server-version.js';

describe('the version of a server', () => {
  it('is named where its catalogs are too old to be read', () => {
    for (const version of ['9.6.24', '11.22', '11.22 (Debian 11.22-1)'])
      expect(() => expectReadable(version)).toThrow(`PostgreSQL ${version} is too old: 12 and newer can be read`);
  });

  it('keeps nothing from being read that may be new enough', () => {
    for (const version of ['12.22', '15.14 (Debian 15.14-0+deb12u1)', '18.4', '19devel', ''])
      expect(() => expectReadable(version)).not.toThrow();
  });
});
