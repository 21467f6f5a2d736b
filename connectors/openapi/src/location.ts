import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { sourceUnreadable } from '@isthmus/connector-sdk';

/** A configured place of documents. */
export type Location =
  | { readonly kind: 'url'; readonly url: string; readonly names: readonly string[]; readonly scope: string }
  | {
      readonly kind: 'path';
      readonly path: string;
      /** What the documents of a folder are named below; undefined = as the configuration does not say. */
      readonly name: string | undefined;
      readonly scope: string;
    };

/**
 * `https://host/api.json`, `/folder`, `file:///folder/api.yaml`, each also as `name=<place>`.
 *
 * @throws SOURCE_UNREADABLE when it is none of them, or holds a password
 */
export function locationOf(text: string): Location {
  const [, name, place = text] = /^([^=/:?#]+)=(.+)$/s.exec(text) ?? [];
  const scope = `location:${encodeURIComponent(name ?? withoutQuery(place))}`;
  if (/^https?:/i.test(place)) {
    const url = URL.parse(place);
    if (url === null || url.hostname === '') throw misfit(text, 'is no URL');
    if (url.username !== '' || url.password !== '')
      throw misfit(withoutUser(place), 'holds a user; give `user` and `password`, or `token`, instead');
    url.hash = '';
    return { kind: 'url', url: url.href, scope, names: name === undefined ? namesOfUrl(url) : [name] };
  }
  const path = /^file:/i.test(place) ? pathOfFileUrl(place) : place;
  if (path === undefined || !isAbsolute(path) || path.includes('\0'))
    throw misfit(text, 'is neither an http(s) URL nor an absolute path');
  return { kind: 'path', path: resolve(path), name, scope };
}

/** Without what may be a secret: the query stays out of names. */
function namesOfUrl(url: URL): readonly string[] {
  const path = url.pathname.split('/').filter((part) => part !== '');
  return [url.host, ...path.map(decoded)];
}

export function uriOfPath(path: string): string {
  return pathToFileURL(path).href;
}

function pathOfFileUrl(place: string): string | undefined {
  try {
    return fileURLToPath(place);
  } catch {
    return undefined;
  }
}

/** For people: an address that tells no secrets. */
export function withoutQuery(address: string): string {
  return withoutUser(address).replace(/[?#].*$/s, '');
}

function withoutUser(address: string): string {
  return address.replace(/\/\/[^/?#]*@/, '//');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function misfit(text: string, fault: string): Error {
  return sourceUnreadable(
    `\`locations\`: ${withoutQuery(text)} ${fault}; write https://host/path, /absolute/path, or name=<one of these>`,
  );
}
