import type { Clock, Logger, Scheduled } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';
import type { StoredTarget, TargetReader } from '../targets/stored-target.js';
import { scopesOfTarget } from '../targets/target-scopes.js';
import { readTargets, specsOf } from './read-targets.js';
import type { TargetBoard } from './target-board.js';

/** How often targets are read although nobody told of a change: some servers tell of none. */
const pollMs = 5 * 60_000;
const retryMs = 10_000;
const readTimeoutMs = 30_000;

export interface TargetWatchParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly reader: TargetReader;
  readonly board: TargetBoard;
  readonly connectorGuid: string;
  readonly registration: Registration;
  /** Asks for a run over what has changed. */
  readonly onChange: (scopes: readonly string[]) => void;
  /** What people see, or what the watch is to be told of, is another now. */
  readonly onShown: () => void;
}

/**
 * Holds what people see of a connector's catalog targets, and what runs, to the targets that the metadata server has:
 * reads them when something told of a change, and now and then. A target that came or changed is run, one that went is
 * told to the connector; the others are left alone. Until that run has begun each reading asks for it again.
 */
export class TargetWatch {
  #isLooking = false;
  #again = false;
  #timer: Scheduled | undefined;
  readonly #closing = new AbortController();
  #guids: ReadonlySet<string> = new Set();
  #types: readonly string[] = [];

  constructor(private readonly parts: TargetWatchParts) {
    this.look();
  }

  /** Elements that the targets consist of: a change of one is a reason to look. */
  get guids(): ReadonlySet<string> {
    return this.#guids;
  }

  /** Types of the elements that are targets. */
  get types(): readonly string[] {
    return this.#types;
  }

  /** Something may have changed. However often it is said, one reading is under way and one waits. */
  look(): void {
    if (this.#closing.signal.aborted) return;
    this.#again = true;
    if (!this.#isLooking) void this.#lookAll();
  }

  close(): void {
    this.#closing.abort();
    this.#timer?.cancel();
  }

  async #lookAll(): Promise<void> {
    const { clock, logger, connectorGuid, reader } = this.parts;
    this.#timer?.cancel();
    this.#isLooking = true;
    let nextMs = pollMs;
    while (this.#again && !this.#closing.signal.aborted) {
      this.#again = false;
      try {
        const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(readTimeoutMs)]);
        const stored = await reader.read(connectorGuid, signal);
        if (!this.#closing.signal.aborted) this.#take(stored);
      } catch (error) {
        // What is shown and run stays as it was read last.
        logger.debug('catalog targets cannot be read', { error });
        nextMs = retryMs;
      }
    }
    this.#isLooking = false;
    if (!this.#closing.signal.aborted) this.#timer = clock.schedule(nextMs, () => this.look());
  }

  #take(stored: readonly StoredTarget[]): void {
    const { board, registration, logger, onChange, onShown } = this.parts;
    const targets = readTargets(registration, stored);
    const specs = specsOf(targets);
    for (const { name, fault } of board.show(targets))
      logger.warn('catalog target is not run over', { target: name, code: fault?.code, reason: fault?.message });
    this.#guids = new Set(stored.flatMap(({ consistsOf }) => consistsOf));
    this.#types = [...new Set(stored.map(({ element }) => element.typeName))];
    const changed = board.due(specs);
    if (changed.length > 0) {
      logger.info('catalog targets have changed', { count: changed.length, targets: changed.slice(0, 20) });
      onChange(changed.flatMap((name) => scopesOfTarget(name, undefined)));
    }
    onShown();
  }
}
