import { type ErrorCode, errorCatalogue, IsthmusError, messageOf } from '@isthmus/kernel';
import type { BatchItemResult, BatchOperation, MetadataStore } from '@isthmus/model';

/** An operation and what takes it back, given how it went; undefined: nothing to take back. */
export interface Write {
  readonly operation: BatchOperation;
  readonly inverse: (outcome: BatchItemResult['outcome']) => BatchOperation | undefined;
}

/**
 * Writes all or nothing, as far as the server can. A batch is one transaction in which a refused operation is set aside
 * and the others stay, so after a refusal those that went through are taken back, last first. Each stage is a batch of
 * its own, written when the one before it went through.
 *
 * @returns a result per write, over all stages
 * @throws the first refusal, by the server's own code; STORE_UNREACHABLE and the other codes of the store
 */
export async function writeAll(
  store: MetadataStore,
  newId: () => string,
  stages: readonly (readonly Write[])[],
  signal: AbortSignal,
): Promise<readonly BatchItemResult[]> {
  const done: { readonly write: Write; readonly result: BatchItemResult }[] = [];
  for (const writes of stages) {
    if (writes.length === 0) continue;
    const operations = writes.map(({ operation }) => operation);
    const { items } = await store.writeBatch({ id: newId(), operations }, signal);
    done.push(...writes.flatMap((write, index) => (items[index] ? [{ write, result: items[index] }] : [])));
    const refused = done.find(({ result }) => result.outcome === 'refused');
    if (refused === undefined) continue;
    const refusal = toError(refused.result, refused.write.operation);
    await takeBack(store, newId, done, refusal, signal);
    throw refusal;
  }
  return done.map(({ result }) => result);
}

async function takeBack(
  store: MetadataStore,
  newId: () => string,
  done: readonly { readonly write: Write; readonly result: BatchItemResult }[],
  refusal: IsthmusError,
  signal: AbortSignal,
): Promise<void> {
  const operations = done.flatMap(({ write, result }) => write.inverse(result.outcome) ?? []).reverse();
  if (operations.length === 0) return;
  try {
    await store.writeBatch({ id: newId(), operations }, signal);
  } catch (cause) {
    throw new IsthmusError(refusal.code, `${refusal.message}; what was written besides could not be taken back`, {
      details: { ...refusal.details, undo: messageOf(cause) },
      cause,
    });
  }
}

/** Takes back what made an element or a link; what was there already stays. */
export function undoing(outcomes: readonly BatchItemResult['outcome'][], operation: BatchOperation): Write['inverse'] {
  return (outcome) => (outcomes.includes(outcome) ? operation : undefined);
}

function toError(result: BatchItemResult, operation: BatchOperation): IsthmusError {
  const code = result.error?.code;
  const message = result.error?.message ?? 'the metadata server refused a write';
  const element = 'qualifiedName' in operation ? operation.qualifiedName : operation.typeName;
  return new IsthmusError(isErrorCode(code) ? code : 'STORE_REFUSED', message, {
    details: { element, ...(code !== undefined && { code }) },
  });
}

function isErrorCode(code: string | undefined): code is ErrorCode {
  return code !== undefined && Object.hasOwn(errorCatalogue, code);
}
