import type { ServerDocument } from '../server-kind.js';

/** Stands in answers where a secret is; sent back, it means "as it is stored". */
export const hiddenSecret = '<hidden>';

const secretMembers = new Set(['localServerPassword', 'clearPassword', 'encryptedPassword', 'password']);

/** The document without what nobody needs to read: passwords and the secured properties of connections. */
export function hideSecrets(document: ServerDocument): ServerDocument {
  return Object.fromEntries(Object.entries(document).map(([key, value]) => [key, hidden(key, value)]));
}

function hidden(key: string, value: unknown): unknown {
  if (value === null || value === undefined) return value;
  if (secretMembers.has(key) || /password|secret$|token$/i.test(key.split('.').at(-1) ?? ''))
    return typeof value === 'string' && value !== '' ? hiddenSecret : value;
  if (Array.isArray(value)) return value.map((item) => hidden('', item));
  if (typeof value !== 'object') return value;
  const hide = key === 'securedProperties' ? () => hiddenSecret : hidden;
  return Object.fromEntries(Object.entries(value).map(([member, inner]) => [member, hide(member, inner)]));
}

/** What was sent, with the stored secret in each place that was sent back hidden. */
export function withStoredSecrets(sent: unknown, stored: unknown): unknown {
  if (sent === hiddenSecret) return typeof stored === 'string' ? stored : undefined;
  if (Array.isArray(sent))
    return sent.map((item, index) => withStoredSecrets(item, Array.isArray(stored) ? stored[index] : undefined));
  if (typeof sent !== 'object' || sent === null) return sent;
  const before: unknown = stored;
  const member = (key: string): unknown =>
    typeof before === 'object' && before !== null && !Array.isArray(before)
      ? Object.getOwnPropertyDescriptor(before, key)?.value
      : undefined;
  return Object.fromEntries(Object.entries(sent).map(([key, value]) => [key, withStoredSecrets(value, member(key))]));
}
