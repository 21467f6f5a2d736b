import type { Properties, PropertyValue } from '@isthmus/model';
import type { SourceItem } from './host-port.js';

/** An element that somebody changed in the metadata server, read again, as plain data. */
export interface PushedElement {
  readonly guid: string;
  readonly typeName: string;
  readonly qualifiedName: string;
  /** `deleted`: somebody deleted it. A source that deletes its own answers `gone`; otherwise a refresh brings it back. */
  readonly state: 'live' | 'deleted';
  /** All that the metadata server holds; of a deleted one nothing. */
  readonly properties: Properties;
  /**
   * What the source is to take over, by name: a property, or one key of a map as `additionalProperties.<key>`. Fields that
   * the source has a say in by policy are not among them.
   */
  readonly changes: Readonly<Record<string, PropertyValue>>;
  /** What the connector said of it last; absent = the source does not have it yet. */
  readonly item?: { readonly scope: string; readonly key: string; readonly sourceVersion?: string };
}

/**
 * What became of one element. `written`: the source took it, and shows it as `item` now. `conflict`: the source has changed
 * since `sourceVersion`, nothing was written, and it shows `item` now: the policy decides per field, and what is still to
 * be written comes again. `gone`: the source does not have it, or has no longer. `refused`: it cannot take it.
 */
export type PushAnswer =
  | {
      readonly qualifiedName: string;
      readonly outcome: 'written' | 'conflict';
      readonly scope: string;
      readonly item: SourceItem;
    }
  | { readonly qualifiedName: string; readonly outcome: 'gone' }
  | { readonly qualifiedName: string; readonly outcome: 'refused'; readonly message: string };

/** Elements in one call of `push`. */
export const mostPushedAtOnce = 100;
