import type { Properties, PropertyValue } from './elements.js';
import { isPlainObject } from './type-system/validators.js';

/** Values for `~{name}~` in the properties of a template; null says that there is none. */
export type Placeholders = ReadonlyMap<string, string | null>;

const anyPlaceholder = /~\{([^{}~]{1,200})\}~/g;

/**
 * Properties with the placeholders filled in. A value that consists of one placeholder that is null goes; within a text
 * null is nothing. Placeholders that have no value stay, so that they can be seen.
 */
export function fillProperties(properties: Properties, placeholders: Placeholders): Properties {
  const entries = Object.entries(properties).flatMap(([name, value]): [string, PropertyValue][] => {
    const filled = fillValue(value, placeholders);
    return filled === undefined ? [] : [[name, filled]];
  });
  return Object.fromEntries(entries);
}

function fillValue(value: PropertyValue, placeholders: Placeholders): PropertyValue | undefined {
  if (typeof value === 'string') return fillText(value, placeholders);
  if (Array.isArray(value))
    return value.map((item: PropertyValue) => fillValue(item, placeholders)).filter((item) => item !== undefined);
  return isPlainObject(value) ? fillProperties(value, placeholders) : value;
}

function fillText(text: string, placeholders: Placeholders): string | undefined {
  if (!text.includes('~{')) return text;
  const whole = /^~\{([^{}~]+)\}~$/.exec(text)?.[1];
  if (whole !== undefined && placeholders.get(whole) === null) return undefined;
  return text.replace(anyPlaceholder, (placeholder, name: string) => {
    const value = placeholders.get(name);
    return value === undefined ? placeholder : (value ?? '');
  });
}
