import { IsthmusError } from '@isthmus/kernel';
import { maskAddress, unmaskAddress } from '@isthmus/model';
import { isRecord } from '../documents/document-check.js';
import type { ServerDocument } from '../server-kind.js';

/** Stands in answers where a secret is; sent back, it means "as it is stored". */
export const hiddenSecret = '<hidden>';

/** Of Kafka's properties the last word counts: `ssl.key.password`, `sasl.jaas.config`. */
const secretName =
  /passw(?:or)?d|passphrase|secret$|token$|credentials?$|jaas\.config$|(?:api|private|access|keystore)[-_.]?key$/i;

/** The document without what nobody needs to read: passwords, those in URLs too, and the secured properties of connections. */
export function hideSecrets(document: ServerDocument): ServerDocument {
  return Object.fromEntries(Object.entries(document).map(([key, value]) => [key, hidden(key, value)]));
}

function hidden(key: string, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (secretName.test(key))
    return value === '' || typeof value === 'boolean' || typeof value === 'number' ? value : hiddenSecret;
  if (Array.isArray(value)) return value.map((item) => hidden('', item));
  if (typeof value === 'string') return hiddenInUrl(value);
  if (typeof value !== 'object') return value;
  const hide = key === 'securedProperties' ? () => hiddenSecret : hidden;
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, hide(member, inner)]));
}

function hiddenInUrl(text: string): string {
  return text.includes('://') ? maskAddress(text, hiddenSecret) : text;
}

/** The platform's variables as they may be read: those that hold secrets are hidden. */
export function shownVariables(variables: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...variables].map(([name, value]) => [name, String(hidden(name, value))]));
}

/** Shorter values are hidden only where they are the whole text: within one they would garble everything. */
const shortestInText = 4;

/** A document into which variables were put, without the values of those that hold secrets. */
export function hideVariables(document: ServerDocument, variables: ReadonlyMap<string, string>): ServerDocument {
  const shown = shownVariables(variables);
  const secrets = [...variables].filter(([name, value]) => value !== '' && shown.get(name) !== value);
  if (secrets.length === 0) return document;
  const hide = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(hide);
    if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hide(inner)]));
    if (typeof value !== 'string') return value;
    return secrets.reduce((text, [name, secret]) => {
      const instead = shown.get(name) ?? hiddenSecret;
      if (text === secret) return instead;
      return secret.length < shortestInText ? text : text.replaceAll(secret, () => instead);
    }, value);
  };
  return Object.fromEntries(Object.entries(document).map(([key, value]) => [key, hide(value)]));
}

/**
 * What was sent, with the stored secret in each place that was sent back hidden.
 *
 * @throws DOCUMENT_INVALID for a URL whose hidden password stands for none: it would be taken for one
 */
export function withStoredSecrets(sent: ServerDocument, stored: ServerDocument): ServerDocument {
  if (sent === stored) return sent;
  return Object.fromEntries(Object.entries(sent).map(([key, value]) => [key, member(key, value, stored[key])]));
}

function member(key: string, sent: unknown, stored: unknown): unknown {
  const value = revealed(sent, stored);
  if (typeof value !== 'string' || value === stored || !value.includes('://') || !value.includes(hiddenSecret))
    return value;
  const fault = `${key} holds ${hiddenSecret} where no password for the same host is stored; send the password itself`;
  throw new IsthmusError('DOCUMENT_INVALID', fault, { details: { field: key } });
}

function revealed(sent: unknown, stored: unknown): unknown {
  if (sent === hiddenSecret) return stored;
  if (typeof sent === 'string')
    return typeof stored === 'string' ? (unmaskAddress(sent, stored, hiddenSecret) ?? sent) : sent;
  if (Array.isArray(sent)) {
    const counterpart = counterparts(stored);
    return sent.map((item, index) => revealed(item, counterpart(item, index)));
  }
  if (!isRecord(sent)) return sent;
  const before = isRecord(stored) ? stored : {};
  return Object.fromEntries(Object.entries(sent).map(([key, value]) => [key, member(key, value, before[key])]));
}

/** Members that tell one entry of a list from another: a secret never goes to an entry that it was not stored with. */
const names = [
  'qualifiedName',
  'integrationGroupQualifiedName',
  'connectorId',
  'integrationServiceURLMarker',
  'accessServiceURLMarker',
  'displayName',
];

/** What an entry of a list that was sent stands for in the stored list. Lists may hold thousands: each is walked once. */
function counterparts(stored: unknown): (item: unknown, index: number) => unknown {
  if (!Array.isArray(stored)) return () => undefined;
  const entries: readonly unknown[] = stored;
  const byName = new Map<string, ReadonlyMap<unknown, Namesakes>>();
  const namesakes = (name: string, value: unknown): Namesakes | undefined => {
    const known = byName.get(name) ?? groupedBy(name, entries);
    byName.set(name, known);
    return known.get(value);
  };
  let texts: ReadonlyMap<unknown, unknown> | undefined;
  return (item, index) => {
    if (typeof item === 'string') {
      if (!item.includes(hiddenSecret)) return undefined;
      texts ??= firstBy(entries, (entry) => hidden('', entry));
      return texts.get(item);
    }
    const name = isRecord(item) ? names.find((key) => typeof item[key] === 'string') : undefined;
    if (name === undefined || !isRecord(item)) return entries[index];
    return namesakes(name, item[name])?.counterpart(item);
  };
}

/** Stored entries of one name. */
class Namesakes {
  readonly entries: unknown[] = [];
  #byText: ReadonlyMap<unknown, unknown> | undefined;

  /** Of several the one that was shown as it was sent. */
  counterpart(sent: unknown): unknown {
    const [first] = this.entries;
    if (this.entries.length < 2) return first;
    this.#byText ??= firstBy(this.entries, (entry) => JSON.stringify(hidden('', entry)));
    return this.#byText.get(JSON.stringify(sent)) ?? first;
  }
}

function groupedBy(name: string, entries: readonly unknown[]): ReadonlyMap<unknown, Namesakes> {
  const groups = new Map<unknown, Namesakes>();
  for (const entry of entries) {
    if (!isRecord(entry)) continue;
    const group = groups.get(entry[name]) ?? new Namesakes();
    groups.set(entry[name], group);
    group.entries.push(entry);
  }
  return groups;
}

function firstBy(entries: readonly unknown[], keyOf: (entry: unknown) => unknown): ReadonlyMap<unknown, unknown> {
  const found = new Map<unknown, unknown>();
  for (const entry of entries) {
    const key = keyOf(entry);
    if (!found.has(key)) found.set(key, entry);
  }
  return found;
}
