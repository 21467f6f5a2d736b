import type { Finding, KeptItem, ListingProof, SourceItem } from '../host-port.js';

/** A part of a source that is listed completely or not at all, whatever its items are. */
export interface GenericScope {
  /** One thing of the source, ready to be written. Resolves when the engine is ready for more. */
  put(item: SourceItem): Promise<void>;
  /** "Still there, unchanged", without reading the content. False: not known at this version, so send it. */
  keep(key: string, sourceVersion: string): Promise<boolean>;
  /**
   * The same of many at once, at a fraction of the cost.
   *
   * @returns those that are not known at their version, in the given order: send them
   */
  keepKnown<T extends KeptItem>(items: readonly T[]): Promise<readonly T[]>;
  /** With `key`, that item is set aside: it is neither written nor taken as missing. */
  finding(finding: Finding): Promise<void>;
  /**
   * Keys that are known of the scope from earlier runs and were not told in this one so far: for sources that leave out
   * what their user may not see. Ask the source for each by its name, and set aside by a finding with its `key` what it
   * does not say is gone; then `complete`. In a run that goes on from a cursor there are none.
   */
  missing(): Promise<readonly string[]>;
  /** The source says that the item is gone: in a run that goes on from a cursor, the only way to have it removed. */
  gone(key: string): Promise<void>;
  /**
   * Call it only when every item was seen, or, in a run that goes on from a cursor, every change. Resolves when writes and deletes are done.
   *
   * @param options.place - what identifies the medium that was listed (at most 200 characters); when it changed and
   *   less than half of what was known was seen, nothing is removed until people confirm. Default: unknown
   */
  complete(options?: { readonly place?: string } & ListingProof): Promise<void>;
}
