/** A table of a schema that is made up: what a connector is to find of it is what it says. */
export interface MadeTable {
  readonly name: string;
  /** Names of the integer columns of its primary key; they come first. */
  readonly key: readonly string[];
  readonly columns: readonly { readonly name: string; readonly type: string; readonly isNeeded: boolean }[];
  /** Integer columns after the key that refer to the key of a table that was made before. */
  readonly references?: {
    readonly columns: readonly string[];
    readonly table: string;
    readonly key: readonly string[];
  };
}

/**
 * Tables with keys of one and two columns and references among them; the same for each seed.
 *
 * @param types - types of columns, as the source writes them
 */
export function madeTables(count: number, seed: number, types: readonly string[]): readonly MadeTable[] {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const tables: MadeTable[] = [];
  for (let number = 0; number < count; number += 1) {
    const target = tables[below(Math.max(1, number))];
    tables.push({
      name: `t ${number}`,
      key: ['k0', 'k1'].slice(0, 1 + below(2)),
      columns: Array.from({ length: 3 + below(12) }, (_, place) => ({
        name: `c ${place}`,
        type: types[below(types.length)] ?? '',
        isNeeded: below(2) === 1,
      })),
      ...(target === undefined
        ? {}
        : { references: { columns: ['r0', 'r1'].slice(0, target.key.length), table: target.name, key: target.key } }),
    });
  }
  return tables;
}
