import type { EffectElement, OperationEffect } from '@isthmus/connector-host';
import type { BatchOperation, Properties } from '@isthmus/model';
import type { ActParts } from './apply-plan.js';

type Content = NonNullable<Extract<OperationEffect, { readonly of: 'element' }>['from']>;

/**
 * Restores an element that was deleted, with what was known of it. Its relationships come back as far as the server
 * brings them back with it.
 *
 * @returns its GUID, or why it stays away
 */
export async function bringBackElement(
  { store, spec, newId, follower, tally, signal }: ActParts,
  { typeName, qualifiedName }: EffectElement,
  { properties, classifications = {} }: Content,
): Promise<{ readonly guid?: string; readonly fault?: string }> {
  if (qualifiedName === undefined) return { fault: 'it has no qualified name by which it could be brought back' };
  const { grant, userId } = spec;
  const { qualifiedName: _, ...values } = properties;
  const { Anchors: anchors, ...others } = classifications;
  const anchor = await anchorName({ store, signal }, anchors);
  const operation: BatchOperation = {
    op: 'upsert',
    typeName,
    qualifiedName,
    properties: values,
    classifications: others,
    ...(anchor === undefined || anchor === qualifiedName ? {} : { anchor }),
  };
  tally.add('requests');
  const batch = { id: newId(), grant, ...(userId === undefined ? {} : { userId }), operations: [operation] };
  const result = await store.writeBatch(batch, signal);
  await follower.passOwn(result);
  const { guid, error } = result.items[0] ?? {};
  return { ...(guid !== undefined && { guid }), ...(error && { fault: error.message }) };
}

/** Qualified name of the element that a classification `Anchors` names. */
export async function anchorName(
  { store, signal }: Pick<ActParts, 'store' | 'signal'>,
  anchors: Properties | undefined,
): Promise<string | undefined> {
  const guid = anchors?.anchorGUID;
  if (typeof guid !== 'string' || guid === '') return undefined;
  const name = (await store.get(guid, { forLineage: true }, signal))?.properties.qualifiedName;
  return typeof name === 'string' ? name : undefined;
}
