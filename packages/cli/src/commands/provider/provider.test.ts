import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runCli, startTestDaemon, stopTestDaemon, type TestDaemon } from '../../testing/run-cli.js';
import { authorPackages, thisInstallation } from './installation.js';
import { providerKinds } from './provider-files.js';

let daemon: TestDaemon;
let folder: string;
let packed: string;
beforeAll(async () => {
  daemon = await startTestDaemon();
  folder = await mkdtemp(join(tmpdir(), 'isthmus-provider-'));
  packed = join(folder, 'packed');
  const { version } = await thisInstallation();
  await mkdir(packed);
  for (const name of authorPackages) await writeFile(join(packed, `isthmus-${name}-${version}.tgz`), '');
});
afterAll(async () => {
  await stopTestDaemon(daemon);
  await rm(folder, { recursive: true, force: true });
});

/** Writes the files of a provider and nothing else. */
async function create(name: string, kind: string) {
  const directory = join(folder, name);
  const options = ['--directory', directory, '--packages', packed, '--no-test'];
  const result = await runCli(daemon.url, ['provider', 'create', name, '--kind', kind, ...options]);
  return { ...result, directory };
}

describe('provider list', () => {
  it('shows the providers with their kind and whether they can be used', async () => {
    const { stdout, exitCode } = await runCli(daemon.url, ['provider', 'list']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^PROVIDER +KIND +VERSION +SDK +STATE/);
    expect(stdout).toMatch(/^files +files +\S+ +\S+ +not loaded yet$/m);
  });
});

describe('provider create', () => {
  it.each(providerKinds)('writes every file of a provider of kind %s with nothing left to fill in', async (kind) => {
    const { exitCode, stderr, directory } = await create(`my-${kind}`, kind);
    expect({ exitCode, stderr: stderr.split('\n')[0] }).toMatchObject({ exitCode: 0 });
    const names: string[] = [];
    for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      names.push(entry.name);
      expect(await readFile(join(entry.parentPath, entry.name), 'utf8')).not.toMatch(/__\w+__/);
    }
    expect(names).toEqual(
      expect.arrayContaining(['.gitignore', 'README.md', 'connector.ts', 'to-catalogue.ts', 'connector.test.ts']),
    );
    const manifest: unknown = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ isthmus: { provider: `my-${kind}`, kind, module: './dist/index.js' } });
  });

  it('writes nothing into a folder that holds something', async () => {
    await writeFile(join(folder, 'mine.txt'), 'mine');
    const options = ['--directory', folder, '--packages', '/packed', '--no-test'];
    const { exitCode, stderr } = await runCli(daemon.url, ['provider', 'create', 'x', '--kind', 'topic', ...options]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/is there already and not empty[\s\S]*next: choose another name/);
  });

  it('writes nothing when packed packages are missing, and names the first', async () => {
    const directory = join(folder, 'unpacked');
    const options = ['--directory', directory, '--packages', '/nowhere'];
    const { exitCode, stderr } = await runCli(daemon.url, ['provider', 'create', 'x', '--kind', 'topic', ...options]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/\/nowhere has no isthmus-kernel-\S+\.tgz, so nothing was written/);
    expect(existsSync(directory)).toBe(false);
  });

  it('shows what npm wrote line by line when it fails, and says where the provider lies and how to go on', async () => {
    const directory = join(folder, 'half');
    const options = ['--directory', directory, '--packages', packed];
    const { exitCode, stderr } = await runCli(daemon.url, ['provider', 'create', 'x', '--kind', 'topic', ...options]);
    expect(exitCode).not.toBe(0);
    expect(stderr).toMatch(/^npm error/m);
    expect(stderr).not.toContain('\\n');
    expect(stderr).toMatch(/next: correct the cause, then go on with `npm install && npm test` in \S+half; or delete/);
  });

  it.each([
    ['Weather', 'topic', /the name Weather is none/],
    ['-weather', 'topic', /unknown option|the name/],
    ['weather', 'stars', /there is no kind stars[\s\S]*next: choose one of api, catalog/],
  ])('refuses the name %s of kind %s', async (name, kind, why) => {
    const { exitCode, stderr } = await create(name, kind);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(why);
  });
});
