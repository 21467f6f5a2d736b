import { type Properties, printOf } from '@isthmus/model';
import type { KnownLink, LinkMemory, OpenLink, ToldLink } from './journal.js';

export const nothingKnown: LinkMemory = { isNew: true };

/** Of the values of a property that are remembered, in characters: of more nobody keeps count. */
export const longestPrints = 48;

/** By property: print of its value. */
export function linkPrints(properties: Properties = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, printOf(value)]));
}

/** What is known of a relationship once its item tells it so: the store may have it as it was told before. */
export function memoryOnceTold(
  before: (KnownLink & Pick<OpenLink, 'memory'>) | undefined,
  { properties, changedAt }: ToldLink,
): LinkMemory | undefined {
  const at = changedAt === undefined ? {} : { changedAt };
  if (before === undefined) return { ...nothingKnown, ...at };
  const { memory } = before;
  if (JSON.stringify(before.properties) === JSON.stringify(properties)) return memory;
  return { ...memory, written: bothPrints(linkPrints(before.properties), memory?.written), ...at };
}

/** What is known of a relationship that another item has told until now: the store may have it so, or as nobody knows. */
export function memoryOfFormer({ properties }: KnownLink, memory: LinkMemory | undefined): LinkMemory {
  return { ...memory, ...nothingKnown, written: bothPrints(linkPrints(properties), memory?.written) };
}

/** What is known of a relationship that two items have told, of which one tells it no longer. */
export function memoryOfBoth(
  former: LinkMemory,
  { properties }: KnownLink,
  memory: LinkMemory | undefined,
): LinkMemory {
  const written = bothPrints(memory?.written ?? linkPrints(properties), former.written);
  const isOurs = (name: string, print: string) => written[name]?.includes(print) === true;
  const held = Object.entries(memory?.held ?? {}).filter(([name, { print }]) => !isOurs(name, print));
  return { ...memory, ...nothingKnown, held: Object.fromEntries(held), written };
}

function bothPrints(
  first: Readonly<Record<string, string>>,
  second: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const both = new Map(Object.entries(second));
  for (const [name, print] of Object.entries(first))
    both.set(name, (print + (both.get(name) ?? '')).slice(0, longestPrints));
  return Object.fromEntries(both);
}
