import { describe, expect, it } from '@jest/globals';
import { withOperations } from './operations-text.js';
import type { BatchOperation } from './write-batch.js';

describe('withOperations', () => {
  const operations: readonly BatchOperation[] = [
    { op: 'upsert', typeName: 'DataFile', qualifiedName: 'a "quoted" name', properties: { displayName: 'ü\u2028' } },
    { op: 'delete', qualifiedName: 'b' },
  ];

  it('writes the same object as JSON would, each time', () => {
    for (const members of [{}, { id: '1', grant: { slot: 's', token: 2 }, absent: undefined }, {}])
      expect(JSON.parse(withOperations(members, operations))).toEqual({
        ...JSON.parse(JSON.stringify(members)),
        operations: JSON.parse(JSON.stringify(operations)),
      });
  });

  it('tells lists of operations apart', () => {
    expect(JSON.parse(withOperations({}, [...operations].reverse())).operations[0].op).toBe('delete');
    expect(JSON.parse(withOperations({}, []))).toEqual({ operations: [] });
  });
});
