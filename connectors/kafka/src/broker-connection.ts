import { orAborted } from '@isthmus/connector-sdk/helpers';
import { type API, Connection, ResponseError } from '@platformatic/kafka';
import type { ClientSecurity } from './client-security.js';
import { connectionFault, type Stranger, strangerOf } from './connection-fault.js';
import type { KafkaConfiguration } from './kafka-config.js';
import { codesOf, reasonOf, SourceFault } from './source-fault.js';

/** Beyond any answer to what is asked here: a server that sends more is not believed. */
const largestAnswerBytes = 256 * 1024 * 1024;

export interface ConnectionOptions {
  readonly clientId: string;
  readonly configuration: KafkaConfiguration;
  readonly security: ClientSecurity;
  readonly signal: AbortSignal;
}

/** One connection to one broker. It ends with the signal. */
export class BrokerConnection implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #onAbort = (): void => this.#cut();
  #stranger: Stranger;
  #receivedBytes = 0;
  #isBroken = false;

  private constructor(
    readonly address: string,
    private readonly options: ConnectionOptions,
  ) {
    const { clientId, configuration, security, signal } = options;
    this.#connection = new Connection(clientId, {
      connectTimeout: configuration.connectTimeoutSeconds * 1_000,
      requestTimeout: configuration.requestTimeoutSeconds * 1_000,
      maxInflights: 1,
      ...security,
    });
    // without a listener an error between two questions would end the process
    this.#connection.on('error', () => {
      this.#isBroken = true;
    });
    this.#connection.on('close', () => {
      this.#isBroken = true;
    });
    this.#connection.once('connecting', () => setImmediate(() => this.#listen()));
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** @throws SourceFault */
  static async open(host: string, port: number, options: ConnectionOptions): Promise<BrokerConnection> {
    const { configuration, signal } = options;
    signal.throwIfAborted();
    const address = `${host}:${port}`;
    const opened = new BrokerConnection(address, options);
    try {
      await orAborted(Promise.resolve(opened.#connection.connect(host, port)), signal);
      return opened;
    } catch (error) {
      await opened[Symbol.asyncDispose]();
      signal.throwIfAborted();
      throw connectionFault(error, address, configuration, opened.#stranger);
    }
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  /**
   * Asks one thing. What a broker says against single topics or groups stands in its answer, as their `errorCode`.
   *
   * @throws SourceFault when there is no answer
   */
  async ask<A extends unknown[], T>(api: API<A, T>, ...args: A): Promise<T> {
    const { signal, configuration } = this.options;
    signal.throwIfAborted();
    this.#receivedBytes = 0;
    try {
      return await orAborted(api.async(this.#connection, ...args), signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ResponseError && error.response !== undefined) return error.response;
      // after a question without an answer nobody knows what the next answer belongs to
      this.#cut();
      throw this.#fault(error, configuration);
    }
  }

  #fault(error: unknown, configuration: KafkaConfiguration): SourceFault {
    const [code] = codesOf(error);
    if (/Connection closed|ECONNRESET|EPIPE/.test(`${reasonOf(error)} ${code ?? ''}`))
      return connectionFault(error, this.address, configuration, this.#stranger);
    return new SourceFault('reach', `${this.address} gave no answer (${reasonOf(error)})`, code);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.options.signal.removeEventListener('abort', this.#onAbort);
    this.#cut();
  }

  /** Looks at what comes in beside the client, which would wait for the rest of an answer of any length. */
  #listen(): void {
    const { socket } = this.#connection;
    let isFirst = true;
    socket?.on('data', (chunk: Uint8Array) => {
      if (isFirst) this.#stranger = strangerOf(chunk);
      isFirst = false;
      this.#receivedBytes += chunk.length;
      if (this.#stranger !== undefined || this.#receivedBytes > largestAnswerBytes) this.#cut();
    });
  }

  #cut(): void {
    this.#isBroken = true;
    this.#connection.socket?.destroy();
    // takes its timers away
    void Promise.resolve(this.#connection.close()).catch(() => undefined);
  }
}
