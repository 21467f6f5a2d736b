import { silentLogger } from '@isthmus/kernel';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { manifestOf, ProviderFolder } from '../test-support/provider-folder.js';
import { ProviderCatalogue } from './provider-catalogue.js';

let folder: ProviderFolder;
beforeEach(async () => {
  folder = await ProviderFolder.make();
});
afterEach(() => folder[Symbol.asyncDispose]());

async function scan(...directories: string[]): Promise<ProviderCatalogue> {
  const catalogue = new ProviderCatalogue(directories.length > 0 ? directories : [folder.path], '0.1.4', silentLogger);
  await catalogue.scan();
  return catalogue;
}

const throws = 'throw new Error("this must not run");';

describe('the catalogue of providers', () => {
  it('lists providers without running any of their code', async () => {
    await folder.add('b', manifestOf('beta', { replaces: ['org.example.BetaProvider'] }), throws);
    await folder.add('a', manifestOf('alpha'), throws);
    await folder.add('@scope/c', manifestOf('gamma'), throws);
    await folder.add('library', JSON.stringify({ name: 'library' }));
    const catalogue = await scan();
    expect(catalogue.manifests().map(({ provider, problem }) => [provider, problem])).toEqual([
      ['gamma', undefined],
      ['alpha', undefined],
      ['beta', undefined],
    ]);
    expect(catalogue.resolve('org.example.BetaProvider').manifest).toMatchObject({
      provider: 'beta',
      version: '1.2.3',
    });
    expect(() => catalogue.resolve('delta')).toThrow(
      expect.objectContaining({
        code: 'PROVIDER_UNKNOWN',
        details: { provider: 'delta', known: ['gamma', 'alpha', 'beta'] },
      }),
    );
    expect(() => catalogue.resolve('gama')).toThrow(
      /no connector provider "gama" is installed; did you mean `gamma`\?/,
    );
  });

  it('hides a bad manifest with its reason, and no other', async () => {
    await folder.add('good', manifestOf('good'), throws);
    await folder.add('json', '{ "isthmus": ', throws);
    await folder.add('kind', manifestOf('kind', { kind: 'carrier-pigeon' }), throws);
    await folder.add('name', manifestOf('Has Spaces'), throws);
    await folder.add('module', manifestOf('module', { module: './missing.mjs' }), throws);
    await folder.add('outside', manifestOf('outside', { module: '../good/index.mjs' }), throws);
    await folder.add('range', manifestOf('range', { sdk: 'latest' }), throws);
    await folder.add('old', manifestOf('old', { sdk: '^0.2.0' }), throws);
    const catalogue = await scan();
    const reasons = catalogue
      .manifests()
      .map(({ directory, problem }) => [directory.split('/').pop(), problem?.message]);
    expect(Object.fromEntries(reasons)).toEqual({
      good: undefined,
      json: expect.stringContaining('not valid JSON'),
      kind: expect.stringContaining('carrier-pigeon'),
      name: expect.stringContaining('isthmus.provider'),
      module: expect.stringContaining('does not exist'),
      outside: expect.stringContaining('outside the package'),
      range: expect.stringContaining('latest'),
      old: expect.stringContaining('this host has 0.1.4'),
    });
    expect(catalogue.resolve('good').exportName).toBe('connector');
    expect(() => catalogue.resolve('old')).toThrow(expect.objectContaining({ code: 'PROVIDER_UNUSABLE' }));
  });

  it('lets the first of two providers of one name count, in the order of folders and names', async () => {
    const first = await folder.add('b/one', manifestOf('same'), throws);
    await folder.add('a/two', manifestOf('same'), throws);
    const catalogue = await scan(`${folder.path}/b`, `${folder.path}/a`);
    expect(catalogue.resolve('same').manifest.directory).toBe(first);
    expect(catalogue.manifests().map(({ problem }) => problem?.code)).toEqual([undefined, 'PROVIDER_UNUSABLE']);
  });

  it('runs nothing for a Java class that two providers replace, and names both', async () => {
    const replaces = ['org.example.SharedProvider'];
    await folder.add('a', manifestOf('alpha', { replaces: [...replaces, 'org.example.AlphaProvider'] }), throws);
    await folder.add('b', manifestOf('beta', { replaces }), throws);
    const catalogue = await scan();
    expect(() => catalogue.resolve('org.example.SharedProvider')).toThrow(
      expect.objectContaining({
        code: 'PROVIDER_UNUSABLE',
        message: expect.stringMatching(/alpha \(.*\/a\) and by beta \(.*\/b\)/),
      }),
    );
    expect(catalogue.resolve('org.example.AlphaProvider').manifest.provider).toBe('alpha');
    expect(catalogue.resolve('beta').manifest.provider).toBe('beta');
  });

  it('lists a kind that there is not as unknown, and refuses one that has no context, each with what to use', async () => {
    await folder.add('a', manifestOf('alpha', { kind: 'databse' }), throws);
    await folder.add('b', manifestOf('beta', { kind: 'analytics' }), throws);
    const [alpha, beta] = (await scan()).manifests();
    expect(alpha).toMatchObject({
      kind: 'unknown',
      problem: { message: expect.stringMatching(/"databse"; did you mean `database`/) },
    });
    expect(beta).toMatchObject({
      kind: 'analytics',
      problem: { message: expect.stringMatching(/analytics have no context; use one of api, .*topic$/) },
    });
  });

  it('names keys of a manifest that nobody reads, and uses the provider all the same', async () => {
    await folder.add('a', manifestOf('alpha', { exports: 'x' }), throws);
    const [alpha] = (await scan()).manifests();
    expect(alpha).toMatchObject({
      remarks: [expect.stringMatching(/`isthmus.exports`.*did you mean `isthmus.export`/)],
    });
    expect(alpha?.problem).toBeUndefined();
  });

  it('tells a Java class that nobody replaces from a provider that is not installed', async () => {
    await folder.add('a', manifestOf('alpha'), throws);
    const catalogue = await scan();
    const name = 'org.odpi.openmetadata.adapters.connectors.SomeProvider';
    expect(() => catalogue.resolve(name)).toThrow(
      expect.objectContaining({ code: 'PROVIDER_JAVA_ONLY', message: expect.stringContaining(name) }),
    );
    expect(() => catalogue.resolve('some provider.')).toThrow(expect.objectContaining({ code: 'PROVIDER_UNKNOWN' }));
  });

  it('finds what was installed since, and takes a package itself as a folder', async () => {
    const catalogue = await scan();
    expect(catalogue.manifests()).toEqual([]);
    const directory = await folder.add('new', manifestOf('new'), throws);
    await catalogue.scan();
    expect(catalogue.resolve('new').manifest.directory).toBe(directory);
    expect((await scan(directory, '/does/not/exist')).manifests()).toHaveLength(1);
  });

  it('lists a thousand providers', async () => {
    for (let index = 0; index < 1_000; index += 1) await folder.add(`p${index}`, manifestOf(`p${index}`), throws);
    const catalogue = await scan();
    expect(catalogue.manifests().filter(({ problem }) => problem === undefined)).toHaveLength(1_000);
  });
});
