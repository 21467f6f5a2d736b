import type { PushedElement, Static, TSchema } from '@isthmus/connector-sdk';
import type { HostFacts } from '../recording-host.js';

/**
 * A source for the contract, and what a test can do to it. It holds at least three items and rests unless it is told
 * otherwise. Each ability that is there adds tests; those whose ability is missing are reported as skipped.
 */
export interface ContractSource<S extends TSchema> {
  /** Complete, as after validation with defaults. */
  readonly configuration: Static<S>;
  readonly facts?: HostFacts;
  /** The source as a whole cannot be read any more: the next refresh must fail. */
  readonly break?: () => Promise<void>;
  /** Takes `break` and `breakHalfway` back. */
  readonly mend?: () => Promise<void>;
  /** Reading the source fails after some of its items were given, about halfway. */
  readonly breakHalfway?: () => Promise<void>;
  /** Takes away the right to read a part that holds items. What lies there is still there. */
  readonly forbid?: () => Promise<void>;
  /** From now on each answer of the source takes so long (milliseconds). */
  readonly delay?: (delayMs: number) => Promise<void>;
  /** Adds so many plain items. */
  readonly grow?: (count: number) => Promise<void>;
  /** Adds items whose names are hard to tell apart or to write: blanks, colons, quotes, letter case. @returns how many */
  readonly addOddNames?: () => Promise<number>;
  /** Changes what one item holds, but not its name. */
  readonly change?: () => Promise<void>;
  /** Removes one item for good. */
  readonly remove?: () => Promise<void>;
  /** Gives one item another name. */
  readonly rename?: () => Promise<void>;
  /**
   * Of definitions with `pushes`: what people may have changed of the item that `change` changes, and what the source then
   * shows under the same names.
   */
  readonly pushed?: () => Promise<Pick<PushedElement, 'qualifiedName' | 'changes'>>;
  /**
   * Of connectors with `reconfigure`: another right configuration, best one that it takes over and with which other things
   * are found. After `break` it leads nowhere either.
   */
  readonly reconfigured?: () => Promise<Static<S>>;
  /** What the source holds, as text: it must not change by being read. */
  readonly fingerprint?: () => Promise<string>;
  /** Removes what was made. Also called after a failure. */
  readonly close?: () => Promise<void>;
}

export type Ability = Exclude<keyof ContractSource<TSchema>, 'configuration' | 'facts' | 'close'>;

/** A source that is known to have these abilities. */
export type AbleSource<S extends TSchema, A extends Ability> = ContractSource<S> & {
  readonly [K in A]-?: NonNullable<ContractSource<S>[K]>;
};
