import type { Finding, JsonValue, KeptItem, ListingProof, SourceItem } from '@isthmus/connector-sdk';

/** Key and content hash of an item; its body is asked for only when the engine does not know the hash. */
export interface ItemDigest {
  readonly key: string;
  /** SHA-256 over the canonical form of the item's elements, base64url. */
  readonly hash: string;
  readonly sourceVersion?: string;
  readonly opens?: string;
}

/**
 * Where a run's findings go: the sync engine, on the daemon's side. Messages are plain and batched; promises resolve
 * when the engine is ready for more, which is how a fast connector is slowed down.
 */
export interface RunSink {
  /**
   * Items that are there at these versions: those that are known so count as seen. Answers the positions of the others,
   * ascending; at once where nothing is to be read first.
   */
  keep(scope: string, items: readonly KeptItem[]): readonly number[] | Promise<readonly number[]>;
  /** Items that are there. Answers the keys whose bodies are wanted; the others count as seen and unchanged. */
  offer(scope: string, items: readonly ItemDigest[]): Promise<readonly string[]>;
  /** Bodies that were wanted. */
  deliver(scope: string, items: readonly { readonly digest: ItemDigest; readonly body: SourceItem }[]): Promise<void>;
  /**
   * Keys that are known of the scope and were not told in this run so far, from a position on, at most a thousand: those
   * that a certificate would remove.
   */
  missing(scope: string, from: number): Promise<readonly string[]>;
  finding(scope: string | undefined, finding: Finding): Promise<void>;
  /**
   * Every item of the scope was offered, kept or set aside. Writes and deletes are done when it resolves.
   *
   * @param place - names the medium that was listed, e.g. a file system; absent = the connector cannot tell
   */
  complete(scope: string, place?: string, proof?: ListingProof): Promise<void>;
  /** The source says that the item is gone. */
  gone(scope: string, key: string): Promise<void>;
  /** Which source answers; before the first scope. @returns whether the cursor holds: else everything is to be listed */
  source(identity: string): Promise<boolean>;
  /** Keeps the cursor once all that was told before is written. */
  saveCursor(value: JsonValue): Promise<void>;
  /** Goes on as a run that lists everything. Throws CURSOR_REFUSED when a scope was completed already. */
  cursorRefused(): Promise<void>;
  progress(text: string): void;
}
