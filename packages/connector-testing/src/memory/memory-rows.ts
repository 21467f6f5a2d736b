import { isDeepStrictEqual } from 'node:util';
import type {
  Effectivity,
  ElementVersions,
  ExternalSource,
  MetadataChange,
  MetadataElement,
  NewElement,
  Properties,
  TypeSystem,
} from '@isthmus/model';

export interface StoredClassification {
  readonly properties: Properties;
  readonly effectivity: Effectivity;
}

export interface StoredElement {
  readonly guid: string;
  readonly typeName: string;
  readonly superTypeNames: readonly string[];
  readonly source: ExternalSource | undefined;
  /** In the order in which elements were made. */
  readonly number: number;
  /** Of the last change. */
  sequence: number;
  versions: ElementVersions;
  properties: Properties;
  effectivity: Effectivity;
  readonly classifications: Map<string, StoredClassification>;
  /** Versions of before, oldest first. */
  readonly former: MetadataElement[];
}

export interface StoredLink {
  readonly guid: string;
  readonly typeName: string;
  readonly end1: string;
  readonly end2: string;
  versions: ElementVersions;
  properties: Properties;
  effectivity: Effectivity;
}

const mostVersions = 50;
const mostChanges = 10_000;

/** Elements, links and what has changed, without any rules. */
export class MemoryRows {
  readonly elements = new Map<string, StoredElement>();
  readonly links = new Map<string, StoredLink>();
  readonly changes: MetadataChange[] = [];
  readonly #names = new Map<string, string>();
  readonly #linksOf = new Map<string, Set<string>>();
  #count = 0;
  #sequence = 0;

  constructor(
    private readonly types: TypeSystem,
    private readonly now: () => number,
  ) {}

  get sequence(): number {
    return this.#sequence;
  }

  isTaken(qualifiedName: string): boolean {
    return this.#names.has(qualifiedName);
  }

  add(element: NewElement, source: ExternalSource | undefined, user: string | undefined): string {
    const { typeName, properties, anchorGuid, classifications = {}, effectiveFrom, effectiveTo } = element;
    const guid = this.#newGuid(typeName);
    const anchors = {
      ...(anchorGuid !== undefined && { anchorGUID: anchorGuid }),
      anchorTypeName: this.#anchorType(anchorGuid, typeName),
    };
    const stored: StoredElement = {
      guid,
      typeName,
      superTypeNames: this.types.superTypes(typeName),
      source,
      number: this.#count,
      sequence: this.#sequence + 1,
      versions: this.#first(user),
      properties,
      effectivity: {
        ...(effectiveFrom !== undefined && { effectiveFrom }),
        ...(effectiveTo !== undefined && { effectiveTo }),
      },
      classifications: new Map(
        Object.entries({ Anchors: anchors, ...classifications }).map(([name, values]) => [
          name,
          { properties: values, effectivity: {} },
        ]),
      ),
      former: [],
    };
    this.elements.set(guid, stored);
    this.#hold(stored);
    this.#tell('NEW_ELEMENT_CREATED', stored);
    return guid;
  }

  /** Returns whether anything changed. */
  change(
    element: StoredElement,
    to: { readonly properties?: Properties; readonly effectivity?: Effectivity },
    user?: string,
  ): boolean {
    const { properties = element.properties, effectivity = element.effectivity } = to;
    if (isDeepStrictEqual([properties, effectivity], [element.properties, element.effectivity])) return false;
    this.#keepFormer(element);
    this.#free(element);
    element.properties = properties;
    element.effectivity = effectivity;
    this.#hold(element);
    this.#touch(element, user, 'ELEMENT_UPDATED');
    return true;
  }

  classify(element: StoredElement, name: string, properties: Properties, user: string | undefined): void {
    const isNew = !element.classifications.has(name);
    if (name === 'Memento') this.#keepFormer(element);
    const effectivity = element.classifications.get(name)?.effectivity ?? {};
    element.classifications.set(name, { properties, effectivity });
    this.#classified(element, name, user, isNew ? 'ELEMENT_CLASSIFIED' : 'ELEMENT_RECLASSIFIED');
  }

  setClassificationEffectivity(element: StoredElement, name: string, effectivity: Effectivity): void {
    const there = element.classifications.get(name);
    if (there === undefined) return;
    element.classifications.set(name, { ...there, effectivity });
    this.#classified(element, name, undefined, 'ELEMENT_RECLASSIFIED');
  }

  declassify(element: StoredElement, name: string, user: string | undefined): void {
    if (name === 'Memento') this.#keepFormer(element);
    element.classifications.delete(name);
    this.#classified(element, name, user, 'ELEMENT_DECLASSIFIED');
  }

  remove(element: StoredElement): void {
    for (const link of this.linksOf(element.guid)) this.unlink(link);
    this.#free(element);
    this.elements.delete(element.guid);
    this.#tell('ELEMENT_DELETED', element);
  }

  link(typeName: string, end1: string, end2: string, properties: Properties, user: string | undefined): string {
    const guid = this.#newGuid(typeName);
    const link = { guid, typeName, end1, end2, versions: this.#first(user), properties, effectivity: {} };
    this.links.set(guid, link);
    for (const end of [end1, end2]) {
      const known = this.#linksOf.get(end) ?? new Set();
      this.#linksOf.set(end, known.add(guid));
    }
    this.#tell('NEW_ELEMENT_CREATED', link);
    return guid;
  }

  changeLink(link: StoredLink, to: { readonly properties?: Properties; readonly effectivity?: Effectivity }): void {
    link.properties = to.properties ?? link.properties;
    link.effectivity = to.effectivity ?? link.effectivity;
    link.versions = this.#next(link.versions, undefined);
    this.#tell('ELEMENT_UPDATED', link);
  }

  unlink(link: StoredLink): void {
    this.links.delete(link.guid);
    for (const end of [link.end1, link.end2]) this.#linksOf.get(end)?.delete(link.guid);
    this.#tell('ELEMENT_DELETED', link);
  }

  linksOf(guid: string): readonly StoredLink[] {
    return [...(this.#linksOf.get(guid) ?? [])].flatMap((link) => this.links.get(link) ?? []);
  }

  /** Without the anchor itself. */
  anchoredTo(guid: string): readonly StoredElement[] {
    return [...this.elements.values()].filter(
      (element) => element.guid !== guid && element.classifications.get('Anchors')?.properties.anchorGUID === guid,
    );
  }

  #anchorType(anchorGuid: string | undefined, typeName: string): string {
    return (anchorGuid === undefined ? undefined : this.elements.get(anchorGuid)?.typeName) ?? typeName;
  }

  #newGuid(typeName: string): string {
    this.#count += 1;
    return `${typeName}-${this.#count}`;
  }

  #first(user = 'connector'): ElementVersions {
    return { createdBy: user, createTime: this.now(), version: 1 };
  }

  #next(versions: ElementVersions, user = 'connector'): ElementVersions {
    return { ...versions, updatedBy: user, updateTime: this.now(), version: versions.version + 1 };
  }

  #hold(element: StoredElement): void {
    const { qualifiedName } = element.properties;
    if (typeof qualifiedName === 'string') this.#names.set(qualifiedName, element.guid);
  }

  #free(element: StoredElement): void {
    const { qualifiedName } = element.properties;
    if (typeof qualifiedName === 'string') this.#names.delete(qualifiedName);
  }

  #keepFormer(element: StoredElement): void {
    const { guid, typeName, superTypeNames, versions, properties } = element;
    element.former.push({
      guid,
      typeName,
      superTypeNames,
      status: 'ACTIVE',
      origin: originOf(element),
      versions,
      classifications: [...element.classifications].map(([classificationName, values]) => ({
        classificationName,
        properties: values.properties,
      })),
      properties,
      ...element.effectivity,
    });
    if (element.former.length > mostVersions) element.former.shift();
  }

  /** Classifications have versions of their own; that an element is archived, or no longer, is one of the element. */
  #classified(element: StoredElement, name: string, user: string | undefined, eventType: string): void {
    if (name === 'Memento') this.#touch(element, user, eventType);
    else this.#tell(eventType, element);
  }

  #touch(element: StoredElement, user: string | undefined, eventType: string): void {
    element.versions = this.#next(element.versions, user);
    this.#tell(eventType, element);
    element.sequence = this.#sequence;
  }

  #tell(eventType: string, of: StoredElement | StoredLink): void {
    this.#sequence += 1;
    const { guid, typeName } = of;
    this.changes.push({
      sequence: this.#sequence,
      eventType,
      time: this.now(),
      guid,
      typeName,
      superTypeNames: this.types.superTypes(typeName),
      ...('end1' in of && { end1Guid: of.end1, end2Guid: of.end2 }),
    });
    if (this.changes.length > mostChanges) this.changes.shift();
  }
}

export function originOf({ source }: Pick<StoredElement, 'source'>): MetadataElement['origin'] {
  if (source === undefined)
    return {
      originCategory: 'LOCAL_COHORT',
      homeMetadataCollectionId: 'memory',
      homeMetadataCollectionName: 'memory',
    };
  return {
    originCategory: 'EXTERNAL_SOURCE',
    homeMetadataCollectionId: source.guid,
    homeMetadataCollectionName: source.name,
  };
}
