import { hash } from 'node:crypto';

export type Versioned<T> = T & { readonly sourceVersion: string };

/**
 * For sources that keep no version of their things: the version is a hash of all that is said of one, so that nothing of
 * it can change unseen. Say it in the same order each time.
 */
export function versioned<T extends object>(told: T): Versioned<T> {
  return { ...told, sourceVersion: hash('sha1', JSON.stringify(told), 'base64') };
}
