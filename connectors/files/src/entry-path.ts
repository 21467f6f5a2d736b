import { Buffer, isUtf8 } from 'node:buffer';

/**
 * File names are bytes; open metadata has text. A name that is UTF-8 stands as it is. A byte that is not part of UTF-8
 * stands as `\xHH` (upper case). So that two different names never give one text, a real backslash that would read as
 * such an escape (it is followed by `x` and two upper case hex digits) stands as `\x5C`. `textToBytes` turns it back.
 */
export function nameToText(name: Buffer): string {
  if (isUtf8(name)) return escapeAmbiguous(name.toString('utf8'));
  let text = '';
  let plainFrom = 0;
  let position = 0;
  while (position < name.length) {
    const length = characterLength(name, position);
    if (length > 0) {
      position += length;
      continue;
    }
    text += escapeAmbiguous(name.toString('utf8', plainFrom, position));
    text += `\\x${(name[position] ?? 0).toString(16).toUpperCase().padStart(2, '0')}`;
    position += 1;
    plainFrom = position;
  }
  return text + escapeAmbiguous(name.toString('utf8', plainFrom));
}

/** Names that are joined by NUL, which no name holds. */
export function namesToText(names: Buffer): readonly string[] {
  if (!isUtf8(names)) return namesToBytes(names).map(nameToText);
  const texts = names.toString('utf8').split('\0');
  return names.includes('\\x') ? texts.map(escapeAmbiguous) : texts;
}

function namesToBytes(names: Buffer): readonly Buffer[] {
  return names
    .toString('latin1')
    .split('\0')
    .map((name) => Buffer.from(name, 'latin1'));
}

/** The bytes that `nameToText` was given; works on whole paths too. */
export function textToBytes(text: string): Buffer {
  const parts: Buffer[] = [];
  let plainFrom = 0;
  for (const match of text.matchAll(/\\x([0-9A-F]{2})/g)) {
    parts.push(Buffer.from(text.slice(plainFrom, match.index), 'utf8'), Buffer.from(match[1] ?? '', 'hex'));
    plainFrom = match.index + match[0].length;
  }
  parts.push(Buffer.from(text.slice(plainFrom), 'utf8'));
  return Buffer.concat(parts);
}

/** Base64 of the name's bytes when they are not UTF-8, so that nothing is lost. */
export function lostBytes(text: string): string | undefined {
  if (!text.includes('\\x')) return undefined;
  const bytes = textToBytes(text);
  return isUtf8(bytes) ? undefined : bytes.toString('base64');
}

/** What the operating system is asked for: text where that is exact, bytes otherwise. */
export type SystemPath = string | Buffer;

/** @param path - below the root, starting with `/`, as text */
export function systemPath(root: string, path: string): SystemPath {
  const prefix = root === '/' ? '' : root;
  if (path === '/') return root;
  return path.includes('\\x') ? Buffer.concat([Buffer.from(prefix, 'utf8'), textToBytes(path)]) : prefix + path;
}

/** Absolute path for people and for `pathName`. */
export function absolutePath(root: string, path: string): string {
  if (path === '/') return root;
  return root === '/' ? path : root + path;
}

export function childPath(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}

/** Undefined for the root. */
export function parentPath(path: string): string | undefined {
  if (path === '/') return undefined;
  const end = path.lastIndexOf('/');
  return end === 0 ? '/' : path.slice(0, end);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function escapeAmbiguous(text: string): string {
  return text.includes('\\x') ? text.replace(/\\(?=x[0-9A-F]{2})/g, '\\x5C') : text;
}

/** Bytes of the UTF-8 character at this place; 0 when there is none. */
function characterLength(bytes: Buffer, position: number): number {
  const first = bytes[position] ?? 0;
  const length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length === 0 || position + length > bytes.length) return 0;
  return isUtf8(bytes.subarray(position, position + length)) ? length : 0;
}
