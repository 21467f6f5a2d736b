import { isDeepStrictEqual } from 'node:util';
import { checkClassification, checkProperties } from '@isthmus/model';
import { bringEffectivity } from './effectivity.js';
import type { OperationSession } from './operation-session.js';

/** Attaches a classification, or brings the one that is there to what is said: what is not said stays. */
export async function classify(
  session: OperationSession,
): Promise<{ readonly guid: string; readonly outcome: 'updated' | 'unchanged' }> {
  const { input, types } = session;
  const name = classificationName(session);
  const ref = input.ref('element');
  const told = input.properties('properties') ?? {};
  const effectivity = input.effectivity();
  const home = session.home();
  input.end();
  const element = await session.element(ref, 'element');
  session.about('element', () => checkClassification(types, name, element.typeName));
  const there = element.classifications.find(({ classificationName }) => classificationName === name);
  const properties = { ...there?.properties, ...told };
  session.about('properties', () => checkProperties(types, name, properties, true));
  const { guid } = element;
  const isSame = there !== undefined && isDeepStrictEqual(properties, { ...there.properties });
  const store = home === undefined ? await session.writerOf(element) : await session.writer(home);
  if (!isSame) await store.classify(guid, name, properties, session.signal);
  const target = { element: guid, classification: name };
  const isMoved = await bringEffectivity(store, target, there ?? {}, effectivity, session.signal);
  return { guid, outcome: isSame && !isMoved ? 'unchanged' : 'updated' };
}

export async function declassify(session: OperationSession): Promise<{ readonly outcome: 'deleted' | 'unchanged' }> {
  const { input } = session;
  const name = classificationName(session);
  const ref = input.ref('element');
  const home = session.home();
  input.end();
  const element = await session.element(ref, 'element');
  const isThere = element.classifications.some(({ classificationName }) => classificationName === name);
  if (!isThere) return { outcome: 'unchanged' };
  const store = home === undefined ? await session.writerOf(element) : await session.writer(home);
  await store.declassify(element.guid, name, session.signal);
  return { outcome: 'deleted' };
}

function classificationName(session: OperationSession): string {
  const name = session.row.type ?? session.input.text('classificationName', 256);
  return session.about('classificationName', () => session.types.classification(name)).name;
}
