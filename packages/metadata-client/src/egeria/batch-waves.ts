import type { BatchOperation } from '@isthmus/model';

/** Operations under way at a time, of those that do not touch the same elements. */
const atATime = 4;

/** Runs of operations of which none touches what another one of the run writes. */
export function* wavesOf(operations: readonly BatchOperation[]): Generator<readonly BatchOperation[]> {
  let wave: BatchOperation[] = [];
  let written = new Set<string>();
  let read = new Set<string>();
  for (const operation of operations) {
    const { writes, reads } = touchedBy(operation);
    const isAlone = operation.op === 'delete' || wave[0]?.op === 'delete';
    const collides = [...writes, ...reads].some((name) => written.has(name)) || writes.some((name) => read.has(name));
    if (wave.length > 0 && (isAlone || collides || wave.length === atATime)) {
      yield wave;
      [wave, written, read] = [[], new Set(), new Set()];
    }
    wave.push(operation);
    for (const name of writes) written.add(name);
    for (const name of reads) read.add(name);
  }
  if (wave.length > 0) yield wave;
}

function touchedBy(operation: BatchOperation): {
  readonly writes: readonly string[];
  readonly reads: readonly string[];
} {
  if (operation.op === 'delete') return { writes: [operation.qualifiedName], reads: [] };
  if (operation.op === 'look') return { writes: [], reads: [operation.qualifiedName] };
  if (operation.op !== 'upsert') {
    const { typeName, end1, end2 } = operation;
    return { writes: [JSON.stringify([typeName, end1, end2])], reads: [end1, end2] };
  }
  const { parent, anchor } = operation;
  return {
    writes: [operation.qualifiedName],
    reads: [...(parent ? [parent.qualifiedName] : []), ...(anchor === undefined ? [] : [anchor])],
  };
}
