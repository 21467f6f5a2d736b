import type { OperationRow } from '@isthmus/connector-sdk';
import { type Clock, IsthmusError } from '@isthmus/kernel';
import type {
  Author,
  DeleteMethod,
  ExternalSource,
  Grant,
  MetadataElement,
  MetadataStore,
  ReadOptions,
  TypeSystem,
} from '@isthmus/model';
import type { CallWatcher } from './operation-effect.js';
import type { OperationInput } from './operation-input.js';

/** Whose operations are carried out. */
export interface OperationFacts {
  readonly connectorName: string;
  /** GUID of its IntegrationConnector element. */
  readonly connectorGuid?: string;
  /** Middle part of qualified names. */
  readonly source: string;
  /** Qualified name of the SoftwareCapability that elements of home `source` belong to. */
  readonly metadataCollection?: string;
  /** In whose name the server is asked. Default: the user of the connection. */
  readonly userId?: string;
  /** How elements go that an operation deletes without saying how. Default LOOK_FOR_LINEAGE. */
  readonly deleteMethod?: DeleteMethod;
}

export interface OperationParts {
  readonly store: MetadataStore;
  readonly types: TypeSystem;
  readonly clock: Clock;
  /** As they are now. */
  facts(): OperationFacts;
  /** The right under which is written, while a run is open. */
  readonly grant?: () => Grant | undefined;
  /** Whom to tell of what is written. */
  readonly watcher?: CallWatcher;
}

export type ElementRef = { readonly guid: string } | { readonly qualifiedName: string };

/** One call of one operation: its row, its input, and the store in the right name. */
export class OperationSession {
  constructor(
    readonly row: OperationRow,
    readonly input: OperationInput,
    readonly parts: OperationParts,
    readonly facts: OperationFacts,
    readonly signal: AbortSignal,
    private readonly sources: Map<string, ExternalSource>,
  ) {}

  get types(): TypeSystem {
    return this.parts.types;
  }

  /** To read from. */
  get store(): MetadataStore {
    return this.parts.store.as(this.#author(undefined));
  }

  /** To write to: in the name of the registration's metadata collection where the element belongs to it. */
  async writer(home: 'local' | 'source' | undefined): Promise<MetadataStore> {
    return this.parts.store.as(this.#author(home === 'source' ? await this.#source() : undefined));
  }

  /** To change what is there: whoever owns it is named, if it is this connector's collection. */
  async writerOf(element: MetadataElement): Promise<MetadataStore> {
    const { originCategory, homeMetadataCollectionName } = element.origin;
    const isOurs = originCategory === 'EXTERNAL_SOURCE' && homeMetadataCollectionName === this.facts.metadataCollection;
    return await this.writer(isOurs ? 'source' : 'local');
  }

  home(): 'local' | 'source' | undefined {
    const home = this.input.choice('home', ['local', 'source']);
    if (home === 'source' && this.facts.metadataCollection === undefined)
      throw this.input.fault('home', 'is `source`, but the registration names no metadata collection');
    return home;
  }

  /** Type that the input names, or that of the operation. @throws TYPE_UNKNOWN, PARAMETER_INVALID */
  typeName(parameter = 'typeName', most = this.row.type): string {
    const named = this.input.optionalText(parameter, 256);
    const typeName = named ?? most ?? this.input.text(parameter, 256);
    const { name } = this.about(parameter, () => this.types.get(typeName));
    if (most !== undefined && !this.types.isSubtypeOf(name, most))
      throw this.input.fault(parameter, `must be ${most} or one of its subtypes, not ${typeName}`);
    return typeName;
  }

  /**
   * The element that a reference names, archived or not.
   *
   * @param typeName - what it has to be
   * @throws ELEMENT_NOT_FOUND, TYPE_UNSUITABLE; both name the parameter
   */
  async element(ref: ElementRef, parameter: string, typeName = 'OpenMetadataRoot'): Promise<MetadataElement> {
    const found = await this.find(ref);
    if (found === undefined) throw this.#notThere(ref, parameter);
    if (isOf(found, typeName)) return found;
    throw new IsthmusError(
      'TYPE_UNSUITABLE',
      `${parameter} of ${this.row.name} must be a ${typeName}, and ${nameOf(ref)} is a ${found.typeName}`,
      { details: { operation: this.row.name, parameter } },
    );
  }

  /** Undefined when there is none. */
  async find(ref: ElementRef, options: ReadOptions = { forLineage: true }): Promise<MetadataElement | undefined> {
    if ('guid' in ref) return await this.store.get(ref.guid, options, this.signal);
    return await this.store.getByQualifiedName(ref.qualifiedName, options, this.signal);
  }

  /** GUID of a reference; looked up only when it is not told. */
  async guid(ref: ElementRef, parameter: string): Promise<string> {
    return 'guid' in ref ? ref.guid : (await this.element(ref, parameter)).guid;
  }

  /**
   * What the store tells of an element that was not looked up before.
   *
   * @throws ELEMENT_NOT_FOUND, which names the parameter
   */
  async of<T>(ref: ElementRef, parameter: string, ask: (guid: string) => Promise<T>): Promise<T> {
    const guid = await this.guid(ref, parameter);
    try {
      return await ask(guid);
    } catch (error) {
      throw IsthmusError.is(error) && error.code === 'ELEMENT_NOT_FOUND' ? this.#notThere(ref, parameter) : error;
    }
  }

  /** A fault that the check finds names the parameter too. */
  about<T>(parameter: string, check: () => T): T {
    try {
      return check();
    } catch (error) {
      if (!IsthmusError.is(error)) throw error;
      const { code, message, next, details, retryable } = error;
      throw new IsthmusError(code, `${message} (${parameter} of ${this.row.name})`, {
        details: { ...details, operation: this.row.name, parameter },
        next,
        retryable,
      });
    }
  }

  #notThere(ref: ElementRef, parameter: string): IsthmusError {
    const message = `there is no element ${nameOf(ref)} (${parameter} of ${this.row.name})`;
    return new IsthmusError('ELEMENT_NOT_FOUND', message, { details: { operation: this.row.name, parameter } });
  }

  #author(externalSource: ExternalSource | undefined): Author {
    const { userId } = this.facts;
    const grant = this.parts.grant?.();
    return {
      ...(userId === undefined ? {} : { userId }),
      ...(externalSource === undefined ? {} : { externalSource }),
      ...(grant === undefined ? {} : { grant }),
    };
  }

  /** The software capability of the registration's metadata collection; made when it is not there. */
  async #source(): Promise<ExternalSource> {
    const name = this.facts.metadataCollection;
    if (name === undefined)
      throw this.input.fault('home', 'is `source`, but the registration names no metadata collection');
    const known = this.sources.get(name);
    if (known !== undefined) return known;
    const store = this.parts.store.as(this.#author(undefined));
    const there = await store.getByQualifiedName(name, {}, this.signal);
    const guid = there?.guid ?? (await this.#makeSource(store, name));
    const source = { guid, name };
    this.sources.set(name, source);
    return source;
  }

  async #makeSource(store: MetadataStore, qualifiedName: string): Promise<string> {
    const element = { typeName: 'SoftwareCapability', properties: { qualifiedName, displayName: qualifiedName } };
    try {
      return await store.create(element, this.signal);
    } catch (error) {
      if (!IsthmusError.is(error) || error.code !== 'ELEMENT_EXISTS') throw error;
      // somebody was quicker
      const there = await store.getByQualifiedName(qualifiedName, {}, this.signal);
      if (there === undefined) throw error;
      return there.guid;
    }
  }
}

function nameOf(ref: ElementRef): string {
  return 'guid' in ref ? ref.guid : ref.qualifiedName;
}

export function isOf(element: MetadataElement, typeName: string): boolean {
  return element.typeName === typeName || element.superTypeNames.includes(typeName);
}

export function qualifiedNameOf(element: MetadataElement): string | undefined {
  const name = element.properties.qualifiedName;
  return typeof name === 'string' ? name : undefined;
}

/** GUID of what the element is anchored to: itself, unless it is a part of something. */
export function anchorOf(element: MetadataElement): string {
  const anchors = element.classifications.find(({ classificationName }) => classificationName === 'Anchors');
  const guid = anchors?.properties.anchorGUID;
  return typeof guid === 'string' && guid !== '' ? guid : element.guid;
}
