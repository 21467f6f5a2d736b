import type { SourceItem } from '@isthmus/connector-sdk';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { SyncReport, SyncRunSpec } from './sync-engine.js';
import { digestOf, file, itemOf } from './testing/fake-source.js';
import { SyncBench } from './testing/sync-bench.js';

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
});
afterEach(() => bench[Symbol.dispose]());

/** The same file under the names of one template. */
function called(template: string): SourceItem {
  const { elements, ...item } = itemOf('', 'one.csv', file('1', ['id']));
  const [own, ...columns] = elements;
  const name = (text: string) => text.replace('::test:', `::${template}:`);
  const parent = { relationshipTypeName: 'AttributeForSchema', qualifiedName: name(own.qualifiedName) };
  return {
    ...item,
    sourceVersion: `1 ${template}`,
    elements: [
      { ...own, qualifiedName: name(own.qualifiedName) },
      ...columns.map((column) => ({ ...column, qualifiedName: name(column.qualifiedName), parent })),
    ],
  };
}

async function sync(template: string, spec: Partial<SyncRunSpec> = {}): Promise<SyncReport> {
  const run = await bench.open({ boundaryHash: template, ...spec });
  const body = called(template);
  const digest = digestOf(body);
  if ((await run.offer('root', [digest])).length > 0) await run.deliver('root', [{ digest, body }]);
  await run.complete('root');
  return run.finish('completed');
}

const namesOf = (template: string) => called(template).elements.map(({ qualifiedName }) => qualifiedName);

it('keeps what things were called under another template, says so, and removes it only when people confirm', async () => {
  for (let run = 0; run < 3; run += 1) await sync('old');
  const changed = await sync('new');
  expect(changed.counts).toMatchObject({ created: 1, deleted: 0 });
  expect(changed.findings).toEqual([
    expect.objectContaining({ code: 'DELETE_WITHHELD', message: expect.stringContaining('DataFile::old:/one.csv') }),
  ]);
  for (let run = 0; run < 3; run += 1) await sync('new');
  expect(Object.keys(bench.inStore()).sort()).toEqual([...namesOf('old'), ...namesOf('new')].sort());
  await sync('new', { confirmRemovals: true });
  expect(Object.keys(bench.inStore()).sort()).toEqual([...namesOf('new')].sort());
});

it('takes up the elements of before when the former template comes back', async () => {
  for (let run = 0; run < 3; run += 1) await sync('old');
  await sync('new');
  await sync('old');
  await sync('old', { confirmRemovals: true });
  expect(Object.keys(bench.inStore()).sort()).toEqual([...namesOf('old')].sort());
});
