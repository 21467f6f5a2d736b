import { IsthmusError } from '@isthmus/kernel';
import type { MetadataStore } from '@isthmus/model';

const rememberedCount = 10_000;

/** Types of elements and relationships by GUID: an update is told only the GUID, but values are wrapped by type. */
export class TypeNames {
  readonly #known = new Map<string, string>();

  constructor(private readonly store: Pick<MetadataStore, 'get' | 'getRelationship'>) {}

  remember(guid: string, typeName: string): void {
    this.#known.delete(guid);
    this.#known.set(guid, typeName);
    if (this.#known.size <= rememberedCount) return;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }

  async ofElement(guid: string, signal: AbortSignal): Promise<string> {
    const known = this.#known.get(guid);
    if (known !== undefined) return known;
    return this.#found(guid, (await this.store.get(guid, { forLineage: true }, signal))?.typeName);
  }

  async ofRelationship(guid: string, signal: AbortSignal): Promise<string> {
    const known = this.#known.get(guid);
    if (known !== undefined) return known;
    const link = await this.store.getRelationship(guid, { forLineage: true }, signal);
    return this.#found(guid, link?.relationship.typeName);
  }

  #found(guid: string, typeName: string | undefined): string {
    if (typeName === undefined)
      throw new IsthmusError('ELEMENT_NOT_FOUND', `the metadata server has no element or relationship ${guid}`);
    this.remember(guid, typeName);
    return typeName;
  }
}
