import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { leaves, loadConfiguration } from './configuration/load-configuration.js';
import { referencePages } from './reference-pages.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

describe('the generated pages', () => {
  it.each([...referencePages()])('%s is what `npm run docs` would write', (path, text) => {
    const file = join(root, path);
    expect(existsSync(file) ? readFileSync(file, 'utf8') : 'missing').toBe(text);
  });
});

describe('config/isthmus.yaml', () => {
  const shipped = loadConfiguration({ file: join(root, 'config/isthmus.yaml'), environment: {}, flags: new Map() });
  const defaults = loadConfiguration({ environment: {}, flags: new Map() });

  it('is valid', () => {
    expect(shipped.problems).toEqual([]);
  });

  it('names every key that has a default, at its default', () => {
    const { accounts, ...rest } = shipped.configuration;
    expect({ ...rest, accounts: [] }).toEqual(defaults.configuration);
    expect(accounts).toHaveLength(1);
    const fromFile = [...shipped.origins].filter(([, origin]) => origin.kind !== 'file').map(([key]) => key);
    expect(fromFile).toEqual([]);
    expect(leaves(defaults.configuration, []).length).toBeGreaterThan(15);
  });

  it.each(['metadata-store-only.yaml', 'daemon-only.yaml'])('has a sample %s that is valid', (name) => {
    expect(
      loadConfiguration({ file: join(root, 'config/samples', name), environment: {}, flags: new Map() }).problems,
    ).toEqual([]);
  });
});
