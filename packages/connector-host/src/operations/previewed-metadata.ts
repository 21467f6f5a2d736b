import type { ElementLink, MetadataElement, Properties, TypeSystem } from '@isthmus/model';

const mostPreviewed = 10_000;
const prefix = 'preview:';

type Made = Pick<MetadataElement, 'typeName' | 'properties'> & {
  readonly classifications?: Readonly<Record<string, Properties>>;
};

/**
 * The metadata as it would be after what a preview has not written: laid over what is read, so that what follows can
 * build on it. The oldest are forgotten.
 */
export class PreviewedMetadata {
  /** By GUID; undefined: it would be gone. */
  readonly #elements = new Map<string, MetadataElement | undefined>();
  readonly #guids = new Map<string, string>();
  /** As the server has them, by GUID. */
  readonly #found = new Map<string, MetadataElement>();
  /** By GUID; undefined: it would be gone. */
  readonly #links = new Map<string, ElementLink | undefined>();
  #count = 0;

  constructor(
    private readonly types: TypeSystem,
    private readonly now: () => number,
  ) {}

  /** Whether anything is known of the element. */
  has(guid: string): boolean {
    return this.#elements.has(guid);
  }

  element(guid: string): MetadataElement | undefined {
    return this.#elements.get(guid);
  }

  /** As it was read before anything was laid over it; undefined: it is not there. */
  found(guid: string): MetadataElement | undefined {
    return this.#found.get(guid);
  }

  /** Before anything is laid over it. */
  noteFound(element: MetadataElement): void {
    keep(this.#found, element.guid, element);
  }

  guidOf(qualifiedName: string): string | undefined {
    return this.#guids.get(qualifiedName);
  }

  /** @returns the element, with a GUID that only this run knows */
  make({ typeName, properties, classifications = {} }: Made): MetadataElement {
    const element: MetadataElement = {
      guid: this.#newGuid(),
      typeName,
      superTypeNames: this.types.superTypes(typeName),
      status: 'ACTIVE',
      origin: { originCategory: 'UNKNOWN', homeMetadataCollectionId: '', homeMetadataCollectionName: '' },
      versions: { createdBy: '', createTime: this.now(), version: 1 },
      classifications: Object.entries(classifications).map(([classificationName, own]) => ({
        classificationName,
        properties: own,
      })),
      properties,
    };
    this.put(element);
    return element;
  }

  put(element: MetadataElement): void {
    keep(this.#elements, element.guid, element);
    const { qualifiedName } = element.properties;
    if (typeof qualifiedName === 'string') keep(this.#guids, qualifiedName, element.guid);
  }

  remove({ guid, properties: { qualifiedName } }: MetadataElement): void {
    keep(this.#elements, guid, undefined);
    if (typeof qualifiedName === 'string') keep(this.#guids, qualifiedName, guid);
  }

  /** @returns GUID of the relationship, which only this run knows */
  link(typeName: string, end1: string, end2: string, properties: Properties): string {
    const guid = this.#newGuid();
    const versions = { createdBy: '', createTime: this.now(), version: 1 };
    this.putLink({
      relationship: { guid, typeName, properties, versions },
      end1: { guid: end1 },
      end2: { guid: end2 },
    });
    return guid;
  }

  putLink(link: ElementLink): void {
    keep(this.#links, link.relationship.guid, link);
  }

  unlink(guid: string): void {
    keep(this.#links, guid, undefined);
  }

  hasLink(guid: string): boolean {
    return this.#links.has(guid);
  }

  linkOf(guid: string): ElementLink | undefined {
    return this.#links.get(guid);
  }

  links(): readonly ElementLink[] {
    return [...this.#links.values()].filter((link) => link !== undefined);
  }

  #newGuid(): string {
    this.#count += 1;
    return `${prefix}${this.#count}`;
  }
}

/** Whether the GUID stands for something that was not made. */
export function isPreviewed(guid: string): boolean {
  return guid.startsWith(prefix);
}

function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= mostPreviewed) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
