import type {
  Conditions,
  DeleteMethod,
  ElementLink,
  MetadataElement,
  Properties,
  RelatedElement,
  SequencingOrder,
} from '@isthmus/model';
import type { OperationRow } from './operation-row.js';

/** Names an element by GUID (whatever an operation answered will do) or by qualified name. */
export type ElementRef = { readonly guid: string } | { readonly qualifiedName: string };

/** Most elements in one page of an answer, and most references in one input. */
export const mostInPage = 1_000;

export interface Effective {
  /** Epoch milliseconds. */
  readonly effectiveFrom?: number;
  readonly effectiveTo?: number;
}

/** Of writes: to whom the element belongs. */
export interface Home {
  /**
   * `source`: to the metadata collection of the registration, so that nobody else can change it. Default `local`: people
   * may edit it.
   */
  readonly home?: 'local' | 'source';
}

export interface ReadChoice {
  /** Archived elements too. Default false. */
  readonly forLineage?: boolean;
  readonly effectiveTime?: number;
  readonly asOfTime?: number;
}

export interface PageChoice {
  readonly startFrom?: number;
  /** Default 100, at most `mostInPage`. */
  readonly pageSize?: number;
}

export interface NewElementInput extends Effective, Home {
  /** A subtype of the operation's type. */
  readonly typeName?: string;
  readonly properties?: Properties;
  /** Properties of the link to the parent. */
  readonly parentProperties?: Properties;
  /** What it goes with when that is deleted. Default: as the operation says (see the table of operations). */
  readonly anchor?: ElementRef;
  readonly classifications?: Readonly<Record<string, Properties>>;
}

export interface TemplateInput {
  readonly template: ElementRef;
  /** Name of a placeholder (`~{name}~` in the template) -> its value. */
  readonly placeholders?: Readonly<Record<string, string>>;
}

export interface FindInput extends ReadChoice, PageChoice {
  /** A text that occurs in some property. Not together with `conditions`. */
  readonly search?: string;
  readonly startsWith?: boolean;
  readonly endsWith?: boolean;
  /** Default true. */
  readonly ignoreCase?: boolean;
  readonly conditions?: Conditions;
  /** Only elements that have all of these classifications. Not together with `search`. */
  readonly classifications?: readonly string[];
  /** A subtype of the operation's type. */
  readonly typeName?: string;
  readonly sequencingOrder?: SequencingOrder;
  readonly sequencingProperty?: string;
}

export interface Created {
  readonly guid: string;
  /**
   * `existing`: an element of this name was there; it was not changed. `previewed`: nothing was written, since the run
   * only shows what it would do; the GUID can be given to further operations of the run.
   */
  readonly outcome: 'created' | 'existing' | 'previewed';
}

export interface Changed {
  readonly guid: string;
  readonly outcome: 'updated' | 'unchanged' | 'previewed';
}

export interface Removed {
  readonly outcome: 'deleted' | 'unchanged' | 'previewed';
}

export interface ElementPage {
  readonly elements: readonly MetadataElement[];
  /** `startFrom` of the next page; absent after the last. */
  readonly next?: number;
}

export interface RelatedPage {
  readonly related: readonly RelatedElement[];
  readonly next?: number;
}

export interface FileInput extends Effective, Home {
  /** Full path with `/`, from the root of the source on, e.g. `/sales/2024/may.csv`. */
  readonly pathName: string;
  readonly typeName?: string;
  readonly properties?: Properties;
  /** The system of which the first folder is a part. */
  readonly fileSystem?: ElementRef;
  /** Class name or id of the provider of connectors that open the file: a connection and an endpoint are made. */
  readonly connectorProvider?: string;
}

export interface Translation {
  /** ISO 639-1, e.g. `de`. */
  readonly language: string;
  readonly languageCode?: string;
  readonly locale?: string;
  readonly displayName?: string;
  readonly description?: string;
  readonly additionalTranslations?: Readonly<Record<string, string>>;
}

export interface MetadataValueOf {
  readonly propertyName: string;
  /** Without one the value is valid for every type. */
  readonly typeName?: string;
  /** Of a property that is a map: the key. */
  readonly mapName?: string;
}

/** What has happened at the metadata server; read the element again before acting. */
export interface ElementChange {
  readonly sequence: number;
  readonly eventType: string;
  readonly guid: string;
  readonly typeName: string;
}

type TypeName<R> = R extends { readonly type: string } ? unknown : { readonly typeName: string };
type Parent<R> = R extends { readonly parent: { readonly needed: true } }
  ? { readonly parent: ElementRef }
  : R extends { readonly parent: object }
    ? { readonly parent?: ElementRef }
    : unknown;
type Links<R> = R extends { readonly links: infer L } ? { readonly [N in keyof L]?: readonly ElementRef[] } : unknown;
type Named<R> = R extends { readonly knownBy: readonly string[] } ? unknown : { readonly qualifiedName: string };
type Changes<R> = R extends { readonly set: object }
  ? { readonly properties?: Properties }
  : { readonly properties: Properties };
type Ends<R> = TypeName<R> & { readonly end1: ElementRef; readonly end2: ElementRef };
type OneOf = { readonly element: ElementRef };
type ClassificationName<R> = R extends { readonly type: string } ? unknown : { readonly classificationName: string };

/** What an operation takes, by its verb. */
interface Inputs<R extends OperationRow> {
  create: NewElementInput & Named<R> & Parent<R> & Links<R> & TypeName<R>;
  createFromTemplate: Omit<NewElementInput, 'classifications'> & TemplateInput & Named<R> & Parent<R> & TypeName<R>;
  update: OneOf & Changes<R> & Effective & Home & { readonly mode?: 'merge' | 'replace' };
  delete: OneOf & Home & { readonly method?: DeleteMethod; readonly cascade?: boolean };
  archive: OneOf &
    Home & {
      readonly archiveDate?: number;
      readonly archiveProcess?: string;
      readonly archiveProperties?: Readonly<Record<string, string>>;
    };
  get: OneOf & ReadChoice;
  find: FindInput;
  findByName: ReadChoice & PageChoice & { readonly name: string };
  related: OneOf &
    ReadChoice &
    PageChoice &
    (R extends { readonly by: object }
      ? unknown
      : { readonly relationshipTypeName?: string; readonly startingAtEnd?: 0 | 1 | 2 });
  history: OneOf & PageChoice;
  link: Ends<R> & Effective & Home & { readonly properties?: Properties };
  updateLink: Ends<R> & Effective & Home & { readonly properties: Properties; readonly mode?: 'merge' | 'replace' };
  unlink: Ends<R> & Home;
  getLink: ReadChoice & { readonly relationship: { readonly guid: string } };
  classify: OneOf & ClassificationName<R> & Effective & Home & { readonly properties?: Properties };
  declassify: OneOf & ClassificationName<R> & Home;
  publish: OneOf & Home & { readonly zones?: readonly string[] };
  withdraw: OneOf & Home;
  setEffectivity: OneOf & Effective & Home;
  createFolders: Home & { readonly pathName: string; readonly fileSystem?: ElementRef };
  addFile: FileInput;
  addExternalIdentifier: OneOf &
    Home & {
      /** The element's identifier in the third party. */
      readonly key: string;
      /** Of the ExternalId. */
      readonly properties?: Properties;
      /** Of the link: `usage`, `source`, `mappingProperties`, ... */
      readonly linkProperties?: Properties;
    };
  removeExternalIdentifier: OneOf & Home & { readonly key: string };
  confirmSynchronization: OneOf & Home & { readonly key: string };
  findByExternalIdentifier: ReadChoice & PageChoice & { readonly key: string };
  setTranslation: OneOf & Home & { readonly translation: Translation };
  clearTranslation: OneOf & Home & { readonly language: string; readonly locale?: string };
  getTranslation: OneOf & { readonly language: string; readonly locale?: string };
  getTranslations: OneOf & PageChoice;
  setMetadataValue: MetadataValueOf & Home & { readonly preferredValue: string; readonly properties?: Properties };
  clearMetadataValue: MetadataValueOf & Home & { readonly preferredValue: string };
  validateMetadataValue: MetadataValueOf & { readonly actualValue: string };
  getMetadataValues: MetadataValueOf & PageChoice;
  findMissing: { readonly elements: readonly { readonly guid: string }[] };
  getChanges: {
    readonly after: number;
    /** At most `mostInPage`. Default 100. */
    readonly limit?: number;
    readonly types?: readonly string[];
  };
}

/** What an operation answers, by its verb. */
interface Outputs {
  create: Created;
  createFromTemplate: Created;
  update: Changed;
  delete: Removed;
  archive: Changed;
  get: MetadataElement | undefined;
  find: ElementPage;
  findByName: ElementPage;
  related: RelatedPage;
  history: ElementPage;
  link: Created | Changed;
  updateLink: Changed;
  unlink: Removed;
  getLink: ElementLink | undefined;
  classify: Changed;
  declassify: Removed;
  publish: Changed;
  withdraw: Changed;
  setEffectivity: Changed;
  createFolders: { readonly folders: readonly (Created & { readonly pathName: string })[] };
  addFile: Created & { readonly connection?: Created; readonly endpoint?: Created };
  addExternalIdentifier: Created;
  removeExternalIdentifier: Removed;
  confirmSynchronization: Changed;
  findByExternalIdentifier: ElementPage;
  setTranslation: Created | Changed;
  clearTranslation: Removed;
  getTranslation: Translation | undefined;
  getTranslations: { readonly translations: readonly Translation[]; readonly next?: number };
  setMetadataValue: Created | Changed;
  clearMetadataValue: Removed;
  validateMetadataValue: { readonly isValid: boolean; readonly isKnown: boolean };
  getMetadataValues: ElementPage;
  findMissing: { readonly missing: readonly string[] };
  getChanges: { readonly changes: readonly ElementChange[]; readonly next: number };
}

export type InputOf<R extends OperationRow> = Inputs<R>[R['verb']];
export type OutputOf<R extends OperationRow> = Outputs[R['verb']];
