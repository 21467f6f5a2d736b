import { describe, expect, it } from '@jest/globals';
import { rest, TestClock } from '../test-support/manual-clock.js';
import { ProviderLoader } from './provider-loader.js';
import type { ProviderEntry } from './read-manifest.js';

const entry: ProviderEntry = {
  manifest: {
    provider: 'sample',
    kind: 'files',
    packageName: 'sample',
    version: '1.0.0',
    sdk: '*',
    directory: '/sample',
    replaces: [],
  },
  module: '/sample/index.mjs',
  exportName: 'connector',
};
const definition = { kind: 'files', provider: 'sample', configuration: {}, version: 1, create: () => ({}) };

describe('a loader of providers', () => {
  it('loads a provider again under another URL after it failed, and never again after it did not', async () => {
    const urls: string[] = [];
    const loader = new ProviderLoader(new TestClock(), (url) => {
      urls.push(url);
      return urls.length === 1 ? Promise.reject(new Error('broken')) : Promise.resolve({ connector: definition });
    });
    await expect(loader.load(entry)).rejects.toMatchObject({ code: 'PROVIDER_UNUSABLE' });
    await expect(loader.load(entry)).resolves.toBe(definition);
    await expect(loader.load(entry)).resolves.toBe(definition);
    expect(urls).toEqual(['file:///sample/index.mjs', 'file:///sample/index.mjs?attempt=1']);
    expect(loader.loadedCount).toBe(1);
  });

  it('gives up a module that never ends loading', async () => {
    const clock = new TestClock();
    const loader = new ProviderLoader(clock, () => new Promise(() => undefined));
    const failed = expect(loader.load(entry)).rejects.toMatchObject({ code: 'PROVIDER_UNUSABLE' });
    await rest();
    await clock.pass(30_000);
    await failed;
  });

  it('says that a kind has no context here', async () => {
    const loader = new ProviderLoader(new TestClock(), () => Promise.resolve({ connector: definition }));
    const other: ProviderEntry = { ...entry, manifest: { ...entry.manifest, kind: 'analytics' } };
    await expect(loader.load(other)).rejects.toMatchObject({ message: expect.stringContaining('kind analytics') });
  });
});
