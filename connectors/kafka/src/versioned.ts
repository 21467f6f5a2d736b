import { hash } from 'node:crypto';

export type Versioned<T> = T & { readonly sourceVersion: string };

/** With a version that changes when anything that is said changes. */
export function versioned<T extends object>(told: T): Versioned<T> {
  return { ...told, sourceVersion: hash('sha256', JSON.stringify(told), 'base64url') };
}
