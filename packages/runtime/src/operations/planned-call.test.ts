import type { MetadataCall, OperationEffect } from '@isthmus/connector-host';
import { describe, expect, it } from '@jest/globals';
import { touchedBy } from './operated-call.js';
import { plannedCallRow } from './planned-call.js';

const call: MetadataCall = { kind: 'database', operation: 'doIt', input: { a: 1 } };
const table = { guid: 'table', typeName: 'RelationalTable', qualifiedName: 'T', version: 4 };
const made = { guid: 'preview:1', typeName: 'Database', qualifiedName: 'D' };

const makes: OperationEffect = {
  of: 'element',
  element: made,
  to: { properties: { qualifiedName: 'D', displayName: 'd' } },
};
const changes: OperationEffect = {
  of: 'element',
  element: table,
  from: { properties: { size: 1, notes: { a: 'x', b: 'y' } } },
  to: { properties: { size: 2, notes: { a: 'z' } } },
};
const links: OperationEffect = { of: 'relationship', guid: 'preview:2', name: 'Owns', end1: table, end2: made, to: {} };

const rowOf = (...effects: OperationEffect[]) => plannedCallRow({ call, effects, unkeptCount: 0 }, 7);

describe('the row of a call in a plan', () => {
  it('tells each field before and after, maps by their keys', () => {
    expect(rowOf(changes).changes).toEqual([
      {
        qualifiedName: 'T',
        typeName: 'RelationalTable',
        action: 'update',
        fields: [
          { kind: 'property', field: 'size', from: 1, to: 2 },
          { kind: 'property', field: 'notes.a', from: 'x', to: 'z' },
          { kind: 'property', field: 'notes.b', from: 'y' },
        ],
      },
    ]);
  });

  it('is named by the first element and gathers what is done to each', () => {
    expect(rowOf(makes, links)).toMatchObject({
      action: 'create',
      key: '7',
      qualifiedName: 'D',
      operation: 'doIt',
      changes: [
        { qualifiedName: 'D', action: 'create', fields: [{ field: 'displayName', to: 'd' }] },
        { qualifiedName: 'T', action: 'update', fields: [{ kind: 'link', field: 'Owns', to: 'D' }] },
      ],
    });
  });

  it('keeps under which versions it may be carried out, and what only the preview knows by GUID', () => {
    expect(rowOf(makes, links).call).toEqual({
      kind: 'database',
      operation: 'doIt',
      input: { a: 1 },
      previews: [{ guid: 'preview:1', qualifiedName: 'D' }],
      answers: 'preview:1',
      expects: [
        { qualifiedName: 'D', version: 0 },
        { qualifiedName: 'T', version: 4 },
      ],
    });
  });

  it('names what a relationship joined before it was taken away', () => {
    const { to: _, ...rest } = links;
    expect(rowOf({ ...rest, from: {} }).changes[0]?.fields).toEqual([{ kind: 'link', field: 'Owns', from: 'D' }]);
  });
});

describe('what a call touched', () => {
  it('counts each element once, by what became of it', () => {
    expect(touchedBy([makes, changes, links])).toEqual({ created: 1, updated: 1, deleted: 0 });
    expect(touchedBy([changes, { of: 'element', element: table, from: { properties: {} } }])).toEqual({
      created: 0,
      updated: 0,
      deleted: 1,
    });
  });
});
