import { type Clock, type ErrorReport, type Logger, messageOf, toErrorReport } from '@isthmus/kernel';
import type { NamedServer, Readiness, ServerDocument, ServerStatus } from '../server-kind.js';

/** What a server is made of, anew at each start. */
export interface ServerMaking {
  readonly kind: string;
  /** Egeria's name of the kind. */
  readonly serverType: string | undefined;
  /** Absent: the server comes from the configuration of the process. */
  readonly document: ServerDocument | undefined;
  /** Changes of the stored document of its name concern it; false: it was started from one that was sent. */
  readonly followsStored: boolean;
  make(): NamedServer;
}

/** Epoch milliseconds; no end: it is on. */
export interface ServerPeriod {
  readonly startedAt: number;
  readonly endedAt?: number;
}

/** A server as the platform tells of it, whatever its state. */
export interface ServerFacts {
  readonly name: string;
  readonly kind: string;
  readonly serverType: string | undefined;
  readonly status: ServerStatus;
  readonly services: readonly string[];
  /** With which it was started last, or reconfigured since. */
  readonly document: ServerDocument | undefined;
  /** Starts, oldest first; the last ones are kept. */
  readonly periods: readonly ServerPeriod[];
}

const periodsKept = 50;

/** One name of the platform and the server that runs under it, if one does. What is asked of it happens one by one. */
export class HostedServer {
  #making: ServerMaking;
  #server: NamedServer | undefined;
  #state: ServerStatus['state'] = 'stopped';
  #failure: ErrorReport | undefined;
  #isWanted = true;
  /** Its first start has ended, well or not. */
  #hasBegun = false;
  #document: ServerDocument | undefined;
  /** The stored document that it was started from has been removed; one that comes after it is another. */
  #isDetached = false;
  readonly #periods: ServerPeriod[] = [];
  #last: Promise<unknown> = Promise.resolve();
  #asked = 0;

  constructor(
    readonly name: string,
    making: ServerMaking,
    private readonly clock: Clock,
    private readonly logger: Logger,
    /** The process starts with it. */
    private readonly isOfProcess: boolean,
  ) {
    this.#making = making;
    this.#document = making.document;
  }

  get making(): ServerMaking {
    return this.#making;
  }

  /** The server while it runs. */
  get running(): NamedServer | undefined {
    return this.#state === 'running' ? this.#server : undefined;
  }

  /** Nothing of it runs, and nothing is asked of it. */
  get isResting(): boolean {
    return this.#server === undefined && this.#asked === 0;
  }

  /** Epoch milliseconds; undefined: never. */
  get lastStartedAt(): number | undefined {
    return this.#periods.at(-1)?.startedAt;
  }

  /**
   * Starts it; one that runs is stopped first.
   *
   * @param making - asked when its turn comes: until then its document may change
   * @throws what the start throws; what had been opened is closed again and the server counts as failed
   */
  start(making: () => ServerMaking, signal: AbortSignal): Promise<void> {
    return this.#inTurn(async () => {
      signal.throwIfAborted();
      // made before the old one stops: what cannot be made leaves it running
      const [made, server] = this.#made(making);
      await this.#endOrWarn('what ran before could not be closed');
      this.#making = made;
      this.#document = made.document;
      this.#isDetached = false;
      this.#isWanted = true;
      this.#failure = undefined;
      this.#state = 'starting';
      this.#server = server;
      this.#periods.push({ startedAt: this.clock.now() });
      if (this.#periods.length > periodsKept) this.#periods.shift();
      try {
        await server.start(signal);
        this.#state = 'running';
        this.#log().info('server started');
      } catch (error) {
        await this.#fail(error);
        throw error;
      }
    }).finally(() => {
      this.#hasBegun = true;
    });
  }

  /** @returns false when nothing ran */
  stop(): Promise<boolean> {
    return this.#inTurn(async () => {
      this.#isWanted = false;
      this.#failure = undefined;
      return await this.#end();
    });
  }

  /**
   * Its stored document was removed. What is stored under its name from then on may be put together call by call: a
   * server that runs does not follow that, it would stop whatever is not there yet. Its next start does.
   */
  detach(): Promise<void> {
    return this.#inTurn(async () => {
      this.#isDetached = true;
    });
  }

  /** Hands a changed document to the server that runs. @returns whether it holds already, not only from the next start */
  reconfigure(document: ServerDocument | undefined): Promise<boolean> {
    return this.#inTurn(async () => {
      const server = this.running;
      if (server?.reconfigure === undefined || !this.#making.followsStored || this.#isDetached) return false;
      await server.reconfigure(document);
      this.#document = document;
      return true;
    });
  }

  status(): ServerStatus {
    const { name } = this;
    const base = { name, kind: this.#making.kind, isWanted: this.#isWanted, readiness: this.#readiness() };
    if (this.#failure !== undefined)
      return { ...base, state: 'failed', ready: false, message: this.#failure.message, code: this.#failure.code };
    const own = this.#state === 'running' ? this.#server?.status() : undefined;
    if (own !== undefined) return { ...own, ...base };
    return { ...base, state: this.#state, ready: false };
  }

  facts(): ServerFacts {
    const { kind, serverType } = this.#making;
    const document = this.#document;
    return {
      name: this.name,
      kind,
      serverType,
      status: this.status(),
      services: this.running?.services ?? [],
      document: document && { ...document, ...(serverType === undefined ? {} : { localServerType: serverType }) },
      periods: [...this.#periods],
    };
  }

  #readiness(): Readiness {
    if (!this.isOfProcess || !this.#isWanted) return 'ignored';
    return this.#hasBegun ? 'counted' : 'awaited';
  }

  #made(making: () => ServerMaking): readonly [ServerMaking, NamedServer] {
    try {
      const made = making();
      return [made, made.make()];
    } catch (error) {
      if (this.#server === undefined) {
        this.#failure = toErrorReport(error);
        this.#log().error('server cannot be made', { error: this.#failure });
      }
      throw error;
    }
  }

  /** Its start did not end well: nothing of it is left behind. */
  async #fail(error: unknown): Promise<void> {
    this.#failure = toErrorReport(error);
    this.#log().error('server did not start', { error: this.#failure });
    await this.#endOrWarn('a server that did not start could not be closed');
  }

  async #endOrWarn(message: string): Promise<void> {
    try {
      await this.#end();
    } catch (error) {
      this.#log().warn(message, { error: messageOf(error) });
    }
  }

  async #end(): Promise<boolean> {
    const server = this.#server;
    if (server === undefined) return false;
    this.#state = 'stopping';
    try {
      await server[Symbol.asyncDispose]();
    } finally {
      this.#server = undefined;
      this.#state = 'stopped';
      const last = this.#periods.pop();
      if (last !== undefined) this.#periods.push({ ...last, endedAt: this.clock.now() });
    }
    return true;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#asked += 1;
    const result = this.#last.then(work).finally(() => {
      this.#asked -= 1;
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  #log(): Logger {
    return this.logger.child({ server: this.name, kind: this.#making.kind });
  }
}
