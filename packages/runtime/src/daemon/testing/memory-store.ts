import { IsthmusError } from '@isthmus/kernel';
import {
  type Batch,
  type BatchItemResult,
  type BatchOperation,
  type BatchResult,
  type MetadataElement,
  type MetadataStore,
  type Properties,
  type QueryOptions,
  type RelatedElement,
  upsertedProperties,
} from '@isthmus/model';

interface Link {
  readonly guid: string;
  readonly typeName: string;
  readonly end1: string;
  readonly end2: string;
  properties: Properties;
}

/** For tests: elements and links of a metadata server in memory, as far as the administration of groups needs them. */
export class MemoryStore {
  readonly elements = new Map<string, MetadataElement>();
  links: readonly Link[] = [];
  readonly batches: Batch[] = [];
  /** Refuses what it says true to. */
  refuses: (operation: BatchOperation) => boolean = () => false;
  #count = 0;

  asStore(): MetadataStore {
    const unused = async (): Promise<never> => {
      throw new IsthmusError('INTERNAL', 'not used by the administration');
    };
    return {
      capabilities: unused,
      identity: unused,
      findByString: unused,
      find: unused,
      getRelationship: unused,
      history: unused,
      linksBetween: unused,
      as: () => this.asStore(),
      create: unused,
      createFromTemplate: unused,
      setEffectivity: unused,
      setPublished: unused,
      update: unused,
      classify: unused,
      declassify: unused,
      relate: unused,
      updateRelationship: unused,
      unrelate: unused,
      delete: unused,
      changes: unused,
      get: async (guid) => [...this.elements.values()].find((element) => element.guid === guid),
      getByQualifiedName: async (name, { typeName }) => {
        const element = this.elements.get(name);
        return typeName === undefined || element?.typeName === typeName ? element : undefined;
      },
      related: async (guid, options) => this.#related(guid, options),
      writeBatch: async (batch) => this.#write(batch),
    };
  }

  /** Names linked from an element by one type. */
  linked(end1: string, typeName: string): readonly string[] {
    return this.links.filter((link) => link.end1 === end1 && link.typeName === typeName).map(({ end2 }) => end2);
  }

  /** Everything, to compare. */
  picture(): string {
    const elements = [...this.elements].map(([name, { properties }]) => [name, properties]);
    const links = this.links.map(({ typeName, end1, end2, properties }) => [typeName, end1, end2, properties]);
    return JSON.stringify([elements.sort(), links.sort()], null, 1);
  }

  #related(
    guid: string,
    options: QueryOptions & { readonly relationshipTypeName?: string; readonly startingAtEnd?: 0 | 1 | 2 },
  ): readonly RelatedElement[] {
    const fromEnd1 = options.startingAtEnd === 1;
    const start = options.startFrom ?? 0;
    return this.links
      .filter(({ typeName }) => typeName === options.relationshipTypeName)
      .filter(({ end1, end2 }) => this.elements.get(fromEnd1 ? end1 : end2)?.guid === guid)
      .flatMap((link) => {
        const element = this.elements.get(fromEnd1 ? link.end2 : link.end1);
        return element ? [{ relationship: { ...link, versions }, element, elementAtEnd1: !fromEnd1 }] : [];
      })
      .slice(start, start + (options.pageSize ?? 1000));
  }

  #write(batch: Batch): BatchResult {
    this.batches.push(batch);
    const items = batch.operations.map((operation) =>
      this.refuses(operation)
        ? ({ outcome: 'refused', error: { code: 'PROPERTY_TYPE_WRONG', message: 'refused by the server' } } as const)
        : this.#apply(operation),
    );
    return { items, changeSequence: this.#count };
  }

  #apply(operation: BatchOperation): BatchItemResult {
    this.#count += 1;
    if (operation.op === 'upsert') return this.#upsert(operation);
    if (operation.op === 'delete') {
      this.links = this.links.filter(({ end1, end2 }) => ![end1, end2].includes(operation.qualifiedName));
      return { outcome: this.elements.delete(operation.qualifiedName) ? 'deleted' : 'unchanged' };
    }
    if (operation.op === 'look') return { outcome: 'unchanged' };
    const { typeName, end1, end2, properties = {} } = operation;
    const known = this.links.find((link) => link.typeName === typeName && link.end1 === end1 && link.end2 === end2);
    if (operation.op === 'unlink') {
      this.links = this.links.filter((link) => link !== known);
      return { outcome: known ? 'deleted' : 'unchanged' };
    }
    if (known) {
      known.properties = properties;
      return { outcome: 'updated' };
    }
    if (!this.elements.has(end1) || !this.elements.has(end2))
      return { outcome: 'refused', error: { code: 'ELEMENT_NOT_FOUND', message: `${end1} or ${end2}` } };
    this.links = [...this.links, { guid: `${typeName}-${this.#count}`, typeName, end1, end2, properties }];
    return { outcome: 'created' };
  }

  #upsert(operation: Extract<BatchOperation, { op: 'upsert' }>): BatchItemResult {
    const { qualifiedName, typeName, properties, clear } = operation;
    const before = this.elements.get(qualifiedName);
    const guid = before?.guid ?? `${typeName}-${this.#count}`;
    this.elements.set(qualifiedName, {
      guid,
      typeName,
      superTypeNames: [],
      status: 'ACTIVE',
      origin: { originCategory: 'LOCAL_COHORT', homeMetadataCollectionId: 'c', homeMetadataCollectionName: 'c' },
      versions,
      classifications: [],
      properties: { ...upsertedProperties(before?.properties ?? {}, properties, clear), qualifiedName },
    });
    return { outcome: before ? 'updated' : 'created', guid };
  }
}

const versions = { createdBy: 'tester', createTime: 0, version: 1 };
