import { missingParentHint, type SourceItem } from '@isthmus/connector-sdk';
import type { ItemProgress } from './judge-batch.js';

/** Why an item is set aside, and what can be done where the element that it lies in is not there. */
export function refusalText(
  { code, qualifiedName, message }: NonNullable<ItemProgress['refused']>,
  body: Pick<SourceItem, 'elements'> | undefined,
): string {
  const text = `${qualifiedName}: ${message}`;
  if (code !== 'ELEMENT_NOT_FOUND') return text;
  const parent = body?.elements.find((element) => element.qualifiedName === qualifiedName)?.parent?.qualifiedName;
  return parent === undefined || !message.includes(parent) ? text : `${text}; next: ${missingParentHint(parent)}`;
}
