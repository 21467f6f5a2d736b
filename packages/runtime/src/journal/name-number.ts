import { hash } from 'node:crypto';

/** What is written was looked for a moment before. */
const nameNumbers = new Map<string, number>();
const mostNameNumbers = 10_000;

/** Of an element's qualified name in its collection. */
export function nameNumber(collection: string, name: string): number {
  const text = `${collection}\u0000${name}`;
  const known = nameNumbers.get(text);
  if (known !== undefined) return known;
  if (nameNumbers.size >= mostNameNumbers) nameNumbers.clear();
  const number = number48(text);
  nameNumbers.set(text, number);
  return number;
}

/** 48 bits of the SHA-256: as much as a JavaScript number holds exactly. */
export function number48(text: string): number {
  return hash('sha256', text, 'buffer').readUIntBE(0, 6);
}
