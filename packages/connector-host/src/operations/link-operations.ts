import { isDeepStrictEqual } from 'node:util';
import {
  checkEnds,
  checkProperties,
  type ElementLink,
  type MetadataStore,
  type Properties,
  type Relationship,
} from '@isthmus/model';
import { bringEffectivity } from './effectivity.js';
import type { ElementRef, OperationSession } from './operation-session.js';

type LinkOutcome = 'created' | 'updated' | 'existing' | 'unchanged';

/** By these several links of one type between the same elements are told apart. */
const identities = ['label', 'iscQualifiedName', 'catalogTargetName', 'lineNumber'] as const;

/** Links two elements, or brings the link that is there to what is said. */
export async function link(
  session: OperationSession,
): Promise<{ readonly guid: string; readonly outcome: LinkOutcome }> {
  const { input, types } = session;
  const typeName = relationshipType(session);
  const ends = readEnds(session);
  const properties = input.properties('properties') ?? {};
  session.about('properties', () => checkProperties(types, typeName, properties, false));
  const effectivity = session.input.effectivity();
  const home = session.home();
  input.end();
  const [end1, end2] = await fitEnds(session, typeName, ends);
  const store = await session.writer(home);
  const { there, ...brought } = await bringLink(session, store, typeName, end1, end2, properties);
  const target = { relationship: brought.guid };
  const isMoved = await bringEffectivity(store, target, there ?? {}, effectivity, session.signal);
  return isMoved && brought.outcome === 'existing' ? { guid: brought.guid, outcome: 'updated' } : brought;
}

/** Changes the link between two elements. */
export async function updateLink(
  session: OperationSession,
): Promise<{ readonly guid: string; readonly outcome: LinkOutcome }> {
  const { input, types } = session;
  const typeName = relationshipType(session);
  const ends = readEnds(session);
  const properties = input.properties('properties') ?? {};
  session.about('properties', () => checkProperties(types, typeName, properties, false));
  const mode = input.choice('mode', ['merge', 'replace']) ?? 'merge';
  const effectivity = session.input.effectivity();
  const home = session.home();
  input.end();
  const [end1, end2] = await fitEnds(session, typeName, ends);
  const there = await linkBetween(session, typeName, end1, end2, properties);
  if (there === undefined) throw input.fault('end2', `is not linked with end1 by ${typeName}`);
  const store = await session.writer(home);
  const { guid, properties: former } = there.relationship;
  const wanted = mode === 'merge' ? { ...former, ...properties } : properties;
  const isSame = isDeepStrictEqual(wanted, former);
  if (!isSame) await store.updateRelationship(guid, properties, mode, session.signal);
  const isMoved = await bringEffectivity(
    store,
    { relationship: guid },
    there.relationship,
    effectivity,
    session.signal,
  );
  return { guid, outcome: isSame && !isMoved ? 'unchanged' : 'updated' };
}

/** Ends every link of the type between two elements. */
export async function unlink(session: OperationSession): Promise<{ readonly outcome: 'deleted' | 'unchanged' }> {
  const typeName = relationshipType(session);
  const { end1, end2 } = readEnds(session);
  const home = session.home();
  session.input.end();
  const [from, to] = [await session.find(end1), await session.find(end2)];
  if (from === undefined || to === undefined) return { outcome: 'unchanged' };
  const links = await session.store.linksBetween(typeName, from.guid, to.guid, session.signal);
  if (links.length === 0) return { outcome: 'unchanged' };
  const store = await session.writer(home);
  for (const { relationship } of links) await store.unrelate(relationship.guid, session.signal);
  return { outcome: 'deleted' };
}

export async function getLink(session: OperationSession): Promise<ElementLink | undefined> {
  const ref = session.input.ref('relationship');
  const options = session.input.read();
  session.input.end();
  if (!('guid' in ref)) throw session.input.fault('relationship', 'must name a relationship by guid');
  return await session.store.getRelationship(ref.guid, options, session.signal);
}

/** Links two elements unless they are linked so already; what the link says is brought to `properties`. */
export async function bringLink(
  session: OperationSession,
  store: MetadataStore,
  typeName: string,
  end1: string,
  end2: string,
  properties: Properties,
): Promise<{
  readonly guid: string;
  readonly outcome: 'created' | 'updated' | 'existing';
  /** As it was before. */
  readonly there?: Relationship;
}> {
  const there = await linkBetween(session, typeName, end1, end2, properties);
  if (there === undefined)
    return { guid: await store.relate(typeName, end1, end2, properties, session.signal), outcome: 'created' };
  const { guid, properties: former } = there.relationship;
  if (isDeepStrictEqual({ ...former, ...properties }, { ...former }))
    return { guid, outcome: 'existing', there: there.relationship };
  await store.updateRelationship(guid, properties, 'merge', session.signal);
  return { guid, outcome: 'updated', there: there.relationship };
}

/** Where several links of a type may be between two elements, the one that the properties are about. */
async function linkBetween(
  session: OperationSession,
  typeName: string,
  end1: string,
  end2: string,
  properties: Properties,
): Promise<ElementLink | undefined> {
  const links = await session.store.linksBetween(typeName, end1, end2, session.signal);
  if (session.types.relationship(typeName).multiLink !== true) return links[0];
  return links.find(({ relationship }) =>
    identities.every((name) => relationship.properties[name] === properties[name]),
  );
}

function relationshipType(session: OperationSession): string {
  const typeName = session.typeName();
  return session.about('typeName', () => session.types.relationship(typeName)).name;
}

function readEnds({ input }: OperationSession): { readonly end1: ElementRef; readonly end2: ElementRef } {
  return { end1: input.ref('end1'), end2: input.ref('end2') };
}

/** GUIDs of elements between which the relationship may be. */
async function fitEnds(
  session: OperationSession,
  typeName: string,
  ends: { readonly end1: ElementRef; readonly end2: ElementRef },
): Promise<readonly [string, string]> {
  const end1 = await session.element(ends.end1, 'end1');
  const end2 = await session.element(ends.end2, 'end2');
  session.about('end1 and end2', () => checkEnds(session.types, typeName, end1.typeName, end2.typeName));
  return [end1.guid, end2.guid];
}
