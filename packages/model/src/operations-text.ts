import type { BatchOperation } from './write-batch.js';

/** As long as somebody holds the operations. */
const texts = new WeakMap<readonly BatchOperation[], string>();

/**
 * A JSON object of `members` and `operations`. A batch is kept in the journal and sent to the store, and most of both is
 * its operations: they are written once.
 */
export function withOperations(members: object, operations: readonly BatchOperation[]): string {
  const head = JSON.stringify(members).slice(0, -1);
  const known = texts.get(operations);
  const text = known ?? JSON.stringify(operations);
  if (known === undefined) texts.set(operations, text);
  return `${head}${head === '{' ? '' : ','}"operations":${text}}`;
}
