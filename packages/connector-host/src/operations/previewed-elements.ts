import type { MetadataElement, Properties, TypeSystem } from '@isthmus/model';

const mostPreviewed = 10_000;
const prefix = 'preview:';

/** Elements that a run which only shows would have made, so that what follows can name them. The oldest are forgotten. */
export class PreviewedElements {
  readonly #elements = new Map<string, MetadataElement>();
  #count = 0;

  constructor(private readonly types: TypeSystem) {}

  find(ref: { readonly guid: string } | { readonly qualifiedName: string }): MetadataElement | undefined {
    if ('qualifiedName' in ref) return this.#elements.get(ref.qualifiedName);
    if (!isPreviewed(ref.guid)) return undefined;
    return this.#elements.get(ref.guid);
  }

  /** Returns a GUID that only this run knows. */
  add(typeName: string, properties: Properties, now: number): string {
    this.#count += 1;
    const guid = `${prefix}${this.#count}`;
    const element: MetadataElement = {
      guid,
      typeName,
      superTypeNames: this.types.superTypes(typeName),
      status: 'ACTIVE',
      origin: { originCategory: 'UNKNOWN', homeMetadataCollectionId: '', homeMetadataCollectionName: '' },
      versions: { createdBy: '', createTime: now, version: 1 },
      classifications: [],
      properties,
    };
    this.#keep(guid, element);
    const { qualifiedName } = properties;
    if (typeof qualifiedName === 'string') this.#keep(qualifiedName, element);
    return guid;
  }

  #keep(key: string, element: MetadataElement): void {
    this.#elements.set(key, element);
    if (this.#elements.size <= 2 * mostPreviewed) return;
    const [oldest] = this.#elements.keys();
    if (oldest !== undefined) this.#elements.delete(oldest);
  }
}

/** Whether the GUID stands for an element that was not made. */
export function isPreviewed(guid: string): boolean {
  return guid.startsWith(prefix);
}
