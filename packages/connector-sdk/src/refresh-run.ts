import type { CatalogTarget } from './catalog-target.js';
import type { OmisScopes, SupportedKind } from './connector.js';
import type { Finding, JsonValue } from './host-port.js';

/** One refresh: the connector says, scope by scope, what is there; the engine compares, writes and removes. */
export interface RefreshRun<K extends SupportedKind, C = unknown> {
  readonly id: string;
  /** `preview` shows the plan and writes nothing. The connector does the same in both. */
  readonly mode: 'preview' | 'apply';
  /** Aborted when the run is to end early. What was not listed completely by then deletes nothing. */
  readonly signal: AbortSignal;
  /** Names of the scopes that were marked as changed; undefined = list everything. */
  readonly requested: ReadonlySet<string> | undefined;
  /** What this run is about; undefined = what the connector's own connection leads to. Each target is a run of its own. */
  readonly target: CatalogTarget<C> | undefined;
  /**
   * What `saveCursor` was given last for this connector and target, when the run may go on from there; undefined = list
   * everything.
   */
  readonly cursor: JsonValue | undefined;
  /**
   * True: say only what changed since the cursor, with `scope.gone` for what is gone. What is not said is unchanged, and
   * completing a scope removes nothing else. Every so-many-th run lists everything all the same.
   */
  readonly incremental: boolean;
  /**
   * Which source answers, whatever its address: what it keeps with its data, as the identifier of a server's or a cluster's
   * data, so that a copy at another address is the same one (1 to 200 characters). Told before the first scope. When it is
   * another one than before, the run lists everything, and nothing that was known is removed, parts of what is still there
   * neither, until a run misses nothing or people confirm.
   */
  source(identity: string): Promise<void>;
  /**
   * Keeps where the next run may go on: at most 64 KiB as JSON. Resolves when all that was said before is written, so that
   * stopping at any moment loses nothing. Do not wait for it where many items follow; the last one counts.
   */
  saveCursor(value: JsonValue): Promise<void>;
  /**
   * The source does not take the cursor any more. From here on the run is a full one: list everything. Before the first
   * `complete` only; later throw `cursorRefused`, and the next run is a full one.
   */
  cursorRefused(): Promise<void>;
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
