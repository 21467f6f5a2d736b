import type { MetadataElement, Properties } from '@isthmus/model';
import { bringElement } from './create-operations.js';
import type { OperationSession } from './operation-session.js';
import { type ElementPage, nextOf } from './read-operations.js';

const member = { relationship: 'ValidValueMember', at: 1, needed: true, anchors: true } as const;
const mostValues = 1_000;
/** Blanks alone may be a value. */
const longestValue = 32_768;

/** Which values a property may have: one set per property (of a type, of a key of a map), its values its members. */
export async function setMetadataValue(
  session: OperationSession,
): Promise<{ readonly guid: string; readonly outcome: 'created' | 'updated' | 'unchanged' }> {
  const { input } = session;
  const set = readSet(session);
  const preferredValue = input.text('preferredValue', longestValue);
  const told = input.properties('properties') ?? {};
  const home = session.home();
  input.end();
  const holder = await bringElement(session, {
    typeName: 'ValidValueDefinition',
    qualifiedName: set.name,
    properties: { displayName: set.label, usage: 'values that a property of metadata may have' },
    home,
  });
  const properties: Properties = { displayName: preferredValue, ...told, preferredValue };
  const made = await bringElement(
    session,
    { typeName: 'ValidMetadataValue', qualifiedName: `${set.name}=${preferredValue}`, properties, home },
    { ref: holder, rule: member },
  );
  if (made.outcome !== 'existing') return { guid: made.guid, outcome: made.outcome };
  const there = await session.element(made, 'preferredValue');
  const store = await session.writerOf(there);
  const hasChanged = await store.update(made.guid, properties, 'merge', undefined, session.signal);
  return { guid: made.guid, outcome: hasChanged ? 'updated' : 'unchanged' };
}

export async function clearMetadataValue(
  session: OperationSession,
): Promise<{ readonly outcome: 'deleted' | 'unchanged' }> {
  const { input } = session;
  const set = readSet(session);
  const preferredValue = input.text('preferredValue', longestValue);
  session.home();
  input.end();
  const there = await session.find({ qualifiedName: `${set.name}=${preferredValue}` }, {});
  if (there === undefined) return { outcome: 'unchanged' };
  await (await session.writerOf(there)).delete(there.guid, { method: 'SOFT_DELETE' }, session.signal);
  return { outcome: 'deleted' };
}

/** Where no values were set up, every value is valid. */
export async function validateMetadataValue(
  session: OperationSession,
): Promise<{ readonly isValid: boolean; readonly isKnown: boolean }> {
  const { input } = session;
  const set = readSet(session);
  const actualValue = input.text('actualValue', longestValue);
  input.end();
  let startFrom = 0;
  for (;;) {
    const values = await valuesOf(session, set.name, { startFrom, pageSize: mostValues });
    if (values.some(({ properties }) => isValue(properties, actualValue))) return { isKnown: true, isValid: true };
    startFrom += values.length;
    if (values.length < mostValues) return { isKnown: false, isValid: startFrom === 0 };
  }
}

export async function getMetadataValues(session: OperationSession): Promise<ElementPage> {
  const set = readSet(session);
  const page = session.input.page();
  session.input.end();
  const elements = await valuesOf(session, set.name, page);
  return { elements, ...nextOf(elements.length, page) };
}

async function valuesOf(
  session: OperationSession,
  setName: string,
  page: { readonly startFrom: number; readonly pageSize: number },
): Promise<readonly MetadataElement[]> {
  const set = await session.find({ qualifiedName: setName }, {});
  if (set === undefined) return [];
  const options = { relationshipTypeName: member.relationship, startingAtEnd: 1, ...page } as const;
  return (await session.store.related(set.guid, options, session.signal)).map(({ element }) => element);
}

/** Upper and lower case count unless the value says that they do not. */
function isValue({ preferredValue, isCaseSensitive }: Properties, actual: string): boolean {
  if (typeof preferredValue !== 'string') return false;
  return isCaseSensitive === false ? preferredValue.toLowerCase() === actual.toLowerCase() : preferredValue === actual;
}

function readSet(session: OperationSession): { readonly name: string; readonly label: string } {
  const { input, types } = session;
  const propertyName = input.name('propertyName', 256);
  const typeName = input.optionalText('typeName', 256);
  const mapName = input.optionalText('mapName', 1_000);
  const type = typeName === undefined ? undefined : session.about('typeName', () => types.get(typeName)).name;
  if (type !== undefined && types.attribute(type, propertyName) === undefined)
    throw input.fault('propertyName', `is no property of ${typeName}`);
  const parts = [typeName ?? '*', propertyName, ...(mapName === undefined ? [] : [mapName])];
  return { name: `ValidValueDefinition::metadata:${parts.join('.')}`, label: parts.join('.') };
}
