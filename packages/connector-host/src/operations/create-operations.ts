import type { LinkRule, ParentRule } from '@isthmus/connector-sdk';
import { IsthmusError } from '@isthmus/kernel';
import {
  checkClassification,
  checkProperties,
  checkProperty,
  type MetadataElement,
  type MetadataStore,
  type NewElement,
  type Properties,
} from '@isthmus/model';
import { bringLink } from './link-operations.js';
import { anchorOf, type ElementRef, isOf, type OperationSession, qualifiedNameOf } from './operation-session.js';
import { firstRelated } from './related-pages.js';

const atATime = 8;

/** What an element is to be, as the input and the row say. */
interface Wanted {
  readonly typeName: string;
  readonly qualifiedName: string | undefined;
  readonly properties: Properties;
  readonly classifications: Readonly<Record<string, Properties>>;
  readonly parent: ElementRef | undefined;
  readonly parentProperties: Properties;
  readonly anchor: ElementRef | undefined;
  readonly effectivity: { readonly effectiveFrom?: number; readonly effectiveTo?: number };
  readonly links: readonly { readonly name: string; readonly rule: LinkRule; readonly refs: readonly ElementRef[] }[];
  readonly home: 'local' | 'source' | undefined;
}

export interface CreatedElement {
  readonly guid: string;
  readonly outcome: 'created' | 'existing';
}

/** Makes the element with its parent in one call. One of the same name is found instead, with what it lacks of links. */
export async function create(session: OperationSession): Promise<CreatedElement> {
  const wanted = readWanted(session, true);
  session.input.end();
  return await bring(session, wanted, (store, element) => store.create(element, session.signal));
}

export async function createFromTemplate(session: OperationSession): Promise<CreatedElement> {
  const { input } = session;
  const template = input.ref('template');
  const placeholders = input.textMap('placeholders');
  const wanted = readWanted(session, false);
  input.end();
  const templateGuid = (await session.element(template, 'template', wanted.typeName)).guid;
  return await bring(session, wanted, (store, { classifications: _classifications, ...element }) =>
    store.createFromTemplate({ ...element, templateGuid, ...(placeholders && { placeholders }) }, session.signal),
  );
}

/**
 * Makes an element as other operations need one, or finds that of its name.
 *
 * @param rule - how it hangs on `parent`
 */
export async function bringElement(
  session: OperationSession,
  element: Pick<Wanted, 'typeName' | 'properties' | 'home'> & { readonly qualifiedName: string },
  parent?: { readonly ref: ElementRef; readonly rule: ParentRule; readonly properties?: Properties },
): Promise<CreatedElement> {
  const wanted: Wanted = {
    ...element,
    properties: { ...element.properties, qualifiedName: element.qualifiedName },
    classifications: {},
    parent: parent?.ref,
    parentProperties: parent?.properties ?? {},
    anchor: undefined,
    effectivity: {},
    links: [],
  };
  checkProperties(session.types, wanted.typeName, wanted.properties, true);
  return await bring(session, wanted, (store, made) => store.create(made, session.signal), parent?.rule);
}

async function bring(
  session: OperationSession,
  wanted: Wanted,
  make: (store: MetadataStore, element: NewElement) => Promise<string>,
  rule = session.row.parent,
): Promise<CreatedElement> {
  const parent = await parentOf(session, wanted, rule);
  const linked = await linkedWith(session, wanted);
  const store = await session.writer(wanted.home);
  const { guid, outcome } = await makeOrFind(session, wanted, store, parent, make, rule);
  for (const { link, guid: other } of linked) await linkTo(session, store, guid, other, link);
  return { guid, outcome };
}

/** All of them are looked up before anything is made: what is refused leaves no element behind. */
async function linkedWith(
  session: OperationSession,
  { links }: Wanted,
): Promise<readonly { readonly link: LinkRule; readonly guid: string }[]> {
  const linked: { readonly link: LinkRule; readonly guid: string }[] = [];
  for (const { name, rule: link, refs } of links) {
    const { end1, end2 } = session.types.relationship(link.relationship);
    const { entityType } = link.at === 1 ? end1 : end2;
    for (let from = 0; from < refs.length; from += atATime) {
      const some = refs.slice(from, from + atATime);
      const found = await Promise.all(
        some.map((ref, index) => session.element(ref, `${name}[${from + index}]`, entityType)),
      );
      linked.push(...found.map(({ guid }) => ({ link, guid })));
    }
  }
  return linked;
}

async function makeOrFind(
  session: OperationSession,
  wanted: Wanted,
  store: MetadataStore,
  parent: MetadataElement | undefined,
  make: (store: MetadataStore, element: NewElement) => Promise<string>,
  rule: ParentRule | undefined,
): Promise<CreatedElement> {
  const unnamed = wanted.qualifiedName === undefined ? await unnamedOne(session, wanted, parent) : undefined;
  if (unnamed !== undefined) return { guid: unnamed.guid, outcome: 'existing' };
  try {
    const element = await newElement(session, wanted, parent, rule);
    return { guid: await make(store, element), outcome: 'created' };
  } catch (error) {
    if (!IsthmusError.is(error) || error.code !== 'ELEMENT_EXISTS' || wanted.qualifiedName === undefined) throw error;
    const there = await session.find({ qualifiedName: wanted.qualifiedName });
    if (there === undefined) throw error;
    await takeUp(session, wanted, store, there, parent, rule);
    return { guid: there.guid, outcome: 'existing' };
  }
}

/** An element of the name is there: it is what is wanted, whoever made it, if its type fits. */
async function takeUp(
  session: OperationSession,
  { typeName, qualifiedName, parentProperties }: Wanted,
  store: MetadataStore,
  there: MetadataElement,
  parent: MetadataElement | undefined,
  rule: ParentRule | undefined,
): Promise<void> {
  if (!isOf(there, typeName))
    throw new IsthmusError('ELEMENT_EXISTS', `${qualifiedName} is a ${there.typeName}, not a ${typeName}`, {
      details: { operation: session.row.name, parameter: 'qualifiedName' },
    });
  const isArchived = there.classifications.some(({ classificationName }) => classificationName === 'Memento');
  if (isArchived) await (await session.writerOf(there)).declassify(there.guid, 'Memento', session.signal);
  // it may have been cut off between the element and its link
  if (parent === undefined || rule === undefined) return;
  const [end1, end2] = rule.at === 1 ? [parent.guid, there.guid] : [there.guid, parent.guid];
  const links = await session.store.linksBetween(rule.relationship, end1, end2, session.signal);
  if (links.length > 0) return;
  const properties = { ...rule.properties, ...parentProperties };
  await store.relate(rule.relationship, end1, end2, properties, session.signal);
}

async function newElement(
  session: OperationSession,
  wanted: Wanted,
  parent: MetadataElement | undefined,
  rule: ParentRule | undefined,
): Promise<NewElement> {
  const anchorGuid =
    wanted.anchor !== undefined
      ? (await session.element(wanted.anchor, 'anchor')).guid
      : parent === undefined || rule === undefined
        ? undefined
        : anchorBelow(parent, rule);
  const properties = { ...rule?.properties, ...wanted.parentProperties };
  return {
    typeName: wanted.typeName,
    properties: wanted.properties,
    ...wanted.effectivity,
    ...(Object.keys(wanted.classifications).length > 0 && { classifications: wanted.classifications }),
    ...(anchorGuid !== undefined && { anchorGuid }),
    ...(parent !== undefined &&
      rule !== undefined && {
        parent: {
          guid: parent.guid,
          relationshipTypeName: rule.relationship,
          parentAtEnd1: rule.at === 1,
          ...(Object.keys(properties).length > 0 && { properties }),
        },
      }),
  };
}

function anchorBelow(parent: MetadataElement, { anchors }: ParentRule): string | undefined {
  if (anchors === 'parent') return parent.guid;
  return anchors ? anchorOf(parent) : undefined;
}

/** The element that the new one hangs on; between them a root schema, where the row says so. */
async function parentOf(
  session: OperationSession,
  { parent, home }: Wanted,
  rule: ParentRule | undefined,
): Promise<MetadataElement | undefined> {
  if (rule === undefined || parent === undefined) return undefined;
  const relationship = session.types.relationship(rule.relationship);
  const typeName = (rule.at === 1 ? relationship.end1 : relationship.end2).entityType;
  const found = await session.element(parent, 'parent');
  if (rule.through === undefined || isOf(found, typeName)) return await session.element(parent, 'parent', typeName);
  const root = await rootSchema(session, found, rule.through);
  if (root !== undefined) return root;
  const made = await bringElement(
    session,
    { typeName: rule.through, qualifiedName: schemaName(found, rule.through), properties: {}, home },
    { ref: found, rule: { relationship: 'Schema', at: 1, needed: true, anchors: true } },
  );
  return await session.element(made, 'parent');
}

/** The schema of an element of this type; undefined when it has none. */
export async function rootSchema(
  session: OperationSession,
  element: MetadataElement,
  typeName: string,
): Promise<MetadataElement | undefined> {
  const options = { relationshipTypeName: 'Schema', startingAtEnd: 1, typeName, pageSize: 1 } as const;
  const [found] = await session.store.related(element.guid, options, session.signal);
  return found?.element;
}

/** `<Root type>::<source>:<path>` of the element, with the schema's type. */
function schemaName(element: MetadataElement, typeName: string): string {
  const name = qualifiedNameOf(element) ?? element.guid;
  const colons = name.indexOf('::');
  return colons < 0 ? `${typeName}::${name}` : `${typeName}${name.slice(colons)}`;
}

/** An element without a name is known by what it says of its parent. */
async function unnamedOne(
  session: OperationSession,
  { properties }: Wanted,
  parent: MetadataElement | undefined,
): Promise<MetadataElement | undefined> {
  const { knownBy, parent: rule } = session.row;
  if (knownBy === undefined || rule === undefined || parent === undefined) return undefined;
  const by = { relationshipTypeName: rule.relationship, startingAtEnd: rule.at };
  const isIt = (element: MetadataElement) => knownBy.every((name) => element.properties[name] === properties[name]);
  return (await firstRelated(session, parent.guid, by, isIt))?.element;
}

async function linkTo(
  session: OperationSession,
  store: MetadataStore,
  guid: string,
  other: string,
  { relationship, at }: LinkRule,
): Promise<void> {
  const [end1, end2] = at === 1 ? [other, guid] : [guid, other];
  await bringLink(session, store, relationship, end1, end2, {});
}

function readWanted(session: OperationSession, isWhole: boolean): Wanted {
  const { input, row, types } = session;
  const typeName = session.typeName();
  session.about('typeName', () => types.entity(typeName));
  const qualifiedName = row.knownBy === undefined && hasName(session, typeName) ? input.qualifiedName() : undefined;
  const properties: Properties = {
    ...row.set,
    ...input.properties('properties'),
    ...(qualifiedName !== undefined && { qualifiedName }),
  };
  session.about('properties', () => checkProperties(types, typeName, properties, isWhole));
  const rule = row.parent;
  const parentProperties = rule === undefined ? undefined : input.properties('parentProperties');
  if (rule !== undefined)
    for (const [name, value] of Object.entries(parentProperties ?? {}))
      session.about('parentProperties', () => checkProperty(types, rule.relationship, name, value));
  return {
    typeName,
    qualifiedName,
    properties,
    classifications: isWhole ? classificationsOf(session, typeName) : {},
    parent: readParent(session),
    parentProperties: parentProperties ?? {},
    anchor: input.optionalRef('anchor'),
    effectivity: input.effectivity(),
    links: Object.entries(row.links ?? {}).map(([name, link]) => ({ name, rule: link, refs: input.refs(name) })),
    home: session.home(),
  };
}

function hasName(session: OperationSession, typeName: string): boolean {
  return session.types.attribute(typeName, 'qualifiedName') !== undefined;
}

function readParent({ input, row, facts }: OperationSession): ElementRef | undefined {
  const rule = row.parent;
  if (rule === undefined) return undefined;
  if (rule.needed) return input.ref('parent');
  const named = input.optionalRef('parent');
  const { connectorGuid } = facts;
  if (named !== undefined || rule.connector === undefined || connectorGuid === undefined) return named;
  return { guid: connectorGuid };
}

/** Those of the row and those of the input; the input's properties win. */
function classificationsOf(session: OperationSession, typeName: string): Readonly<Record<string, Properties>> {
  const { input, row, types } = session;
  const all = new Map<string, Properties>(Object.entries(row.classifications ?? {}));
  for (const [name, properties] of Object.entries(input.classifications('classifications') ?? {}))
    all.set(name, { ...all.get(name), ...properties });
  for (const [name, properties] of all) {
    session.about(`classifications.${name}`, () => {
      checkClassification(types, name, typeName);
      checkProperties(types, name, properties, false);
    });
  }
  return Object.fromEntries(all);
}
