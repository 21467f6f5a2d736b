/** What people may not see, found by how it is written: keys that read like secrets, and parts of addresses. */

const secretWord =
  /password|passwd|passphrase|passcode|pwd|secret|token|credential|api[-_.]?key|private[-_.]?key|access[-_.]?key|bearer|authori[sz]ation|signature|cookie|connection[-_.]?string/i;
/** `pass`, `dbPass`, `db_pass`; not `bypass`. */
const passWord = /^pass$|[-_.]pass$|[a-z0-9]Pass$/;

/** Whether the value of a configuration under this key is to be taken for a secret. */
export function isSecretKey(key: string): boolean {
  return secretWord.test(key) || passWord.test(key);
}

const userInfo = /([a-z][a-z0-9+.-]*:\/\/[^\s/?#:@]*:)([^\s/?#]*)(@)/gi;
const query = /([?&;#][^=&;#\s]*(?:pass|pwd|secret|token|api_?-?key|signature|credential)[^=&;#\s]*=)([^&;#\s]+)/gi;

/** `https://user:password@host?token=x` becomes `https://user:********@host?token=********`; in a longer text too. */
export function maskAddress(text: string, mask: string): string {
  return text
    .replace(userInfo, (_whole, before: string, _secret, after: string) => `${before}${mask}${after}`)
    .replace(query, (_whole, before: string) => `${before}${mask}`);
}

/** What `maskAddress` would hide, as it is written and with its escapes (`%40`) read. */
export function addressSecrets(text: string): readonly string[] {
  const found = [userInfo, query].flatMap((pattern) => [...text.matchAll(pattern)].map(([, , secret = '']) => secret));
  return found.flatMap((secret) => [secret, unescaped(secret)]).filter((secret) => secret !== '');
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * An address that was sent with masks in it, with the secrets of the stored one in their places. They go to no other
 * host, and to no parameter of another name.
 *
 * @returns undefined when a mask is left that stands for nothing
 */
export function unmaskAddress(sent: string, stored: string, mask: string): string | undefined {
  if (!sent.includes(mask) || sent === stored) return sent;
  const shown = maskAddress(stored, mask);
  if (sent === shown) return stored;
  const host = hostPart(stored);
  if (hostPart(sent) !== hostPart(shown)) return undefined;
  const parameters = new Map([...stored.matchAll(query)].map(([, key = '', secret = '']) => [key.slice(1), secret]));
  const rest = sent
    .slice(hostPart(sent).length)
    .replace(query, (whole, before: string, value: string) =>
      value === mask ? `${before}${parameters.get(before.slice(1)) ?? mask}` : whole,
    );
  return rest.includes(mask) ? undefined : `${host}${rest}`;
}

/** Scheme, user and host. */
function hostPart(address: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#]*/i.exec(address)?.[0] ?? '';
}
