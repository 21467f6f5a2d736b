import { IsthmusError, processSlicer } from '@isthmus/kernel';
import { fillProperties, type Placeholders, type Properties, type ReadOptions } from '@isthmus/model';
import type {
  Effectivity,
  ElementStore,
  NewClassification,
  NewGraph,
  NewStoredElement,
  StoredElement,
  StoredLink,
  Writer,
} from '../store/element-store.js';

export interface TemplateRequest extends Effectivity {
  /** Of the new element; the template's when absent. */
  readonly typeName?: string;
  readonly placeholders: Placeholders;
  /** Laid over what the template says. */
  readonly properties: Properties;
  readonly classifications: Readonly<Record<string, NewClassification>>;
  /** Default true: copies what is anchored to the template too. */
  readonly deepCopy?: boolean;
  /** Default true: an element that has the name already is told instead of made. */
  readonly allowRetrieve?: boolean;
  readonly anchorGuid?: string;
  readonly isOwnAnchor?: boolean;
  readonly anchorScopeGuids?: readonly string[];
  readonly parent?: NewStoredElement['parent'];
}

/** What is copied. */
export interface Template {
  /** Of a stored one. */
  readonly stored?: { readonly guid: string; readonly version: number };
  readonly element: Pick<StoredElement, 'typeName' | 'properties' | 'classifications'>;
  /** What is anchored to it. */
  readonly parts: readonly StoredElement[];
  /** Between the element and its parts. */
  readonly links: readonly StoredLink[];
}

/** Classifications that belong to a template alone, or are made anew. */
const ownClassifications: ReadonlySet<string> = new Set(['Template', 'TemplateSubstitute', 'Anchors', 'Memento']);
/** Links of a template that say nothing about its copies. */
const ownLinks: ReadonlySet<string> = new Set(['SourcedFrom', 'CatalogTemplate']);
const mostLinks = 20_000;

type GraphElement = NewGraph['elements'][number];

/**
 * Makes an element, with all that is anchored to the template, in one transaction. Links within the template are made
 * between the copies; those from it to others lead to the same others.
 *
 * @returns the GUID
 * @throws ELEMENT_NOT_FOUND, ELEMENT_EXISTS when the name is taken and may not be retrieved
 */
export async function createFromTemplate(
  store: ElementStore,
  writer: Writer,
  request: TemplateRequest,
  template: Template,
  options: ReadOptions,
): Promise<string> {
  const root = rootElement(template.element, request);
  const name = root.properties.qualifiedName;
  if (typeof name === 'string' && request.allowRetrieve !== false) {
    const known = await store.getByQualifiedName(name, options);
    if (known !== undefined && known.guid !== template.stored?.guid) return known.guid;
  }
  const parts = request.deepCopy === false ? [] : template.parts;
  const elements: GraphElement[] = [root];
  const placeOf = new Map<string, number>();
  if (template.stored !== undefined) placeOf.set(template.stored.guid, 0);
  for (const part of parts) {
    placeOf.set(part.guid, elements.length);
    elements.push(partElement(part, template.element, root, request));
    await processSlicer.turn('answer');
  }
  const links = await linksOf(store, request, template, placeOf, options);
  const [guid = ''] = await store.createGraph(writer, { elements, links });
  return guid;
}

function rootElement(template: Template['element'], request: TemplateRequest): GraphElement {
  const { anchorGuid, isOwnAnchor, anchorScopeGuids, parent, effectiveFrom, effectiveTo } = request;
  return {
    typeName: request.typeName ?? template.typeName,
    properties: { ...fillProperties(template.properties, request.placeholders), ...request.properties },
    classifications: { ...copied(template, request.placeholders), ...request.classifications },
    ...(anchorGuid !== undefined && { anchorGuid }),
    ...(isOwnAnchor !== undefined && { isOwnAnchor }),
    ...(anchorScopeGuids !== undefined && { anchorScopeGuids }),
    ...(parent !== undefined && { parent }),
    ...(effectiveFrom !== undefined && { effectiveFrom }),
    ...(effectiveTo !== undefined && { effectiveTo }),
  };
}

/** What hangs on a copy goes with it: it is anchored to the copy, or to what that is anchored to. */
function partElement(
  part: StoredElement,
  template: Template['element'],
  root: GraphElement,
  { placeholders, anchorGuid }: TemplateRequest,
): GraphElement {
  const properties = fillProperties(part.properties, placeholders);
  return {
    typeName: part.typeName,
    properties: { ...properties, ...newName(part, properties, template, root) },
    classifications: copied(part, placeholders),
    ...(anchorGuid === undefined ? { anchorAt: 0 } : { anchorGuid }),
  };
}

/** Names are unique: a part whose name has no placeholder is called after the new element. */
function newName(
  part: StoredElement,
  filled: Properties,
  template: Template['element'],
  root: GraphElement,
): Properties {
  const [was, name] = [part.properties.qualifiedName, filled.qualifiedName];
  const [templateName, rootName] = [template.properties.qualifiedName, root.properties.qualifiedName];
  if (typeof name !== 'string' || typeof rootName !== 'string' || was !== name) return {};
  if (typeof templateName === 'string' && name.includes(templateName))
    return { qualifiedName: name.replace(templateName, () => rootName) };
  return { qualifiedName: `${rootName}::${name}` };
}

function copied(element: Template['element'], placeholders: Placeholders): Readonly<Record<string, NewClassification>> {
  const kept = element.classifications.filter(({ classificationName: name }) => !ownClassifications.has(name));
  return Object.fromEntries(
    kept.map(({ classificationName, properties }) => [
      classificationName,
      { properties: fillProperties(properties, placeholders) },
    ]),
  );
}

async function linksOf(
  store: ElementStore,
  request: TemplateRequest,
  template: Template,
  placeOf: ReadonlyMap<string, number>,
  options: ReadOptions,
): Promise<NewGraph['links']> {
  const links: NewGraph['links'][number][] = [];
  const add = ({ typeName, properties }: StoredLink['relationship'], end1: number | string, end2: number | string) => {
    if (links.length >= mostLinks)
      throw new IsthmusError('PARAMETER_INVALID', `the template has more than ${mostLinks} links`, {
        details: { parameter: 'templateGUID' },
      });
    links.push({ typeName, end1, end2, properties: fillProperties(properties, request.placeholders) });
  };
  for (const { relationship, end1, end2 } of template.links) {
    const [from, to] = [placeOf.get(end1.guid), placeOf.get(end2.guid)];
    if (from !== undefined && to !== undefined && !ownLinks.has(relationship.typeName)) add(relationship, from, to);
  }
  for (const [guid, place] of placeOf) {
    const { related } = await store.related(guid, { ...options, startingAtEnd: 1 });
    for (const { relationship, element } of related)
      if (!placeOf.has(element.guid) && !ownLinks.has(relationship.typeName)) add(relationship, place, element.guid);
    await processSlicer.turn('answer');
  }
  if (template.stored !== undefined) {
    const { guid, version } = template.stored;
    links.push({ typeName: 'SourcedFrom', end1: 0, end2: guid, properties: { sourceVersionNumber: version } });
  }
  return links;
}
