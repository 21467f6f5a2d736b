import { hash } from 'node:crypto';
import { remembered } from './remembered.js';

/** 64 characters. */
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** Of a name's end: where things are numbered, thousands of neighbours differ in these alone. */
const endLength = 7;

/**
 * Of an element's qualified name in its collection: 48 bits of the SHA-256, and before them two characters of the folder
 * that the name lies in and two of the name without its end. So claims that are written together lie together in their
 * tree, and a batch touches few pages of it.
 */
export function claimKey(collection: string, name: string): string {
  return keyOf(`${collection}\u0000${name}`);
}

const keyOf = remembered((text) => {
  const name = text.slice(text.indexOf('\u0000') + 1);
  const folderLength = name.lastIndexOf('/') + 1;
  const place = shortHash(name, folderLength) + shortHash(name, Math.max(folderLength, name.length - endLength));
  return place + hash('sha256', text, 'base64url').slice(0, 8);
});

/** Twelve bits of the first characters: which ones is of no matter, as long as they are always the same. */
function shortHash(text: string, length: number): string {
  let bits = 0x811c9dc5;
  for (let index = 0; index < length; index += 1) bits = Math.imul(bits ^ text.charCodeAt(index), 0x01000193);
  bits ^= bits >>> 15;
  return `${digits[bits & 63]}${digits[(bits >>> 6) & 63]}`;
}
