import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { orAborted } from '@isthmus/connector-sdk/helpers';
import { connect, type IClientOptions, type IClientSubscribeOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import { BrokerFault, closed, faultOf, silent, speaksOtherVersion } from './faults.js';
import type { MqttConfiguration } from './mqtt-config.js';
import type { HeardMessage } from './topic-book.js';

export const versionTopic = '$SYS/broker/version';

const unusedFilter = 'isthmus/is-anybody-there';
const ownWord = 'resubscribe';
const reconnectMs = 2_000;
/** MQTT 3.1.1 and 5, as they are numbered on the wire. */
const numbers = { '3.1.1': 4, '5': 5 } as const;

export interface SessionParts {
  readonly configuration: MqttConfiguration;
  /** The name of the client begins with it. */
  readonly clientName: string;
  heard(message: HeardMessage): void;
  /** The connection came back or was lost. */
  connected(isConnected: boolean): void;
}

/** A log-in at a broker, which publishes nothing and keeps nothing at the broker: a clean session without a will. */
export class BrokerSession implements AsyncDisposable {
  /** What the broker says of itself. */
  brokerVersion: string | undefined;
  /** Aborted when the connection ends: what was asked on it is never answered. */
  #lost = new AbortController();

  private constructor(
    private readonly client: MqttClient,
    private readonly parts: SessionParts,
    readonly protocol: '5' | '3.1.1',
  ) {
    client.on('message', (topic, payload, packet) => this.#heard(topic, payload, packet));
    client.on('connect', () => parts.connected(true));
    client.on('close', () => {
      this.#lost.abort(new Error('the connection was lost'));
      this.#lost = new AbortController();
      parts.connected(false);
    });
    // without a listener an error of a later connection would end the process; the next run tells of it
    client.on('error', () => undefined);
    // by itself from here on
    client.options.reconnectPeriod = reconnectMs;
  }

  /** @throws BrokerFault */
  static async open(parts: SessionParts, signal: AbortSignal): Promise<BrokerSession> {
    const { configuration } = parts;
    const { protocol } = configuration;
    try {
      if (protocol !== 'auto') return new BrokerSession(await dial(parts, protocol, signal), parts, protocol);
      try {
        return new BrokerSession(await dial(parts, '5', signal), parts, '5');
      } catch (error) {
        signal.throwIfAborted();
        if (!speaksOtherVersion(error) && !(error instanceof Unspoken)) throw error;
        return new BrokerSession(await dial(parts, '3.1.1', signal), parts, '3.1.1');
      }
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Unspoken) throw closed(configuration);
      throw faultOf(error, configuration);
    }
  }

  get isConnected(): boolean {
    return this.client.connected;
  }

  /**
   * @param again - what is retained was heard a short time ago
   * @returns filters that the broker refuses
   */
  async listen(filters: readonly string[], again: boolean, signal: AbortSignal): Promise<readonly string[]> {
    const refused: string[] = [];
    for (const filter of filters) if (!(await this.#subscribe(filter, again, signal))) refused.push(filter);
    return refused;
  }

  /**
   * Has the broker send once more what is retained there, and nothing else from then on.
   *
   * @param held - filters that are listened to anyhow
   * @returns filters that the broker refuses
   */
  async repeatRetained(
    filters: readonly string[],
    held: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const passing = filters.filter((filter) => !held.includes(filter));
    try {
      const granted = await Promise.all(filters.map((filter) => this.#subscribe(filter, false, signal)));
      return filters.filter((_, place) => granted[place] !== true);
    } finally {
      if (passing.length > 0) await this.pause(passing);
    }
  }

  async pause(filters: readonly string[]): Promise<void> {
    if (this.client.connected) await this.client.unsubscribeAsync([...filters]).catch(() => undefined);
  }

  /**
   * A question that the broker has to answer: a connection may be half open, and then everything just seems silent.
   *
   * @throws BrokerFault when it does not
   */
  async signOfLife(signal: AbortSignal): Promise<void> {
    const { configuration } = this.parts;
    const deadline = AbortSignal.timeout(configuration.connectTimeoutSeconds * 1_000);
    try {
      // it is answered whatever one may do, and changes nothing: nobody listens at this filter
      const answer = this.client.unsubscribeAsync(unusedFilter);
      await orAborted(answer, AbortSignal.any([signal, deadline, this.#lost.signal]));
    } catch {
      signal.throwIfAborted();
      throw deadline.aborted ? silent(configuration) : closed(configuration);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.removeAllListeners('message');
    await end(this.client);
  }

  /** @returns false when the broker refuses it */
  async #subscribe(filter: string, again: boolean, signal: AbortSignal): Promise<boolean> {
    const { configuration } = this.parts;
    const options: IClientSubscribeOptions =
      this.protocol === '5' ? { qos: 0, rap: true, rh: again && filter !== versionTopic ? 2 : 0 } : { qos: 0 };
    const deadline = AbortSignal.timeout(configuration.connectTimeoutSeconds * 1_000);
    try {
      const granted = await orAborted(
        // else the client keeps to itself what it has subscribed to already; a word of its own is no name in a map
        filter === ownWord
          ? this.client.subscribeAsync(filter, options)
          : this.client.subscribeAsync(Object.assign({ [filter]: options }, { [ownWord]: true } as const)),
        AbortSignal.any([signal, deadline, this.#lost.signal]),
      );
      return granted.length > 0 && granted.every(({ qos }) => qos < 128);
    } catch (error) {
      signal.throwIfAborted();
      if (deadline.aborted || !this.client.connected) throw silent(configuration);
      if (isRefusal(error)) return false;
      throw faultOf(error, configuration);
    }
  }

  #heard(topic: string, payload: Buffer, packet: IPublishPacket): void {
    if (topic === versionTopic) this.brokerVersion = payload.subarray(0, 200).toString('utf8');
    else this.parts.heard({ topic, payload, isRetained: packet.retain, contentType: packet.properties?.contentType });
  }
}

/** The connection ended before the broker had answered. */
class Unspoken extends Error {}

/** One attempt; whatever it opened is closed when it fails. */
async function dial(parts: SessionParts, protocol: '5' | '3.1.1', signal: AbortSignal): Promise<MqttClient> {
  const { configuration } = parts;
  const client = connect(await optionsOf(parts, protocol));
  const deadline = AbortSignal.timeout(configuration.connectTimeoutSeconds * 1_000);
  try {
    await orAborted(
      new Promise<void>((resolve, reject) => {
        client.once('connect', () => resolve());
        client.on('error', reject);
        client.once('close', () => reject(new Unspoken()));
      }),
      AbortSignal.any([signal, deadline]),
    );
    return client;
  } catch (error) {
    client.on('error', () => undefined);
    await end(client);
    signal.throwIfAborted();
    if (deadline.aborted) throw silent(configuration);
    throw error;
  }
}

async function optionsOf(
  { configuration, clientName }: SessionParts,
  protocol: '5' | '3.1.1',
): Promise<IClientOptions> {
  const { host, port, user, password, tls, connectTimeoutSeconds, maxPayloadBytes } = configuration;
  return {
    host,
    port,
    protocol: tls === 'off' ? 'mqtt' : 'mqtts',
    protocolVersion: numbers[protocol],
    clientId: `${clientName.replace(/[^\w.-]/g, '-').slice(0, 40)}-${randomBytes(4).toString('hex')}`,
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
    clean: true,
    keepalive: 30,
    reconnectPeriod: 0,
    // whoever listens asks again, for what is retained too
    resubscribe: false,
    connectTimeout: connectTimeoutSeconds * 1_000,
    // larger messages are not even sent to us
    ...(protocol === '5' ? { properties: { maximumPacketSize: maxPayloadBytes + 65_536 + 1_024 } } : {}),
    ...(await tlsOf(configuration)),
  };
}

async function tlsOf({ tls, caFile, host }: MqttConfiguration): Promise<IClientOptions> {
  if (tls === 'off') return {};
  if (tls === 'require') return { rejectUnauthorized: false };
  const servername = /^[\d.:]+$/.test(host) ? {} : { servername: host };
  if (caFile === undefined) return { rejectUnauthorized: true, ...servername };
  try {
    return { rejectUnauthorized: true, ...servername, ca: await readFile(caFile) };
  } catch (error) {
    const code = error instanceof Error ? error.message : String(error);
    throw new BrokerFault('reach', `the file of \`caFile\` cannot be read (${code})`);
  }
}

async function end(client: MqttClient): Promise<void> {
  client.options.reconnectPeriod = 0;
  if (client.disconnected || !client.connected) client.end(true);
  else await Promise.race([client.endAsync(), new Promise((done) => setTimeout(done, 500).unref())]);
  client.stream?.destroy();
}

function isRefusal(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return typeof error.code === 'number' && error.code >= 128;
}
