import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

/**
 * The layers of the house (docs/architecture.md): what each package may import of the others. A lower package may be
 * skipped to, so a package may also import whatever those named here may import.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  sqlite: ['kernel'],
  model: ['kernel'],
  'connector-sdk': ['model'],
  'connector-host': ['connector-sdk'],
  'metadata-client': ['model'],
  runtime: ['connector-host', 'model', 'sqlite'],
  platform: ['model', 'sqlite'],
  'metadata-server': ['platform'],
  'admin-api': ['runtime', 'platform'],
  'admin-client': ['model'],
  cli: ['admin-client', 'model'],
  'connector-testing': ['connector-host'],
  daemon: ['cli', 'admin-api', 'metadata-server', 'metadata-client', 'runtime', 'platform'],
};
/** Connectors import the SDK alone. */
const connectorsMayImport = ['connector-sdk'];

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

interface Manifest {
  readonly name: string;
  readonly type?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

function manifests(folder: string): { readonly directory: string; readonly manifest: Manifest }[] {
  return readdirSync(join(root, folder))
    .map((name) => join(root, folder, name))
    .filter((directory) => existsSync(join(directory, 'package.json')))
    .map((directory) => ({
      directory,
      manifest: JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest,
    }));
}

function below(name: string): Set<string> {
  const all = new Set<string>();
  for (const direct of mayImport[name] ?? []) {
    all.add(direct);
    for (const lower of below(direct)) all.add(lower);
  }
  return all;
}

function importsOf(directory: string, test: (file: string) => boolean): Set<string> {
  const found = new Set<string>();
  for (const entry of readdirSync(join(directory, 'src'), { recursive: true, withFileTypes: true })) {
    if (
      !entry.isFile() ||
      !/\.tsx?$/.test(entry.name) ||
      !test(relative(directory, join(entry.parentPath, entry.name)))
    )
      continue;
    const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
    const statements = text.matchAll(
      /^(?:import|export)\s[^'";]*?\bfrom\s+'([^']+)'|^import\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm,
    );
    for (const match of statements) found.add(match[1] ?? match[2] ?? match[3] ?? '');
  }
  return new Set([...found].filter((specifier) => !specifier.startsWith('.')));
}

const isTest = (file: string) =>
  /\.(test|conformance)\.tsx?$/.test(file) ||
  /(^|\/)(testing|test-support)\//.test(file) ||
  /(^|\/)testing-/.test(file);
const packages = manifests('packages').filter(({ directory }) => existsSync(join(directory, 'tsconfig.json')));
const connectors = manifests('connectors');

describe('the house', () => {
  it('has a place for every package', () => {
    expect(packages.map(({ manifest }) => manifest.name.replace('@isthmus/', '')).sort()).toEqual(
      Object.keys(mayImport).sort(),
    );
  });

  it.each(
    packages.map(({ directory, manifest }) => [manifest.name, directory, manifest] as const),
  )('%s imports only what lies below it', (name, directory, manifest) => {
    const allowed = below(name.replace('@isthmus/', ''));
    const declared = Object.keys(manifest.dependencies ?? {}).filter((dependency) =>
      dependency.startsWith('@isthmus/'),
    );
    expect(declared.filter((dependency) => !allowed.has(dependency.replace('@isthmus/', '')))).toEqual([]);
    const imported = [...importsOf(directory, (file) => !isTest(file))]
      .filter((specifier) => specifier.startsWith('@isthmus/'))
      .map((specifier) => specifier.split('/').slice(0, 2).join('/'));
    expect(imported.filter((specifier) => specifier !== name && !declared.includes(specifier))).toEqual([]);
  });

  it.each(
    connectors.map(({ directory, manifest }) => [manifest.name, directory, manifest] as const),
  )('%s is written on the SDK alone', (_name, directory, manifest) => {
    const allowed = connectorsMayImport.map((name) => `@isthmus/${name}`);
    const declared = Object.keys(manifest.dependencies ?? {}).filter((dependency) =>
      dependency.startsWith('@isthmus/'),
    );
    expect(declared.filter((dependency) => !allowed.includes(dependency))).toEqual([]);
    // by whichever of its entries: Node refuses what a package does not export
    const imported = [...importsOf(directory, (file) => !isTest(file))]
      .filter((specifier) => specifier.startsWith('@isthmus/'))
      .map((specifier) => specifier.split('/').slice(0, 2).join('/'));
    expect(imported.filter((name) => !allowed.includes(name))).toEqual([]);
  });

  it('never names a connector: they are found by their manifest', () => {
    const named = connectors.map(({ manifest }) => manifest.name);
    for (const { directory } of packages)
      expect([...importsOf(directory, () => true)].filter((specifier) => named.includes(specifier))).toEqual([]);
  });

  it('pins every library to one exact version', () => {
    const versions = new Map<string, Set<string>>();
    for (const { manifest } of [...packages, ...connectors]) {
      for (const [library, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }))
        versions.set(library, (versions.get(library) ?? new Set()).add(version));
    }
    const loose = [...versions].filter(
      ([, found]) => found.size > 1 || [...found].some((version) => !/^\d+\.\d+\.\d+/.test(version)),
    );
    expect(loose.map(([library, found]) => `${library} ${[...found].join(' ')}`)).toEqual([]);
  });

  it('declares every library that it imports', () => {
    for (const { directory, manifest } of [...packages, ...connectors]) {
      const declared = new Set([...Object.keys(manifest.dependencies ?? {}), manifest.name]);
      const libraries = [...importsOf(directory, (file) => !isTest(file))]
        .filter((specifier) => !specifier.startsWith('node:') && !specifier.startsWith('#'))
        .map((specifier) =>
          specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] ?? ''),
        );
      expect({ package: manifest.name, undeclared: libraries.filter((library) => !declared.has(library)) }).toEqual({
        package: manifest.name,
        undeclared: [],
      });
    }
  });
});
