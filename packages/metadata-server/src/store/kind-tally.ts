/** Elements of one part of a sorted list: read and passed over within a fraction of a millisecond. */
export const partSize = 2 ** 13;

/** How many elements of each kind there are among some: a kind, its number, the next kind, and so on. */
export type KindTally = Uint32Array;

export function tallyOf(kinds: Uint16Array): KindTally {
  const counts = new Map<number, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return Uint32Array.from([...counts].flat());
}

/** @param isWanted 1 at each kind that is asked for */
export function elementsOfKinds(tally: KindTally, isWanted: Uint8Array): number {
  let sum = 0;
  for (let index = 0; index < tally.length; index += 2)
    if (isWanted[tally[index] ?? 0] === 1) sum += tally[index + 1] ?? 0;
  return sum;
}

export function elementsIn(tallies: readonly KindTally[]): number {
  let sum = 0;
  for (const tally of tallies) for (let index = 1; index < tally.length; index += 2) sum += tally[index] ?? 0;
  return sum;
}
