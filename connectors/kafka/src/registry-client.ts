import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Pace } from '@isthmus/connector-sdk/helpers';
import axios, { type AxiosInstance } from 'axios';
import { authorityOf } from './client-security.js';
import type { KafkaConfiguration } from './kafka-config.js';
import { isCompatibility, isSubject, isTexts, isVersions, toSubject } from './registry-answers.js';
import type { SubjectRow } from './rows.js';
import { codesOf, reasonOf, SourceFault } from './source-fault.js';

const connectionsAtOnce = 4;
/** Of one schema; of the list of all subjects. */
const largestSchemaBytes = 4 * 1024 * 1024;
const largestListBytes = 64 * 1024 * 1024;
/** Error codes of the registry's REST. */
const goneCodes: ReadonlySet<unknown> = new Set([40401, 40402]);
/** Statuses of a registry that has no such thing, or tells this user nothing of it. */
const untold: ReadonlySet<number> = new Set([401, 403, 404, 405]);

interface RegistryAnswer {
  readonly status: number;
  readonly data: unknown;
}

/** What is asked of a schema registry by the Confluent registry's REST: reads alone. */
export class RegistryClient implements Disposable {
  readonly #http: AxiosInstance;
  readonly #agents: readonly [HttpAgent, HttpsAgent];

  private constructor(
    private readonly url: string,
    configuration: KafkaConfiguration,
    authority: string | undefined,
    private readonly pace: Pace,
    private readonly signal: AbortSignal,
  ) {
    const { registryUser, registryPassword, registryToken, requestTimeoutSeconds, tls } = configuration;
    const kept = { keepAlive: true, maxSockets: connectionsAtOnce };
    const trust = { rejectUnauthorized: tls !== 'require', ...(authority === undefined ? {} : { ca: authority }) };
    this.#agents = [new HttpAgent(kept), new HttpsAgent({ ...kept, ...trust })];
    this.#http = axios.create({
      baseURL: url.replace(/\/+$/, ''),
      timeout: requestTimeoutSeconds * 1_000,
      httpAgent: this.#agents[0],
      httpsAgent: this.#agents[1],
      maxRedirects: 0,
      responseType: 'json',
      validateStatus: () => true,
      headers: {
        accept: 'application/vnd.schemaregistry.v1+json, application/json',
        ...(registryToken === undefined ? {} : { authorization: `Bearer ${registryToken}` }),
      },
      ...(registryUser === undefined ? {} : { auth: { username: registryUser, password: registryPassword ?? '' } }),
    });
  }

  /** @throws SourceFault when the file of the authority cannot be read */
  static async open(
    configuration: KafkaConfiguration & { readonly registryUrl: string },
    pace: Pace,
    signal: AbortSignal,
  ): Promise<RegistryClient> {
    const authority = configuration.registryUrl.startsWith('https:') ? await authorityOf(configuration) : undefined;
    return new RegistryClient(configuration.registryUrl, configuration, authority, pace, signal);
  }

  /** Names of all subjects, sorted. */
  async subjects(): Promise<readonly string[]> {
    const { status, data } = await this.#get('/subjects', largestListBytes);
    if (status !== 200 || !isTexts(data)) throw this.#unfit('its subjects', status, data);
    return [...data].sort();
  }

  /** Numbers of a subject's versions, ascending; undefined: there is no such subject (any more). */
  async versions(subject: string): Promise<readonly number[] | undefined> {
    const { status, data } = await this.#get(`/subjects/${encodeURIComponent(subject)}/versions`, largestSchemaBytes);
    if (isGone(status, data)) return undefined;
    if (status !== 200 || !isVersions(data)) throw this.#unfit(`the versions of ${subject}`, status, data);
    return [...data].sort((one, other) => one - other);
  }

  /** One version of a subject; undefined: it is gone. */
  async schema(subject: string, versions: readonly number[], version: number): Promise<SubjectRow | undefined> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}`;
    const { status, data } = await this.#get(path, largestSchemaBytes);
    if (isGone(status, data)) return undefined;
    if (status !== 200 || !isSubject(data)) throw this.#unfit(`version ${version} of ${subject}`, status, data);
    return toSubject(data, versions);
  }

  /** By which rule new versions of a subject are taken; undefined: the registry knows none, or does not tell this user. */
  async compatibility(subject: string): Promise<string | undefined> {
    const path = `/config/${encodeURIComponent(subject)}?defaultToGlobal=true`;
    const { status, data } = await this.#get(path, largestSchemaBytes);
    if (untold.has(status)) return undefined;
    if (status !== 200 || !isCompatibility(data)) throw this.#unfit(`the compatibility of ${subject}`, status, data);
    return data.compatibilityLevel;
  }

  [Symbol.dispose](): void {
    for (const agent of this.#agents) agent.destroy();
  }

  async #get(path: string, mostBytes: number): Promise<RegistryAnswer> {
    await this.pace.turn(this.signal);
    try {
      return await this.#http.get(path, { signal: this.signal, maxContentLength: mostBytes });
    } catch (error) {
      this.signal.throwIfAborted();
      const [code] = codesOf(error);
      if (/maxContentLength/.test(reasonOf(error)))
        throw new SourceFault('sample', `the registry at ${this.#place} gave more than ${mostBytes} bytes for ${path}`);
      const next =
        code === 'ENOTFOUND' || code === 'ECONNREFUSED'
          ? 'correct `registryUrl`, or start it'
          : 'look whether it is healthy, and whether its certificate is known';
      throw new SourceFault(
        'reach',
        `the registry at ${this.#place} gave no answer (${reasonOf(error)}): ${next}`,
        code,
      );
    }
  }

  #unfit(what: string, status: number, data: unknown): SourceFault {
    if (status === 401)
      return new SourceFault(
        'authenticate',
        `the registry at ${this.#place} refuses the log-in: correct \`registryUser\` and \`registryPassword\`, or \`registryToken\``,
        '401',
      );
    if (status === 403)
      return new SourceFault('authorise', `the registry at ${this.#place} does not let the user read ${what}`, '403');
    const why = status === 200 ? `no list or schema, but ${typeof data}` : `status ${status}`;
    return new SourceFault(
      'sample',
      `the registry at ${this.#place} gave ${why} for ${what}: correct \`registryUrl\`; it is what stands before /subjects`,
      String(status),
    );
  }

  /** The address without what may be secret in it. */
  get #place(): string {
    const url = URL.parse(this.url);
    return url === null ? 'its address' : `${url.protocol}//${url.host}${url.pathname}`;
  }
}

/** 404 of a server that is no registry says nothing of subjects. */
function isGone(status: number, data: unknown): boolean {
  return (
    status === 404 &&
    typeof data === 'object' &&
    data !== null &&
    'error_code' in data &&
    goneCodes.has(data.error_code)
  );
}
