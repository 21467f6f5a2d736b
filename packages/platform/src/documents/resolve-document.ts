import type { ServerDocument } from '../server-kind.js';
import { isRecord } from './document-check.js';

const placeholder = /~\{([^{}~]{1,200})\}~/;
const placeholders = new RegExp(placeholder, 'g');

/** Whether a text names one of the platform's variables. */
export function holdsPlaceholder(text: string): boolean {
  return placeholder.test(text);
}

/**
 * The document with the platform's variables in place of `~{name}~`, in texts at any depth. A name that nobody has
 * set stays as it is, so that whoever reads the value sees what is missing.
 */
export function resolveDocument(document: ServerDocument, variables: ReadonlyMap<string, string>): ServerDocument {
  return Object.fromEntries(Object.entries(document).map(([key, value]) => [key, resolved(value, variables)]));
}

function resolved(value: unknown, variables: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string')
    return value.includes('~{')
      ? value.replace(placeholders, (whole, name: string) => variables.get(name) ?? whole)
      : value;
  if (Array.isArray(value)) return value.map((item) => resolved(item, variables));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolved(inner, variables)]));
}
