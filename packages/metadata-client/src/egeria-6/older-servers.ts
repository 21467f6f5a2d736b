import type { BatchOperation, StoreCapabilities } from '@isthmus/model';

/** What an older server of ours does not tell is not asked for. */
export function withoutHanging(operation: BatchOperation): BatchOperation {
  if (operation.op !== 'look') return operation;
  const { anchored: _, foreignLinks: __, ...rest } = operation;
  return rest;
}

/** Whether a server of ours keeps what others have set, as far as the operation asks for it. */
export function canGuard(
  operation: BatchOperation,
  { guards: elements = false, linkGuards: links = false }: Pick<StoreCapabilities, 'guards' | 'linkGuards'>,
): boolean {
  if (operation.op === 'unlink') return links || operation.keepsOthers === undefined;
  if (operation.op === 'link') return links || (operation.guards ?? operation.isTrial ?? operation.clear) === undefined;
  if (operation.op !== 'upsert' || elements) return true;
  const { guards, trustsOwnWork, declassify } = operation;
  return guards === undefined && trustsOwnWork === undefined && declassify === undefined;
}
