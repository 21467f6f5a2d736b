import type { OperationKind } from '@isthmus/connector-sdk';

/** What one operation of Egeria's integration services became: names of ours, or why there is none. */
export type Counterpart = readonly string[] | { readonly instead: string };

/** Operations of one integration service that belong together, in our words. `every`: those that all services have. */
export interface ReferenceGroup {
  readonly kind: OperationKind | 'every';
  readonly group: string;
  readonly operations: Readonly<Record<string, Counterpart>>;
}

type Words = Readonly<Record<string, Counterpart>>;

/** Not an operation, or none of 6.1: what there is in its place. */
export function instead(reason: string): Counterpart {
  return { instead: reason };
}

/** Create, from template, update, remove, find, by name, by GUID. */
export function elementWords(noun: string, plural: string): Words {
  return {
    create: [`create${noun}`],
    'create from template': [`create${noun}FromTemplate`],
    update: [`update${noun}`],
    remove: [`delete${noun}`],
    ...readWords(noun, plural),
  };
}

export function readWords(noun: string, plural: string): Words {
  return { find: [`find${plural}`], 'by name': [`get${plural}ByName`], 'by GUID': [`get${noun}`] };
}

export function publishWords(noun: string): Words {
  return { publish: [`publish${noun}`], withdraw: [`withdraw${noun}`] };
}

/** Set up, update, clear a link. */
export function linkWords(what: string, noun: string): Words {
  return {
    [`set ${what}`]: [`link${noun}`],
    [`update ${what}`]: [`update${noun}Link`],
    [`clear ${what}`]: [`unlink${noun}`],
  };
}

/** Set, clear, find what has a classification. */
export function classificationWords(what: string, noun: string): Words {
  return {
    [`set ${what}`]: [`set${noun}`],
    [`clear ${what}`]: [`clear${noun}`],
    [`find by ${what}`]: [`findElementsWith${noun}`],
  };
}
