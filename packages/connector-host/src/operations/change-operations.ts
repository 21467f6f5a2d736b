import { isDeepStrictEqual } from 'node:util';
import { checkProperties, type MetadataElement, type Properties } from '@isthmus/model';
import { zonesOf } from './effect-parts.js';
import { bringEffectivity } from './effectivity.js';
import { defined } from './operation-input.js';
import type { OperationSession } from './operation-session.js';

type Changed = { readonly guid: string; readonly outcome: 'updated' | 'unchanged' };
type Removed = { readonly outcome: 'deleted' | 'unchanged' };

const methods = ['LOOK_FOR_LINEAGE', 'ARCHIVE', 'SOFT_DELETE', 'PURGE'] as const;

export async function update(session: OperationSession): Promise<Changed> {
  const { input, row, types, parts } = session;
  const ref = input.ref('element');
  const told = input.properties('properties') ?? {};
  const mode = input.choice('mode', ['merge', 'replace']) ?? 'merge';
  const effectivity = input.effectivity();
  session.home();
  input.end();
  const element = await session.element(ref, 'element', row.type);
  const now: Properties = row.stamp === undefined ? {} : { [row.stamp]: parts.clock.now() };
  const properties = { ...now, ...row.set, ...told };
  session.about('properties', () => checkProperties(types, element.typeName, properties, mode === 'replace'));
  const store = await session.writerOf(element);
  // What is in the given state already is not given it again: its time would be another each time.
  const isDone =
    row.stamp !== undefined &&
    Object.entries({ ...row.set, ...told }).every(([name, value]) => element.properties[name] === value);
  const hasChanged = !isDone && (await store.update(element.guid, properties, mode, undefined, session.signal));
  const { guid } = element;
  const isMoved = await bringEffectivity(store, { element: guid }, element, effectivity, session.signal);
  return { guid, outcome: hasChanged || isMoved ? 'updated' : 'unchanged' };
}

/** Nothing there is as good as deleted. */
export async function remove(session: OperationSession): Promise<Removed> {
  const { input, row, facts } = session;
  const ref = input.ref('element');
  const method = input.choice('method', methods) ?? facts.deleteMethod ?? 'LOOK_FOR_LINEAGE';
  const cascade = input.flag('cascade');
  session.home();
  input.end();
  const there = await session.find(ref, { forLineage: method === 'PURGE' });
  if (there === undefined) return { outcome: 'unchanged' };
  const element = await session.element(there, 'element', row.type);
  const store = await session.writerOf(element);
  await store.delete(element.guid, { method, ...(cascade !== undefined && { cascade }) }, session.signal);
  return { outcome: 'deleted' };
}

export async function archive(session: OperationSession): Promise<Changed> {
  const { input, row, parts, facts } = session;
  const ref = input.ref('element');
  const notes = defined({
    date: input.time('archiveDate') ?? parts.clock.now(),
    process: input.optionalText('archiveProcess') ?? facts.connectorName,
    properties: input.textMap('archiveProperties'),
  });
  session.home();
  input.end();
  const element = await session.element(ref, 'element', row.type);
  if (isArchived(element)) return { guid: element.guid, outcome: 'unchanged' };
  const store = await session.writerOf(element);
  await store.delete(element.guid, { method: 'ARCHIVE', archive: notes }, session.signal);
  return { guid: element.guid, outcome: 'updated' };
}

export async function publish(session: OperationSession): Promise<Changed> {
  const { input } = session;
  const ref = input.ref('element');
  const zones = input.texts('zones');
  session.home();
  input.end();
  const element = await session.element(ref, 'element', session.row.type);
  if (zones !== undefined && isDeepStrictEqual(zonesOf(element), zones))
    return { guid: element.guid, outcome: 'unchanged' };
  if (zones === undefined) return await published(session, element, true);
  const store = await session.writerOf(element);
  await store.classify(element.guid, 'ZoneMembership', { zoneMembership: zones }, session.signal);
  return { guid: element.guid, outcome: 'updated' };
}

export async function withdraw(session: OperationSession): Promise<Changed> {
  const ref = session.input.ref('element');
  session.home();
  session.input.end();
  const element = await session.element(ref, 'element', session.row.type);
  if ((zonesOf(element) ?? []).length === 0) return { guid: element.guid, outcome: 'unchanged' };
  return await published(session, element, false);
}

/** To which zones a server publishes, it alone knows: whether anything changed shows afterwards. */
async function published(session: OperationSession, element: MetadataElement, isPublished: boolean): Promise<Changed> {
  const { guid } = element;
  await (await session.writerOf(element)).setPublished(guid, isPublished, session.signal);
  const after = await session.element({ guid }, 'element');
  return { guid, outcome: isDeepStrictEqual(zonesOf(after), zonesOf(element)) ? 'unchanged' : 'updated' };
}

/** Absent bounds are taken away. */
export async function setEffectivity(session: OperationSession): Promise<Changed> {
  const { input } = session;
  const ref = input.ref('element');
  const effectivity = input.effectivity();
  session.home();
  input.end();
  const element = await session.element(ref, 'element', session.row.type);
  if (isInEffect(element, effectivity)) return { guid: element.guid, outcome: 'unchanged' };
  const store = await session.writerOf(element);
  await store.setEffectivity({ element: element.guid }, effectivity, session.signal);
  return { guid: element.guid, outcome: 'updated' };
}

function isInEffect(
  { effectiveFrom, effectiveTo }: MetadataElement,
  wanted: Pick<MetadataElement, 'effectiveFrom' | 'effectiveTo'>,
): boolean {
  return effectiveFrom === wanted.effectiveFrom && effectiveTo === wanted.effectiveTo;
}

function isArchived(element: MetadataElement): boolean {
  return element.classifications.some(({ classificationName }) => classificationName === 'Memento');
}
