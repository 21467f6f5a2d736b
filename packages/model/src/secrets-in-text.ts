/** What people may not see, found by how it is written: keys that read like secrets, and parts of addresses. */

const secretWord =
  /password|passwd|passphrase|passcode|pwd|secret|token|credential|api[-_.]?key|private[-_.]?key|access[-_.]?key|bearer|authori[sz]ation|signature|cookie|connection[-_.]?string/i;
/** `pass`, `dbPass`, `db_pass`; not `bypass`. */
const passWord = /^pass$|[-_.]pass$|[a-z0-9]Pass$/;

/** Whether the value of a configuration under this key is to be taken for a secret. */
export function isSecretKey(key: string): boolean {
  return secretWord.test(key) || passWord.test(key);
}

/** Behind the scheme: with it, a long text without any would be looked through once from each of its letters. */
const userInfo = /(?<=[a-z0-9+.-])(:\/\/[^\s/?#:@]*:)([^\s/?#]*)(@)/gi;
/** Of a parameter: what signs or opens an address (`sig`, `key`) is told by its whole name alone. */
const secretName =
  /pass|pwd|secret|token|api_?-?key|access_?-?key|signature|credential|authori[sz]|^(?:key|sig|sas|auth|jwt|bearer)$/i;

/** `https://user:password@host?token=x` becomes `https://user:********@host?token=********`; in a longer text too. */
export function maskAddress(text: string, mask: string): string {
  const plain = text.replace(userInfo, (_whole, before: string, _secret, after: string) => `${before}${mask}${after}`);
  return withValues(plain, () => mask);
}

/** What `maskAddress` would hide, as it is written and with its escapes (`%40`) read. */
export function addressSecrets(text: string): readonly string[] {
  const users = [...text.matchAll(userInfo)].map(([, , secret = '']) => secret);
  const values = [...secretParameters(text)].map(({ value }) => value);
  return [...users, ...values].flatMap((secret) => [secret, unescaped(secret)]).filter((secret) => secret !== '');
}

/** A parameter of an address whose name reads like that of a secret. */
interface SecretParameter {
  readonly name: string;
  readonly value: string;
  /** Of the value in the text. */
  readonly at: number;
}

/** In one pass, however long the text is: it may be of a stranger's making. */
function* secretParameters(text: string): Generator<SecretParameter> {
  for (const { 0: piece, index } of text.matchAll(/[^&;#\s]+/g)) {
    const follows = index > 0 && /[&;#]/.test(text.charAt(index - 1));
    for (let from = 0, equals = piece.indexOf('='); equals >= 0; from = equals + 1, equals = piece.indexOf('=', from)) {
      const before = piece.slice(from, equals);
      const mark = before.indexOf('?');
      if (mark < 0 && !(follows && from === 0)) continue;
      const name = follows && from === 0 ? before : before.slice(mark + 1);
      const value = piece.slice(equals + 1);
      if (value === '' || !secretName.test(name)) continue;
      yield { name, value, at: index + equals + 1 };
      break;
    }
  }
}

function withValues(text: string, told: (parameter: SecretParameter) => string): string {
  let changed = '';
  let end = 0;
  for (const parameter of secretParameters(text)) {
    changed += text.slice(end, parameter.at) + told(parameter);
    end = parameter.at + parameter.value.length;
  }
  return changed + text.slice(end);
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
  const parameters = new Map([...secretParameters(stored)].map(({ name, value }) => [name, value]));
  const rest = withValues(sent.slice(hostPart(sent).length), ({ name, value }) =>
    value === mask ? (parameters.get(name) ?? mask) : value,
  );
  return rest.includes(mask) ? undefined : `${host}${rest}`;
}

/** Scheme, user and host. */
function hostPart(address: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#]*/i.exec(address)?.[0] ?? '';
}
