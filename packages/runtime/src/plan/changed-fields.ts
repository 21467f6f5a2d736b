import type { MetadataElement, MetadataStore, PropertyValue } from '@isthmus/model';
import { type FieldChange, valueChanges } from './field-changes.js';

/** Former versions that are looked through. */
const mostVersions = 100;
const fieldsTold = 5;
const longestValue = 100;

/**
 * What has become of an element since a version of it, for people. Classifications and relationships leave the version as
 * it is, so they are not looked at.
 *
 * @returns undefined where the server does not tell, or no longer
 */
export async function changedFields(
  store: Pick<MetadataStore, 'getByQualifiedName' | 'history'>,
  qualifiedName: string,
  since: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const now = await store.getByQualifiedName(qualifiedName, {}, signal);
    if (now === undefined) return undefined;
    const history = await store.history(now.guid, { pageSize: mostVersions }, signal);
    const then = history.find(({ versions }) => versions.version === since);
    return then && changeBetween(then, now);
  } catch {
    signal.throwIfAborted();
    // it explains what was found without it: a server that cannot tell (release 4.3) is no reason to fail
    return undefined;
  }
}

function changeBetween(then: MetadataElement, now: MetadataElement): string | undefined {
  const names = new Set([...Object.keys(now.properties), ...Object.keys(then.properties)]);
  const changes = [...names].flatMap((name) =>
    valueChanges('property', name, then.properties[name], now.properties[name]),
  );
  if (changes.length === 0) return undefined;
  const told = changes.slice(0, fieldsTold).map(changeText);
  const left = changes.length - told.length;
  const { updatedBy, createdBy } = now.versions;
  return `${[...told, ...(left > 0 ? [`and ${left} more`] : [])].join(', ')}; last changed by ${updatedBy ?? createdBy}`;
}

function changeText({ field, from, to }: FieldChange): string {
  return `${field} ${from === undefined ? 'was not there' : `was ${shown(from)}`} and is ${to === undefined ? 'gone' : shown(to)}`;
}

function shown(value: PropertyValue): string {
  const text = JSON.stringify(value);
  return text.length <= longestValue ? text : `${text.slice(0, longestValue - 1)}…`;
}
