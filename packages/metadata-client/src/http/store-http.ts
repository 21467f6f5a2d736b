import http from 'node:http';
import https from 'node:https';
import { type Clock, IsthmusError, type Logger, withDeadline } from '@isthmus/kernel';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { isRecord } from '../guards.js';
import { errorOfEnvelope, errorOfStatus, errorOfTransport } from './answer-error.js';
import type { HttpLimits } from './http-limits.js';
import { Resilience } from './resilience.js';

/** Gives the bearer token. `refused`: one that the server did not accept. Undefined = send none. */
export type TokenSupplier = (refused: string | undefined, signal: AbortSignal) => Promise<string | undefined>;

export interface StoreRequest {
  readonly method: 'GET' | 'POST';
  /** Percent-encoded, below the platform's root. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: unknown;
  /** In place of `body`: JSON that was made already. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * `once`: a write that must not be repeated; `repeated`: idempotent; `probe`: idempotent, asked even when the server
   * did not answer lately; `wait`: a long poll, outside of retry and breaker.
   */
  readonly mode: 'once' | 'repeated' | 'probe' | 'wait';
  /** Default: those of the limits. */
  readonly deadlineMs?: number;
  readonly attemptTimeoutMs?: number;
  /** How long the server may hold the request on purpose: so much longer than an attempt it is given. */
  readonly heldMs?: number;
  /** HTTP status besides 200 that is an answer and no failure. */
  readonly alsoGood?: number;
}

export interface StoreAnswer {
  readonly status: number;
  /** Parsed JSON object; empty for a status without a body. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly etag?: string;
}

export interface TextAnswer {
  readonly status: number;
  readonly text: string;
}

export interface StoreHttpParts {
  /** Root of the platform, e.g. `http://127.0.0.1:9080`. */
  readonly url: string;
  readonly token?: TokenSupplier;
  readonly limits: HttpLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  /** Called when the server could not be reached, or does not know a path: what is known of it may no longer hold. */
  readonly onLost: () => void;
}

/** One conversation with one platform: keep-alive, deadlines, retry, breaker, Egeria's envelope, errors of our catalogue. */
export class StoreHttp {
  readonly #client: AxiosInstance;
  readonly #resilience: Resilience;
  readonly #agents: readonly (http.Agent | https.Agent)[];

  constructor(private readonly parts: StoreHttpParts) {
    const pool = { keepAlive: true, maxSockets: parts.limits.maxSockets, maxFreeSockets: 4 };
    const httpAgent = new http.Agent(pool);
    const httpsAgent = new https.Agent(pool);
    this.#agents = [httpAgent, httpsAgent];
    this.#resilience = new Resilience(parts.limits, parts.random, parts.logger);
    this.#client = axios.create({
      baseURL: parts.url.replace(/\/+$/, ''),
      httpAgent,
      httpsAgent,
      responseType: 'text',
      // The text is parsed here, so that what is not JSON is told as such.
      transformResponse: (body: unknown) => body,
      // The body is text already: axios would parse it, only to see that it is JSON.
      transformRequest: (body: unknown) => body,
      validateStatus: () => true,
      maxRedirects: 0,
      maxContentLength: parts.limits.maxAnswerBytes,
      maxBodyLength: parts.limits.maxAnswerBytes,
      // A proxy of the environment is for other hosts than this one.
      ...(isLoopback(parts.url) && { proxy: false }),
    });
  }

  /** @throws STORE_UNREACHABLE, STORE_NOT_AUTHORIZED, STORE_REFUSED, STORE_ANSWER_INVALID, and what the server names */
  async send(request: StoreRequest, signal: AbortSignal): Promise<StoreAnswer> {
    const label = `${request.method} ${request.path}`;
    const { limits, clock } = this.parts;
    const deadlineMs = (request.deadlineMs ?? limits.deadlineMs) + (request.heldMs ?? 0);
    try {
      return await withDeadline(clock, deadlineMs, signal, (within) => {
        const attempt = () => this.#attempt(request, label, within);
        return request.mode === 'wait' ? attempt() : this.#resilience.run(request.mode, attempt, within);
      });
    } catch (error) {
      const failure = this.#failure(label, error, signal);
      if (isLost(failure)) this.parts.onLost();
      throw failure;
    }
  }

  close(): void {
    for (const agent of this.#agents) agent.destroy();
  }

  /**
   * One attempt without a token at what answers in bare text (log-in, origin): every status below 500 is an answer.
   *
   * @throws STORE_UNREACHABLE
   */
  async text(request: Omit<StoreRequest, 'mode'>, signal: AbortSignal): Promise<TextAnswer> {
    const label = `${request.method} ${request.path}`;
    try {
      const { status, data } = await this.#transport(request, label, () => Promise.resolve(undefined), signal);
      if (status >= 500) throw errorOfStatus(label, status);
      return { status, text: data };
    } catch (error) {
      throw this.#failure(label, error, signal);
    }
  }

  /** One attempt; a refused token is renewed once, which is safe since the server did nothing. */
  async #attempt(request: StoreRequest, label: string, signal: AbortSignal): Promise<StoreAnswer> {
    const { token } = this.parts;
    let sent: string | undefined;
    const asked = async (refused: string | undefined): Promise<StoreAnswer> => {
      const supply = async (within: AbortSignal) => {
        sent = await token?.(refused, within);
        return sent;
      };
      return toAnswer(request, label, await this.#transport(request, label, supply, signal));
    };
    try {
      return await asked(undefined);
    } catch (error) {
      if (sent === undefined || !isUnauthenticated(error)) throw error;
      return await asked(sent);
    }
  }

  async #transport(
    request: Omit<StoreRequest, 'mode'>,
    label: string,
    supply: (signal: AbortSignal) => Promise<string | undefined>,
    signal: AbortSignal,
  ): Promise<AxiosResponse<string>> {
    const timeoutMs = (request.attemptTimeoutMs ?? this.parts.limits.attemptTimeoutMs) + (request.heldMs ?? 0);
    return await withDeadline(this.parts.clock, timeoutMs, signal, async (within) => {
      const token = await supply(within);
      const text = request.text ?? (request.body === undefined ? undefined : JSON.stringify(request.body));
      try {
        return await this.#client.request<string>({
          method: request.method,
          url: request.path,
          ...(request.query && { params: request.query }),
          ...(text !== undefined && { data: text }),
          headers: {
            Accept: 'application/json',
            ...(text !== undefined && { 'Content-Type': 'application/json' }),
            ...(token !== undefined && { Authorization: `Bearer ${token}` }),
            ...request.headers,
          },
          signal: within,
        });
      } catch (error) {
        if (within.aborted) throw within.reason;
        throw errorOfTransport(label, error);
      }
    }).catch((error: unknown) => {
      // The attempt's own end, not the call's: it may be repeated.
      if (isTimeout(error) && !signal.aborted) throw errorOfTransport(label, error);
      throw error;
    });
  }

  #failure(label: string, error: unknown, signal: AbortSignal): unknown {
    if (isTimeout(error) || isTimeout(signal.reason)) return errorOfTransport(label, error);
    if (signal.aborted) return signal.reason;
    return IsthmusError.is(error) ? error : errorOfTransport(label, error);
  }
}

function toAnswer(request: StoreRequest, label: string, response: AxiosResponse<string>): StoreAnswer {
  const { status } = response;
  const etag: unknown = response.headers.etag;
  const tagged = typeof etag === 'string' && etag !== '' ? { etag } : {};
  if (status === 304 && request.alsoGood === 304) return { status, body: {}, ...tagged };
  const body = parseObject(response.data);
  if (body === undefined) {
    if (status !== 200) throw errorOfStatus(label, status);
    throw new IsthmusError('STORE_ANSWER_INVALID', `${label}: the answer is no JSON object`, {
      details: { request: label, contentType: String(response.headers['content-type'] ?? 'none') },
    });
  }
  const code = body.relatedHTTPCode;
  if (typeof code === 'number' && code !== 200) throw errorOfEnvelope(label, code, body);
  if (status === request.alsoGood) return { status, body, ...tagged };
  if (status !== 200) throw errorOfStatus(label, status);
  if (code === undefined || typeof code !== 'number')
    throw new IsthmusError('STORE_ANSWER_INVALID', `${label}: the answer lacks relatedHTTPCode`, {
      details: { request: label },
    });
  return { status, body, ...tagged };
}

function isLost(failure: unknown): boolean {
  if (!IsthmusError.is(failure)) return false;
  return (
    failure.code === 'STORE_UNREACHABLE' || (failure.code === 'STORE_ANSWER_INVALID' && failure.details.status === 404)
  );
}

function isUnauthenticated(error: unknown): boolean {
  return IsthmusError.is(error) && (error.details.status === 401 || error.details.relatedHttpCode === 401);
}

function parseObject(text: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isTimeout(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'TimeoutError';
}

function isLoopback(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}
