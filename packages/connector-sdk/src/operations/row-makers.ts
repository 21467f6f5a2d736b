import type { Properties } from '@isthmus/model';
import type { LinkRule, ParentRule } from './operation-row.js';

/** What the elements of one noun are like beyond their type. */
interface ElementOptions {
  readonly parent?: ParentRule;
  readonly classifications?: Readonly<Record<string, Properties>>;
  readonly links?: Readonly<Record<string, LinkRule>>;
}

const read = { direction: 'read' } as const;
const write = { direction: 'write' } as const;
const commonNames = { names: ['qualifiedName', 'displayName', 'resourceName', 'identifier'] } as const;

/** Create, from template, update, delete, find, by name, by reference. */
export function elements<
  const N extends string,
  const P extends string,
  const T extends string,
  const O extends ElementOptions,
>(noun: N, plural: P, type: T, options: O) {
  return [
    { name: `create${noun}`, verb: 'create', type, ...write, ...options },
    { name: `create${noun}FromTemplate`, verb: 'createFromTemplate', type, ...write, ...options },
    { name: `update${noun}`, verb: 'update', type, ...write },
    { name: `delete${noun}`, verb: 'delete', type, ...write },
    ...reads(noun, plural, type, options),
  ] as const;
}

/** Find, by name, by reference. */
export function reads<
  const N extends string,
  const P extends string,
  const T extends string,
  const O extends ElementOptions,
>(noun: N, plural: P, type: T, options: O) {
  return [
    { name: `find${plural}`, verb: 'find', type, ...read, ...options },
    { name: `get${plural}ByName`, verb: 'findByName', type, ...read, ...commonNames },
    { name: `get${noun}`, verb: 'get', type, ...read },
  ] as const;
}

/** Visible in the zones of published elements, or not. */
export function publishing<const N extends string, const T extends string>(noun: N, type: T) {
  return [
    { name: `publish${noun}`, verb: 'publish', type, ...write },
    { name: `withdraw${noun}`, verb: 'withdraw', type, ...write },
  ] as const;
}

/** The elements at the other end of a relationship of the given one, which lies at end `from`. */
export function related<const N extends string, const R extends string, const T extends string>(
  name: N,
  relationship: R,
  from: 1 | 2,
  type: T,
  through?: string,
) {
  return [
    {
      name,
      verb: 'related',
      type,
      by: { relationship, from },
      ...read,
      ...(through === undefined ? {} : { through }),
    },
  ] as const;
}

/** Link, change the link, unlink. End 1 and end 2 are those of the relationship. */
export function links<const N extends string, const R extends string>(noun: N, relationship: R) {
  return [
    { name: `link${noun}`, verb: 'link', type: relationship, ...write },
    { name: `update${noun}Link`, verb: 'updateLink', type: relationship, ...write },
    { name: `unlink${noun}`, verb: 'unlink', type: relationship, ...write },
  ] as const;
}

/** Set, clear, find what has it. */
export function classification<const N extends string, const C extends string>(noun: N, name: C) {
  return [
    { name: `set${noun}`, verb: 'classify', type: name, ...write },
    { name: `clear${noun}`, verb: 'declassify', type: name, ...write },
    {
      name: `findElementsWith${noun}`,
      verb: 'find',
      type: 'OpenMetadataRoot',
      classifications: { [name]: {} },
      ...read,
    },
  ] as const;
}

/** An asset that a software capability owns, or looks after. */
export const ownedByCapability = {
  parent: {
    relationship: 'CapabilityAssetUse',
    at: 1,
    needed: false,
    anchors: false,
    properties: { useType: 'OWNS' },
  },
} as const;

/** An element that hangs on its parent and goes with it. */
export function partOf<const R extends string, const A extends 1 | 2>(relationship: R, at: A) {
  return { parent: { relationship, at, needed: true, anchors: true } } as const;
}

/** The same where a parent that is no schema gets a root schema of this type between. */
export function partOfSchema<const R extends string, const S extends string>(relationship: R, through: S) {
  return { parent: { relationship, at: 1, needed: true, anchors: true, through } } as const;
}

/** An element that may be made under another one and lives on without it. */
export function under<const R extends string, const A extends 1 | 2>(relationship: R, at: A) {
  return { parent: { relationship, at, needed: false, anchors: false } } as const;
}
