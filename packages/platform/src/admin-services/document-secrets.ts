import { isRecord } from '../documents/document-check.js';
import type { ServerDocument } from '../server-kind.js';

/** Stands in answers where a secret is; sent back, it means "as it is stored". */
export const hiddenSecret = '<hidden>';

/** Of Kafka's properties the last word counts: `ssl.key.password`, `sasl.jaas.config`. */
const secretName =
  /passw(?:or)?d|passphrase|secret$|token$|credentials?$|jaas\.config$|(?:api|private|access|keystore)[-_.]?key$/i;

/** The document without what nobody needs to read: passwords and the secured properties of connections. */
export function hideSecrets(document: ServerDocument): ServerDocument {
  return Object.fromEntries(Object.entries(document).map(([key, value]) => [key, hidden(key, value)]));
}

function hidden(key: string, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (secretName.test(key))
    return value === '' || typeof value === 'boolean' || typeof value === 'number' ? value : hiddenSecret;
  if (Array.isArray(value)) return value.map((item) => hidden('', item));
  if (typeof value !== 'object') return value;
  const hide = key === 'securedProperties' ? () => hiddenSecret : hidden;
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, hide(member, inner)]));
}

/** What was sent, with the stored secret in each place that was sent back hidden. */
export function withStoredSecrets(sent: ServerDocument, stored: ServerDocument): ServerDocument {
  if (sent === stored) return sent;
  return Object.fromEntries(Object.entries(sent).map(([key, value]) => [key, revealed(value, stored[key])]));
}

function revealed(sent: unknown, stored: unknown): unknown {
  if (sent === hiddenSecret) return stored;
  if (Array.isArray(sent)) return sent.map((item, index) => revealed(item, counterpart(item, index, stored)));
  if (!isRecord(sent)) return sent;
  const before = isRecord(stored) ? stored : {};
  return Object.fromEntries(Object.entries(sent).map(([key, value]) => [key, revealed(value, before[key])]));
}

/** Members that tell one entry of a list from another: a secret never goes to an entry that it was not stored with. */
const names = ['qualifiedName', 'connectorId', 'integrationServiceURLMarker', 'accessServiceURLMarker', 'displayName'];

function counterpart(item: unknown, index: number, stored: unknown): unknown {
  if (!Array.isArray(stored)) return undefined;
  const name = isRecord(item) ? names.find((member) => typeof item[member] === 'string') : undefined;
  if (name === undefined || !isRecord(item)) return stored[index];
  return stored.find((other: unknown) => isRecord(other) && other[name] === item[name]);
}
