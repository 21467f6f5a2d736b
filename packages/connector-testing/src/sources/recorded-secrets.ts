import type { IncomingHttpHeaders } from 'node:http';
import { isSecretKey, maskAddress } from '@isthmus/model';

export const mask = '***';
/** Shorter ones stand in other words by chance. */
const shortestSecret = 4;
/** Where pages go on is called a token too, and is none that opens anything. */
const cursorName = /page|next|prev|cont|cursor|sync|offset|delta|scroll/i;

/** Takes secrets out of what is recorded: those that were named, those that requests carry, and those told by their names. */
export class RecordedSecrets {
  readonly #known = new Set<string>();

  constructor(secrets: readonly string[]) {
    for (const secret of secrets) this.#learn(secret);
  }

  /** What a client says of itself in its headers is secret wherever else it stands. */
  learnFrom(headers: IncomingHttpHeaders): void {
    for (const [name, value] of Object.entries(headers)) {
      if (!isSecretName(name)) continue;
      for (const text of [value].flat()) {
        const [scheme = '', ...rest] = (text ?? '').split(' ');
        const credentials = rest.join(' ') || scheme;
        this.#learn(credentials);
        if (/^basic$/i.test(scheme)) this.#learn(...passwordOf(credentials));
        if (name === 'cookie') this.learnCookies((text ?? '').split(';'));
      }
    }
  }

  /** @param cookies - `name=value`, whatever follows */
  learnCookies(cookies: readonly string[]): void {
    for (const cookie of cookies) this.#learn(/=([^;]*)/.exec(cookie)?.[1] ?? '');
  }

  masked(text: string): string {
    let masked = text;
    for (const secret of this.#known) masked = masked.replaceAll(secret, mask);
    return byNames(masked);
  }

  /** Whether bytes that cannot be masked hold one. */
  isIn(bytes: Buffer): boolean {
    return [...this.#known].some((secret) => bytes.includes(secret));
  }

  #learn(...secrets: readonly string[]): void {
    for (const secret of secrets.map((text) => text.trim())) {
      if (secret.length < shortestSecret) continue;
      const inJson = JSON.stringify(secret).slice(1, -1);
      const inBase64 = Buffer.from(secret).toString('base64');
      for (const form of [inJson, encodeURIComponent(secret), inBase64, secret]) this.#known.add(form);
    }
  }
}

export function isSecretName(name: string): boolean {
  return isSecretKey(name) && !cursorName.test(name);
}

function passwordOf(basic: string): readonly string[] {
  const [, password] = /^[^:]*:(.*)$/s.exec(Buffer.from(basic, 'base64').toString('utf8')) ?? [];
  return password === undefined ? [] : [password];
}

const inJson = /"([^"\\]{1,100})"(\s*:\s*)"((?:[^"\\]|\\.)*)"/g;
const inXml = /<([\w:.-]{1,100})>([^<]+)(?=<\/\1>)/g;
const inForm = /(^|[?&;\s])([\w.%[\]-]{1,100})=([^&;\s"'<>]+)/g;

function byNames(text: string): string {
  const plain = text
    .replace(inJson, (whole, name: string, colon: string) =>
      isSecretName(name) ? `"${name}"${colon}"${mask}"` : whole,
    )
    .replace(inXml, (whole, name: string) => (isSecretName(name) ? `<${name}>${mask}` : whole))
    .replace(inForm, (whole, before: string, name: string) =>
      isSecretName(name) ? `${before}${name}=${mask}` : whole,
    );
  return maskedUsers(plain);
}

/** `https://user:password@host`; parameters are told by their names above. */
function maskedUsers(text: string): string {
  return text.replace(/[a-z][a-z0-9+.-]*:\/\/[^\s/?#"']+@/gi, (address) => maskAddress(address, mask));
}
