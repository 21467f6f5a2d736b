import { hash } from 'node:crypto';
import { remembered } from './remembered.js';

const numberOf = remembered(number48);

/** Of an element's qualified name in its collection. */
export function nameNumber(collection: string, name: string): number {
  return numberOf(`${collection}\u0000${name}`);
}

/** 48 bits of the SHA-256: as much as a JavaScript number holds exactly. */
export function number48(text: string): number {
  return hash('sha256', text, 'buffer').readUIntBE(0, 6);
}
