import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.js';

/** Who may post. */
export interface AccessRules {
  /** Absent: whoever is on this machine, by a program and not by a web page. */
  readonly token: string | undefined;
}

/** @throws Refusal */
export function checkAccess({ headers }: Pick<IncomingMessage, 'headers'>, { token }: AccessRules): void {
  if (token === undefined) {
    // a page of a browser on this machine could post too, by a name that leads here
    if (headers.origin !== undefined || !isLoopbackName(nameOfHost(headers.host ?? '')))
      throw new Refusal(403, 'REQUEST_FORBIDDEN_ORIGIN', 'without a token only programs of this machine may post');
    return;
  }
  const given = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  if (given === undefined || !isSame(given, token))
    throw new Refusal(401, 'UNAUTHENTICATED', 'the token is missing or wrong: send it as `Authorization: Bearer ...`', {
      headers: { 'www-authenticate': 'Bearer' },
    });
}

export function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name === '::1' || /^127(?:\.\d{1,3}){3}$/.test(name);
}

function nameOfHost(host: string): string {
  return host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
}

/** Takes as long for one that is nearly right as for any other. */
function isSame(one: string, other: string): boolean {
  const [ofOne, ofOther] = [one, other].map((text) => createHash('sha256').update(text).digest());
  return ofOne !== undefined && ofOther !== undefined && timingSafeEqual(ofOne, ofOther);
}
