import type { FoundElement, Properties } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { changeOf, type ElementOperation, elementAfter, type FieldChange, valueChanges } from './field-changes.js';

const text = fc.constantFrom('a', 'b', 'c');
const value = fc.oneof(text, fc.constantFrom(1, 2, true), fc.array(text, { maxLength: 2 }));
const map = fc.dictionary(fc.constantFrom('size', 'mode', 'a.b'), text);
const properties: fc.Arbitrary<Properties> = fc
  .record(
    { displayName: value, label: value, count: value, additionalProperties: fc.oneof(map, value) },
    { requiredKeys: [] },
  )
  .map((told) => ({ ...told }));
const clear = fc.subarray(['displayName', 'label', 'additionalProperties', 'additionalProperties.size', 'none.at-all']);

describe('changeOf', () => {
  it('tells each field in which the element differs after the write, and no other', () => {
    fc.assert(
      fc.property(
        fc.option(properties, { nil: undefined }),
        properties,
        clear,
        fc.boolean(),
        (before, written, cleared, isGuarded) => {
          const operation: ElementOperation = {
            op: 'upsert',
            typeName: 'DataFile',
            qualifiedName: 'x',
            properties: written,
            clear: cleared,
            ...(isGuarded && { guards: {} }),
          };
          const found: FoundElement | undefined = before && {
            state: 'live',
            typeName: 'DataFile',
            version: 1,
            properties: before,
          };
          const after = elementAfter(operation, found)?.properties ?? {};
          expect(byField(changeOf(operation, found).fields)).toEqual(byField(differences(before ?? {}, after)));
        },
      ),
    );
  });
});

function differences(before: Properties, after: Properties): readonly FieldChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)].filter((name) => name !== 'qualifiedName'));
  return [...names].flatMap((name) => valueChanges('property', name, before[name], after[name]));
}

function byField(fields: readonly FieldChange[]): readonly FieldChange[] {
  return [...fields].sort((one, other) => (one.field < other.field ? -1 : 1));
}
