import type { Properties, PropertyValue } from '@isthmus/model';

/** Former properties with the new ones laid over. A map replaces the whole map that was there. */
export function merged(former: Properties, changes: Properties): Properties {
  return { ...former, ...changes };
}

/** Whether two values say the same; the order of a map's keys does not count. */
export function isSame(one: PropertyValue | undefined, other: PropertyValue | undefined): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object') return false;
  if (Array.isArray(one) || Array.isArray(other)) {
    if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
    return one.every((item, index) => isSame(item, other[index]));
  }
  const mine = Object.entries(one);
  const theirs = new Map(Object.entries(other));
  return mine.length === theirs.size && mine.every(([key, value]) => isSame(value, theirs.get(key)));
}

/** Folded so that whoever contains the other still does: what the text index stores and is asked for. */
export function fold(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ');
}

/** What searches by string look at: every property that is a string. */
export function searchableText(properties: Properties): string {
  const texts: string[] = [];
  for (const value of Object.values(properties)) if (typeof value === 'string') texts.push(value);
  return fold(texts.join('\n'));
}
