/** Stands before the hash of an item that is not yet as it should be; no hash begins so. */
const mark = '~';

/** As a row keeps it. To whoever asks for the item its hash is unknown; others who touch it take this away too. */
export function awaitingHash(hash: string): string {
  return `${mark}${hash}`;
}

/** The hash as it is told of a row. */
export function knownHash(stored: string): string {
  return stored.startsWith(mark) ? '' : stored;
}

/** SQL: whether the row is told with an empty hash. */
export const isHashUnknown = `(item.hash = '' OR item.hash GLOB '${mark}*')`;

/** SQL: the hash of the item's content, whether it awaits something or not; null where it is not known. */
export const contentHash = `nullif(ltrim(hash, '${mark}'), '')`;
