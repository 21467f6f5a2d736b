import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Ranking } from './ranking.js';
import type { ElementRow } from './rows.js';

const header = { type: 1, sequence: 0, version: 1, created_by: 'a', create_time: 0, updated_by: 'a', update_time: 0 };
const row = (id: number, size: number | undefined): ElementRow => ({
  ...header,
  id,
  guid: `g${id}`,
  qualified_name: null,
  visible: 1,
  anchor: null,
  anchor_scopes: null,
  deletion: null,
  anchor_guid: null,
  anchor_type: null,
  maintained_by: null,
  request_id: null,
  source_guid: null,
  source_name: null,
  effective_from: null,
  effective_to: null,
  properties: JSON.stringify({ size }),
});

it('gives the first of many, whatever their number and the order they come in', async () => {
  let pauses = 0;
  const slice = {
    pause: async () => {
      pauses += 1;
    },
  };
  const sizes = fc.array(fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined }), {
    maxLength: 5000,
    size: 'max',
  });
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: 1, max: 6000 }), fc.boolean(), async (values, limit, isDescending) => {
      const order = isDescending ? 'PROPERTY_DESCENDING' : 'PROPERTY_ASCENDING';
      const ranking = new Ranking({ order, orderProperty: 'size' }, limit, slice);
      const rows = values.map((size, id) => row(id, size));
      for (let index = 0; index < rows.length; index += 300) await ranking.add(rows.slice(index, index + 300));
      const sign = isDescending ? -1 : 1;
      const key = (id: number) => sign * (values[id] ?? 1000);
      const expected = [...values.keys()]
        .sort((one, other) => key(one) - key(other) || sign * (one - other))
        .slice(0, limit);
      expect(await ranking.first()).toEqual(expected);
    }),
    { numRuns: 50 },
  );
  expect(pauses).toBeGreaterThan(0);
});
