import type { ItemWork } from './work-parts.js';

/** What is decided of where an element is anchored: it goes, or it is anchored to another one (absent: to itself). */
export type AnchorMove = { readonly isGone: true } | { readonly isGone: false; readonly anchor?: string };
export type AnchorMoves = ReadonlyMap<string, AnchorMove>;

export const noMoves: AnchorMoves = new Map();

/** By qualified name: what the works do in their order. */
export function anchorMoves(works: Iterable<Pick<ItemWork, 'operations' | 'removed'>>): AnchorMoves {
  const moves = new Map<string, AnchorMove>();
  for (const { operations, removed } of works) {
    const gone: string[] = [];
    for (const operation of operations) {
      if (operation.op === 'delete') gone.push(operation.qualifiedName);
      if (operation.op !== 'upsert' || operation.keepsAnchor === true) continue;
      const { qualifiedName, anchor } = operation;
      moves.set(qualifiedName, { isGone: false, ...(anchor !== undefined && { anchor }) });
    }
    const [own = '', ...parts] = removed?.qualifiedNames ?? [];
    // Parts go with their element.
    for (const name of gone.includes(own) ? [...gone, ...parts] : gone) moves.set(name, { isGone: true });
  }
  return moves;
}

/** Those of what is anchored to the holder that do not go with it any more. */
export function movedAway(moves: AnchorMoves, holder: string, anchored: readonly string[]): ReadonlySet<string> {
  const below = new Set([holder, ...anchored]);
  const isAway = (name: string): boolean => {
    const move = moves.get(name);
    if (move === undefined) return false;
    return move.isGone || move.anchor === undefined || !below.has(move.anchor);
  };
  return new Set(anchored.filter(isAway));
}
