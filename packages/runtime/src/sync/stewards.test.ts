import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { file, folder } from './testing/fake-source.js';
import { SyncBench } from './testing/sync-bench.js';

let bench: SyncBench;
beforeEach(() => {
  bench = new SyncBench();
});
afterEach(() => bench[Symbol.dispose]());

const qualifiedName = 'DataFile::test:/top/x';

describe('what a steward changes', () => {
  it('stays where the connector sends nothing, keys of its maps too, and is set right where it does', async () => {
    const root = folder({ x: file('1') });
    await bench.sync(root);
    bench.store.steward({
      op: 'upsert',
      typeName: 'DataFile',
      qualifiedName,
      properties: { displayName: 'by hand', description: 'by hand', additionalProperties: { owner: 'alice' } },
    });
    const additional = (text: string) => ({ [`text,${text}`]: text, always: 'there', owner: 'alice' });
    await bench.sync(root, {}, { keeps: true });
    expect(bench.store.elements.get(qualifiedName)?.properties).toEqual({
      displayName: 'x',
      text: '1',
      description: 'by hand',
      additionalProperties: additional('1'),
    });
    root.children.set('x', file('2'));
    await bench.sync(root, {}, { keeps: true });
    expect(bench.store.elements.get(qualifiedName)?.properties.additionalProperties).toEqual(additional('2'));
  });

  it('is not lost when the file goes and comes back', async () => {
    await bench.sync(folder({ x: file('1') }));
    bench.store.steward({
      op: 'upsert',
      typeName: 'DataFile',
      qualifiedName,
      properties: { additionalProperties: { owner: 'alice' } },
    });
    await bench.sync(folder());
    expect(bench.store.live().has(qualifiedName)).toBe(false);
    await bench.sync(folder({ x: file('1') }));
    expect(bench.store.elements.get(qualifiedName)?.properties.additionalProperties).toMatchObject({ owner: 'alice' });
  });
});
