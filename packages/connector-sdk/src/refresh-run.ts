import type { OmisScopes, SupportedKind } from './connector.js';
import type { Finding } from './host-port.js';

/** One refresh: the connector says, scope by scope, what is there; the engine compares, writes and removes. */
export interface RefreshRun<K extends SupportedKind> {
  readonly id: string;
  /** `preview` shows the plan and writes nothing. The connector does the same in both. */
  readonly mode: 'preview' | 'apply';
  /** Aborted when the run is to end early. What was not listed completely by then deletes nothing. */
  readonly signal: AbortSignal;
  /** Names of the scopes that were marked as changed; undefined = list everything. */
  readonly requested: ReadonlySet<string> | undefined;
  /**
   * Opens a part of the source that is listed completely by itself. Names are stable over runs, e.g. `folder:/a/b`.
   * A scope below another one is tied to the item that opens it (`opens`): when that item disappears from a completed
   * scope, everything below goes with it.
   */
  scope(name: string): OmisScopes[K];
  /** Something people should know that is not about one item. */
  finding(finding: Finding): Promise<void>;
  /** How far the run is; shown to people. Items are counted anyway. */
  progress(text: string): void;
}
