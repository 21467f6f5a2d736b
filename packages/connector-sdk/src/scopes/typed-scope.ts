import { IsthmusError } from '@isthmus/kernel';
import type { Properties } from '@isthmus/model';
import type { ItemElement, ItemLink, SourceItem } from '../host-port.js';
import { defaultKey, itemOf } from './build-item.js';
import type { Description } from './descriptions.js';
import type { GenericScope } from './generic-scope.js';
import { unknownWord } from './known-words.js';
import { isFields, isTexts, isThing, type Thing } from './loose.js';
import { pathOf, qualifiedName } from './names.js';
import type { Naming } from './naming.js';
import type { NounRow, NounRows } from './noun-row.js';
import { setAside } from './set-aside.js';

/** A thing that is said to be still there at a version, without its content. */
export interface KeptThing {
  readonly names: readonly string[];
  readonly sourceVersion: string;
  /** As it was told with. Default: type and names. */
  readonly key?: string | undefined;
}

/** An element of any type, for what a kind has no word for. */
export interface ElementDescription {
  readonly typeName: string;
  /** The general type that its qualified name begins with. Default: `typeName`. */
  readonly root?: string | undefined;
  readonly names: readonly string[];
  readonly key?: string | undefined;
  readonly sourceVersion?: string | undefined;
  /** When the source says that it was changed last, epoch ms: see `changedAt` of things. */
  readonly changedAt?: number | undefined;
  readonly opens?: string | undefined;
  readonly properties: Properties;
  readonly classifications?: Readonly<Record<string, Properties>> | undefined;
  readonly parent?: ItemElement['parent'];
  /** Qualified name of what it is anchored to. Default: its own anchor. */
  readonly anchor?: string | undefined;
  readonly links?: readonly ItemLink[] | undefined;
  /** What belongs to it, each after what it refers to. */
  readonly parts?: readonly ItemElement[] | undefined;
}

/** What every scope offers. */
export interface CommonScope extends GenericScope {
  element(element: ElementDescription): Promise<void>;
}

/** A scope in the words of a kind. */
export type TypedScope<N extends NounRows> = CommonScope & {
  /** As `keep`, by noun and names. False: not known at this version, so send it. */
  keepThing(noun: keyof N & string, thing: KeptThing): Promise<boolean>;
  /**
   * As `keepKnown`, by noun and names: of many at once, at a fraction of the cost.
   *
   * @returns those that are not known at their version, in the given order: send them
   */
  keepThings<T extends KeptThing>(noun: keyof N & string, things: readonly T[]): Promise<readonly T[]>;
  /** The qualified name of a thing, for references from elsewhere. */
  nameOf(noun: keyof N & string, names: readonly string[]): string;
} & { readonly [T in keyof N]: (thing: Description<N[T]>) => Promise<void> };

/** What the row of a noun cannot say. */
export interface Finish {
  /** Words that it takes besides. */
  readonly words: readonly string[];
  /** Brings what the generic builder made into its last shape. */
  finish(naming: Naming, thing: Thing, item: SourceItem): SourceItem;
}

/** @param finish - by noun */
export function typedScope<N extends NounRows>(
  naming: Naming,
  port: GenericScope,
  rows: N,
  finish: { readonly [T in keyof N]?: Finish } = {},
): TypedScope<N> {
  const own = versionedBy(naming, port);
  const rowOf = (noun: string): NounRow => {
    const row = rows[noun];
    if (row === undefined) throw new IsthmusError('CONNECTOR_FAILED', `connectors of this kind know no ${noun}`);
    return row;
  };
  const keepThings = async <T extends KeptThing>(noun: string, things: readonly T[]): Promise<readonly T[]> => {
    const row = rowOf(noun);
    const kept = things.map((thing) => ({
      key: thing.key ?? defaultKey(row, noun, thing.names),
      sourceVersion: thing.sourceVersion,
      thing,
    }));
    return (await own.keepKnown(kept)).map(({ thing }) => thing);
  };
  const scope: Record<string, unknown> = {
    ...commonScope(naming, own),
    keepThings,
    keepThing: async (noun: string, thing: KeptThing) => (await keepThings(noun, [thing])).length === 0,
    nameOf: (noun: string, names: readonly string[]) => {
      const { type, root = type } = rowOf(noun);
      return qualifiedName(root, naming.place(root, names, noun));
    },
  };
  for (const [noun, row] of Object.entries(rows)) {
    scope[noun] = async (thing: unknown): Promise<void> => {
      const made = orFault(() => {
        if (!isThing(thing)) return noNames;
        const unknown = unknownWord(row, thing, finish[noun]?.words);
        if (unknown !== undefined) return unknown;
        const item = itemOf(naming, noun, row, thing);
        return finish[noun]?.finish(naming, thing, item) ?? item;
      });
      if (isItem(made)) await own.put(made);
      else await own.finding(setAside(noun, thing, made, (names) => defaultKey(row, noun, names)));
    };
  }
  if (!isTypedScope(scope, rows)) throw new IsthmusError('INTERNAL', 'a scope lacks a word of its kind');
  return scope;
}

function commonScope(naming: Naming, own: GenericScope): CommonScope {
  return {
    ...own,
    element: async (element) => {
      const made = orFault(() => (isNamed(element) ? elementItem(naming, element) : noNames));
      if (isItem(made)) return await own.put(made);
      const { typeName, root = typeName } = element ?? { typeName: 'element' };
      await own.finding(setAside(typeName, element, made, (names) => `${root}:${pathOf(names, typeName)}`));
    },
  };
}

/** What was told under another shape of names is not known under this one. */
function versionedBy({ mark }: Naming, own: GenericScope): GenericScope {
  if (mark === undefined) return own;
  const version = <T extends { readonly sourceVersion?: string | undefined }>(told: T): T =>
    told.sourceVersion === undefined ? told : { ...told, sourceVersion: `${told.sourceVersion} ${mark}` };
  return {
    ...own,
    put: (item) => own.put(version(item)),
    keep: (key, sourceVersion) => own.keep(key, `${sourceVersion} ${mark}`),
    keepKnown: async (items) => {
      const unknown = await own.keepKnown(items.map((item) => ({ ...version(item), item })));
      return unknown.map(({ item }) => item);
    },
  };
}

const noNames = 'its `names` are no list of names';

function isNamed(element: unknown): boolean {
  return isFields(element) && isTexts(element.names);
}

/** An item, or why there is none. */
function orFault(make: () => SourceItem | string): unknown {
  try {
    return make();
  } catch (fault) {
    return fault;
  }
}

function isItem(made: unknown): made is SourceItem {
  return typeof made === 'object' && made !== null && 'elements' in made;
}

function elementItem(naming: Naming, element: ElementDescription): SourceItem {
  const { typeName, names, sourceVersion, changedAt, opens, properties } = element;
  const { classifications, parent, anchor, links } = element;
  const root = element.root ?? typeName;
  const path = pathOf(names, typeName);
  return {
    key: element.key ?? `${root}:${path}`,
    ...(sourceVersion === undefined ? {} : { sourceVersion }),
    ...(changedAt === undefined ? {} : { changedAt }),
    ...(opens === undefined ? {} : { opens }),
    elements: [
      {
        typeName,
        qualifiedName: qualifiedName(root, naming.place(root, names, typeName)),
        properties: { displayName: names.at(-1) ?? '', ...properties },
        ...(classifications === undefined ? {} : { classifications }),
        ...(parent === undefined ? {} : { parent }),
        ...(anchor === undefined ? {} : { anchor }),
        ...(links === undefined ? {} : { links }),
      },
      ...(element.parts ?? []),
    ],
  };
}

function isTypedScope<N extends NounRows>(scope: object, rows: N): scope is TypedScope<N> {
  return Object.keys(rows).every((noun) => typeof Object.getOwnPropertyDescriptor(scope, noun)?.value === 'function');
}
