import type { PropertyValue } from '@isthmus/model';
import type { FieldConflict, SyncOwner } from './journal.js';

/** What a connector holds back until people decide. */
export type Dispute = {
  /** Of this daemon; does not come again. */
  readonly id: string;
  readonly owner: SyncOwner;
  readonly qualifiedName: string;
  /** Since when, epoch ms. */
  readonly at: number;
} & (
  | {
      /** Both sides have set the field, and the policy asks. */
      readonly kind: 'field';
      readonly field: string;
      readonly hubValue: PropertyValue;
      /** Absent: the source has none any more. */
      readonly sourceValue?: PropertyValue;
      readonly by?: string;
      /** It is a property of a relationship that the element tells. */
      readonly link?: FieldConflict['link'];
    }
  | {
      /** The element was there before, and the registration says that such are only reported. */
      readonly kind: 'element';
      readonly scope: string;
      readonly key: string;
    }
);

/** That what the metadata server has stays, by people's word. */
export interface KeptByDecision {
  readonly owner: SyncOwner;
  readonly qualifiedName: string;
  /** Absent: the whole element is left alone. */
  readonly field?: string;
}

export interface DisputeCounts {
  readonly connectorGuid: string;
  readonly fields: number;
  readonly elements: number;
}

/** `adopt`: the connector writes it from now on. `leave`: it is left alone and no longer reported as an error. */
export type ElementDecision = 'adopt' | 'leave';

export interface ReportedElement {
  readonly qualifiedName: string;
  readonly scope: string;
  readonly key: string;
}

/** Elements of one owner that are remembered as reported. */
export const mostReported = 10_000;

export interface DisputeJournal {
  /** Open ones, fields first, each kind oldest first. @param after - id of the last one of the page before */
  open(connectorGuid: string, after: string | undefined, limit: number): Promise<readonly Dispute[]>;
  /** Those of these ids that are open still. */
  find(connectorGuid: string, ids: readonly string[]): Promise<readonly Dispute[]>;
  /** Of connectors that have any, at most 1,000. */
  counts(): Promise<readonly DisputeCounts[]>;
  /** What the metadata server has stays, until the source has another value. */
  keep(disputes: readonly Dispute[]): Promise<void>;
  /** The source's value was written, or the element may be: it is disputed no longer. */
  settle(disputes: readonly Dispute[]): Promise<void>;
  /**
   * Takes back that what the metadata server has stays: of an element, or of one of its fields.
   *
   * @returns whose decisions those were, each owner as often as it had one
   */
  release(connectorGuid: string, qualifiedName: string, field: string | undefined): Promise<readonly SyncOwner[]>;
  /** What `keep` decided and nobody took back, in a stable order. @param skipped - so many of them are passed over */
  kept(connectorGuid: string, skipped: number, limit: number): Promise<readonly KeptByDecision[]>;
  /** These were there before. What people decided of them stays. */
  report(owner: SyncOwner, elements: readonly ReportedElement[], at: number): Promise<void>;
  /** What people decided, by qualified name. */
  decisions(owner: SyncOwner, names: readonly string[]): Promise<ReadonlyMap<string, ElementDecision>>;
  /** They are no longer there. */
  gone(owner: SyncOwner, names: readonly string[]): Promise<void>;
}
