import { type ErrorCode, errorCatalogue, IsthmusError, messageOf } from '@isthmus/kernel';
import type { BatchItemResult, BatchOperation, MetadataStore } from '@isthmus/model';

/** An operation and what takes it back, given how it went; undefined: nothing to take back. */
export interface Write {
  readonly operation: BatchOperation;
  readonly inverse: (outcome: BatchItemResult['outcome']) => BatchOperation | undefined;
}

/**
 * Writes all or nothing, as far as the server can. A batch is one transaction in which a refused operation is set aside
 * and the others stay, so after a refusal those that went through are taken back, last first.
 *
 * @returns a result per write
 * @throws the first refusal, by the server's own code; STORE_UNREACHABLE and the other codes of the store
 */
export async function writeAll(
  store: MetadataStore,
  newId: () => string,
  writes: readonly Write[],
  signal: AbortSignal,
): Promise<readonly BatchItemResult[]> {
  if (writes.length === 0) return [];
  const { items } = await store.writeBatch(
    { id: newId(), operations: writes.map(({ operation }) => operation) },
    signal,
  );
  const refusedAt = items.findIndex(({ outcome }) => outcome === 'refused');
  if (refusedAt < 0) return items;
  const inverses = writes.flatMap(({ inverse }, index) => inverse(items[index]?.outcome ?? 'refused') ?? []).reverse();
  const refusal = toError(items[refusedAt], writes[refusedAt]?.operation);
  if (inverses.length === 0) throw refusal;
  try {
    await store.writeBatch({ id: newId(), operations: inverses }, signal);
  } catch (cause) {
    throw new IsthmusError(refusal.code, `${refusal.message}; what was written besides could not be taken back`, {
      details: { ...refusal.details, undo: messageOf(cause) },
      cause,
    });
  }
  throw refusal;
}

/** Takes back what made an element or a link; what was there already stays. */
export function undoing(outcomes: readonly BatchItemResult['outcome'][], operation: BatchOperation): Write['inverse'] {
  return (outcome) => (outcomes.includes(outcome) ? operation : undefined);
}

function toError(result: BatchItemResult | undefined, operation: BatchOperation | undefined): IsthmusError {
  const code = result?.error?.code;
  const message = result?.error?.message ?? 'the metadata server refused a write';
  const what = operation && ('qualifiedName' in operation ? operation.qualifiedName : operation.typeName);
  return new IsthmusError(isErrorCode(code) ? code : 'STORE_REFUSED', message, {
    details: { ...(what !== undefined && { element: what }), ...(code !== undefined && { code }) },
  });
}

function isErrorCode(code: string | undefined): code is ErrorCode {
  return code !== undefined && Object.hasOwn(errorCatalogue, code);
}
