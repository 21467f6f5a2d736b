import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const worker = resolve(dirname(fileURLToPath(import.meta.url)), 'store-worker.js');
const staticImport = /^(?:import|export)\b[^;]*?\bfrom '([^']+)';|^import '([^']+)';/gm;

/** Packages that a compiled module loads before it runs, by itself or through its neighbours. */
function packagesOf(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return new Set();
  seen.add(file);
  const specifiers = [...readFileSync(file, 'utf8').matchAll(staticImport)].map(([, from, bare]) => from ?? bare ?? '');
  const neighbours = specifiers.filter((specifier) => specifier.startsWith('.'));
  const below = neighbours.flatMap((specifier) => [...packagesOf(resolve(dirname(file), specifier), seen)]);
  return new Set([...specifiers.filter((specifier) => !specifier.startsWith('.')), ...below]);
}

describe('the thread of a store', () => {
  it('loads nothing before it opens that takes long to load: a server starts with it', () => {
    const packages = [...packagesOf(worker)].filter((name) => !name.startsWith('node:'));
    expect(packages.sort()).toEqual([
      '@isthmus/kernel',
      '@isthmus/model',
      '@isthmus/model/standard-types',
      '@isthmus/sqlite',
    ]);
  });
});
