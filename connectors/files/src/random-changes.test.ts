import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { nodeTimers } from '@isthmus/connector-sdk/helpers';
import type { RecordingHost } from '@isthmus/connector-testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DirectEntries } from './entries.js';
import { startEntryThread } from './entry-thread.js';
import { nodeFileSystem } from './file-system.js';
import { folderScope } from './folder-listing.js';
import { configurationFor, temporaryFolder } from './testing-folder.js';
import { filesHost } from './testing-host.js';
import { ThreadedEntries } from './threaded-entries.js';

/** One change; places are numbers that are taken modulo what there is. */
const change = fc.record({
  kind: fc.constantFrom('write', 'append', 'folder', 'link', 'remove', 'move'),
  place: fc.nat(1_000),
  target: fc.nat(1_000),
  name: fc.constantFrom('a', 'b', 'c', 'd'),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** Everything below a folder, by other means than the connector's. */
async function independentWalk(root: string): Promise<string[]> {
  const found = ['FileFolder /'];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const size = entry.isDirectory() ? '' : ` ${(await lstat(path)).size}`;
    found.push(`${entry.isDirectory() ? 'FileFolder' : 'DataFile'} /${relative(root, path)}${size}`);
  }
  return found.sort();
}

function catalogued(host: RecordingHost): string[] {
  return [...host.elements().values()]
    .map(({ typeName, qualifiedName, properties }) => {
      const additional: object = Object(properties.additionalProperties);
      const size = 'sizeInBytes' in additional ? ` ${String(additional.sizeInBytes)}` : '';
      return `${typeName} ${qualifiedName.slice(qualifiedName.indexOf(':/') + 1)}${size}`;
    })
    .sort();
}

/** @returns folders whose children have changed, as watches would tell them */
function apply(root: string, { kind, place, target, name }: Change): string[] {
  const all = readdirSync(root, { recursive: true, withFileTypes: true });
  const folders = [
    root,
    ...all.filter((entry) => entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name)),
  ];
  const entries = all.map((entry) => join(entry.parentPath, entry.name));
  const folder = folders[target % folders.length] ?? root;
  const entry = entries[place % Math.max(1, entries.length)];
  const made = join(folder, name);
  try {
    if (kind === 'write') writeFileSync(made, 'x'.repeat(place % 100));
    else if (kind === 'folder') mkdirSync(made);
    else if (kind === 'link') symlinkSync('a', made);
    else if (entry === undefined) return [];
    else if (kind === 'append') appendFileSync(entry, 'more');
    else if (kind === 'remove') rmSync(entry, { recursive: true });
    else renameSync(entry, made);
  } catch {
    // Not possible here (a folder in the way, a move into itself): nothing has changed then.
  }
  return entry === undefined ? [folder] : [folder, dirname(entry)];
}

describe('random changes of a tree', () => {
  it.each([
    ['everything', 'directly'],
    ['requested', 'directly'],
    ['everything', 'by a thread'],
    ['requested', 'by a thread'],
  ] as const)('are all found by listing %s %s', async (how, by) => {
    const local = new ThreadedEntries(new DirectEntries(nodeFileSystem), startEntryThread, nodeTimers, undefined, 1);
    const surroundings = { fileSystem: by === 'directly' ? nodeFileSystem : { ...nodeFileSystem, local } };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(change, { minLength: 1, maxLength: 8 }), { maxLength: 8 }), async (rounds) => {
        const folder = await temporaryFolder();
        try {
          const host = filesHost(configurationFor(folder.path), surroundings);
          await host.refresh();
          for (const round of rounds) {
            const touched = round.flatMap((one) => apply(folder.path, one));
            const requested = touched.map((path) => folderScope(`/${relative(folder.path, path)}`));
            const run = await host.refresh(how === 'requested' ? { requested } : {});
            expect(run.failure).toBeUndefined();
            expect(catalogued(host)).toEqual(await independentWalk(folder.path));
          }
        } finally {
          await folder.remove();
        }
      }),
      { numRuns: 25 },
    );
  });
});
