import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ItemElement } from '../host-port.js';
import { fileItem, folderItem } from './file-items.js';

function columnElements(names: readonly string[], path = '/a.csv'): readonly ItemElement[] {
  const { elements } = fileItem('shop', {
    key: 'a.csv',
    path,
    name: 'a.csv',
    pathName: `/srv${path}`,
    folder: '/',
    typeName: 'CSVFile',
    sizeInBytes: 1,
    columns: names.map((name) => ({ name, dataType: 'string' })),
  });
  return elements.filter(({ typeName }) => typeName === 'TabularFileColumn');
}

function columnNames(names: readonly string[], path?: string): readonly string[] {
  return columnElements(names, path).map(({ qualifiedName }) => qualifiedName);
}

const prefix = 'TabularFileColumn::shop:/a.csv:';
/** Short texts of the characters that identities are made of, so that clashes would be found. */
const columnName = fc.string({ unit: fc.constantFrom('#', ':', ';', '1', '2', 'x', 'column ', ' '), maxLength: 5 });

describe('a file and a folder', () => {
  it('were changed last when their times say so, which the field policy newest goes by', () => {
    const entry = { key: 'a', path: '/a', name: 'a', pathName: '/srv/a', folder: '/', updateTime: 7 };
    expect(fileItem('shop', { ...entry, typeName: 'DataFile', sizeInBytes: 1 })).toMatchObject({ changedAt: 7 });
    expect(folderItem('shop', { ...entry, opens: 'folder:/a' })).toMatchObject({ changedAt: 7 });
  });
});

describe('columns of a file', () => {
  it('are known by their names, so that one inserted before them leaves them what they are', () => {
    const [id, city] = columnNames(['id', 'city']);
    expect([id, city]).toEqual([`${prefix}id`, `${prefix}city`]);
    const [, insertedId, insertedCity] = columnElements(['country', 'id', 'city']);
    expect([insertedId?.qualifiedName, insertedCity?.qualifiedName]).toEqual([id, city]);
    expect([insertedId?.parent?.properties, insertedCity?.parent?.properties]).toEqual([
      { position: 1 },
      { position: 2 },
    ]);
  });

  it('are counted where a name repeats', () => {
    expect(columnNames(['x', 'y', 'x', 'x'])).toEqual(['x', 'y', 'x#2', 'x#3'].map((name) => prefix + name));
  });

  it('are known by their place where they have no name, and shown so', () => {
    const [, unnamed] = columnElements(['x', '']);
    expect(unnamed).toMatchObject({ qualifiedName: `${prefix}#column 1`, properties: { displayName: 'column 1' } });
  });

  it('never share a name with another of their file', () => {
    expect(columnNames(['x#2', 'x', 'x', '#column 3', ''])).toEqual(
      ['x##2', 'x', 'x#2', '##column 3', '#column 4'].map((name) => prefix + name),
    );
    fc.assert(
      fc.property(fc.array(columnName, { maxLength: 8 }), (names) => {
        expect(new Set(columnNames(names)).size).toBe(names.length);
      }),
    );
  });

  it('never share a name with one of another file', () => {
    const [one] = columnNames(['b:c'], '/a');
    const [other] = columnNames(['c'], '/a:b');
    expect(one).toBe('TabularFileColumn::shop:/a:b#;c');
    expect(one).not.toBe(other);
    fc.assert(
      fc.property(columnName, columnName, columnName, (path, name, otherName) => {
        const names = columnNames([name], '/a');
        expect(columnNames([otherName], `/a:${path}`)).not.toEqual(names);
      }),
    );
  });
});
