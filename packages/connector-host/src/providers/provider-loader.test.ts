import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { rest, TestClock } from '../test-support/manual-clock.js';
import { manifestOf, ProviderFolder } from '../test-support/provider-folder.js';
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
    expect(loader.faultOf(entry)).toBeUndefined();
  });

  it('waits for a module no longer than 30 s, and takes it at a later try once a slow machine has loaded it', async () => {
    const clock = new TestClock();
    const loads: ((module: unknown) => void)[] = [];
    const loader = new ProviderLoader(clock, () => new Promise((resolve) => loads.push(resolve)));
    const outOfTime = async () => {
      const failed = expect(loader.load(entry)).rejects.toMatchObject({ code: 'PROVIDER_UNUSABLE', retryable: true });
      await rest();
      await clock.pass(30_000);
      await failed;
    };
    await outOfTime();
    await outOfTime();
    expect(loader.faultOf(entry)).toMatchObject({ retryable: true });
    loads[0]?.({ connector: definition });
    await expect(loader.load(entry)).resolves.toBe(definition);
    expect(loads).toHaveLength(1);
  });

  it('tells what a module threw after its time was over', async () => {
    const clock = new TestClock();
    const loads: ((error: Error) => void)[] = [];
    const loader = new ProviderLoader(clock, () => new Promise((_resolve, reject) => loads.push(reject)));
    const failed = expect(loader.load(entry)).rejects.toMatchObject({ retryable: true });
    await rest();
    await clock.pass(30_000);
    await failed;
    loads[0]?.(new Error('broken'));
    await rest();
    await expect(loader.load(entry)).rejects.toMatchObject({
      retryable: false,
      message: expect.stringMatching(/broken/),
    });
  });

  it('names file and line where the code of a provider throws, or is no code', async () => {
    await using folder = await ProviderFolder.make();
    const directory = await folder.add('broken', manifestOf('broken'), 'import "./dist/part.mjs";\n');
    await mkdir(join(directory, 'dist'));
    await writeFile(join(directory, 'dist', 'part.mjs'), 'export const a = 1;\nlet b = = 3;\n');
    const broken: ProviderEntry = {
      ...entry,
      module: join(directory, 'index.mjs'),
      manifest: { ...entry.manifest, directory },
    };
    const failing = (error: Error) => new ProviderLoader(new TestClock(), () => Promise.reject(error)).load(broken);
    await expect(failing(new SyntaxError("Unexpected token '='"))).rejects.toMatchObject({
      message: "provider sample cannot be loaded: dist/part.mjs:2: Unexpected token '='",
    });
    const thrown = new ReferenceError('foo is not defined');
    thrown.stack = `ReferenceError: foo is not defined\n    at file://${directory}/index.mjs?attempt=1:2:1\n    at node:internal`;
    await expect(failing(thrown)).rejects.toMatchObject({
      message: 'provider sample cannot be loaded: index.mjs:2:1: foo is not defined',
    });
  });

  it('says that a kind has no context here', async () => {
    const loader = new ProviderLoader(new TestClock(), () => Promise.resolve({ connector: definition }));
    const other: ProviderEntry = { ...entry, manifest: { ...entry.manifest, kind: 'analytics' } };
    await expect(loader.load(other)).rejects.toMatchObject({ message: expect.stringContaining('kind analytics') });
  });
});
