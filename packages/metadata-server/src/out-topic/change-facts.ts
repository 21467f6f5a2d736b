import { IsthmusError } from '@isthmus/kernel';
import type { ReadOptions } from '@isthmus/model';
import type { ElementStore, StoredChange, StoredElement, StoredLink } from '../store/element-store.js';

/** A change with what it is about, as it was when the change was made and before that, so far as it is still known. */
export interface ChangeFacts {
  readonly change: StoredChange;
  readonly element?: StoredElement;
  readonly previousElement?: StoredElement;
  /** Relationship changes only. */
  readonly link?: StoredLink;
  readonly previousLink?: StoredLink;
  /** Of a relationship that is known no more, as is every deleted one. */
  readonly ends?: { readonly end1?: StoredElement; readonly end2?: StoredElement };
}

export type FactStore = Pick<ElementStore, 'get' | 'getRelationship'>;

/** Reads what a change is about. What is known no more is left out: the change itself is always told. */
export async function factsOf(store: FactStore, change: StoredChange): Promise<ChangeFacts> {
  const now = { asOfTime: change.time, forLineage: true };
  const before = { asOfTime: change.time - 1, forLineage: true };
  const isDeleted = change.eventType === 'ELEMENT_DELETED';
  if (change.end1Guid !== undefined) {
    const read = (options: ReadOptions) => known(store.getRelationship(change.guid, options));
    const link = await read(isDeleted ? before : now);
    if (link === undefined) return { change, ends: await endsOf(store, change, before) };
    const previousLink = change.eventType === 'ELEMENT_UPDATED' ? await read(before) : undefined;
    return { change, link, ...(previousLink && { previousLink }) };
  }
  const read = (options: ReadOptions) => known(store.get(change.guid, options));
  const element = await read(isDeleted ? before : now);
  const hasPrevious = !isDeleted && change.eventType !== 'NEW_ELEMENT_CREATED';
  const previousElement = hasPrevious ? await read(before) : undefined;
  return { change, ...(element && { element }), ...(previousElement && { previousElement }) };
}

async function endsOf(
  store: FactStore,
  change: StoredChange,
  options: ReadOptions,
): Promise<NonNullable<ChangeFacts['ends']>> {
  const read = (guid: string | undefined) => (guid === undefined ? undefined : known(store.get(guid, options)));
  const [end1, end2] = [await read(change.end1Guid), await read(change.end2Guid)];
  return { ...(end1 && { end1 }), ...(end2 && { end2 }) };
}

/** Undefined for what is gone, or archived and no longer kept. */
async function known<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (IsthmusError.is(error) && (error.code === 'ELEMENT_NOT_FOUND' || error.code === 'ELEMENT_ARCHIVED'))
      return undefined;
    throw error;
  }
}
