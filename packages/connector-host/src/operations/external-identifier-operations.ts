import { IsthmusError } from '@isthmus/kernel';
import { checkProperties, type MetadataElement, type RelatedElement } from '@isthmus/model';
import type { CreatedElement } from './create-operations.js';
import type { OperationSession } from './operation-session.js';
import { type ElementPage, nextOf } from './read-operations.js';
import { firstRelated } from './related-pages.js';

const linkType = 'ExternalIdLink';

/** Says how the third party knows an element. The same key again brings properties and link to what is said. */
export async function addExternalIdentifier(session: OperationSession): Promise<CreatedElement> {
  const { input, types, parts, facts } = session;
  const ref = input.ref('element');
  const key = input.name('key');
  const properties = input.properties('properties') ?? {};
  const linkProperties = input.properties('linkProperties') ?? {};
  const home = session.home();
  const element = await session.element(ref, 'element');
  const wanted = { ...properties, key, qualifiedName: `ExternalId::${facts.source}:${element.guid}:${key}` };
  session.about('properties', () => checkProperties(types, 'ExternalId', wanted, true));
  session.about('linkProperties', () => checkProperties(types, linkType, linkProperties, false));
  input.end();
  const there = await identifierOf(session, element, key);
  const store = await session.writer(home);
  const link = { lastSynchronized: parts.clock.now(), source: facts.source, ...linkProperties };
  if (there !== undefined) {
    const { guid } = there.element;
    await store.update(guid, { ...properties, key }, 'merge', undefined, session.signal);
    await store.updateRelationship(there.relationship.guid, link, 'merge', session.signal);
    return { guid, outcome: 'existing' };
  }
  const parent = { guid: element.guid, relationshipTypeName: linkType, parentAtEnd1: true, properties: link };
  const made = { typeName: 'ExternalId', properties: wanted, anchorGuid: element.guid, parent };
  return { guid: await store.create(made, session.signal), outcome: 'created' };
}

export async function removeExternalIdentifier(
  session: OperationSession,
): Promise<{ readonly outcome: 'deleted' | 'unchanged' }> {
  const there = await known(session);
  if (there === undefined) return { outcome: 'unchanged' };
  const store = await session.writerOf(there.element);
  // An identifier says nothing without its element, so nothing of it is to be archived.
  await store.delete(there.element.guid, { method: 'SOFT_DELETE' }, session.signal);
  return { outcome: 'deleted' };
}

/** The element and the third party agree now. */
export async function confirmSynchronization(
  session: OperationSession,
): Promise<{ readonly guid: string; readonly outcome: 'updated' }> {
  const there = await known(session);
  if (there === undefined)
    throw new IsthmusError('ELEMENT_NOT_FOUND', `the element has no external identifier of this key`, {
      details: { operation: session.row.name, parameter: 'key' },
      next: 'add it with addExternalIdentifier',
    });
  const { guid } = there.relationship;
  const store = await session.writerOf(there.element);
  const now = session.parts.clock.now();
  await store.updateRelationship(guid, { lastSynchronized: now }, 'merge', session.signal);
  return { guid, outcome: 'updated' };
}

/** Elements that the third party knows by this key. */
export async function findByExternalIdentifier(session: OperationSession): Promise<ElementPage> {
  const { input, store, signal } = session;
  const value = input.name('key');
  const page = input.page();
  const read = input.read();
  input.end();
  const identifiers = await store.find(
    { matchCriteria: 'ALL', conditions: [{ property: 'key', operator: 'EQ', value }] },
    { ...read, ...page, typeName: 'ExternalId' },
    signal,
  );
  const elements: MetadataElement[] = [];
  for (const { guid } of identifiers) {
    const options = { ...read, relationshipTypeName: linkType, startingAtEnd: 2, pageSize: 1 } as const;
    const [found] = await store.related(guid, options, signal);
    if (found !== undefined) elements.push(found.element);
  }
  return { elements, ...nextOf(identifiers.length, page) };
}

async function known(session: OperationSession): Promise<RelatedElement | undefined> {
  const { input } = session;
  const ref = input.ref('element');
  const key = input.name('key');
  session.home();
  input.end();
  return await identifierOf(session, await session.element(ref, 'element'), key);
}

async function identifierOf(
  session: OperationSession,
  element: MetadataElement,
  key: string,
): Promise<RelatedElement | undefined> {
  const by = { relationshipTypeName: linkType, startingAtEnd: 1 } as const;
  return await firstRelated(session, element.guid, by, ({ properties }) => properties.key === key);
}
