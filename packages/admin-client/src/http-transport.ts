import { Agent } from 'node:https';
import { rootCertificates } from 'node:tls';
import { type ErrorCode, errorCatalogue, IsthmusError, messageOf } from '@isthmus/kernel';
import axios, { type AxiosInstance, type AxiosResponse } from 'axios';
import { baseUrlOf, checkedToken, isLoopback } from './client-options.js';
import { encoded } from './path.js';
import type { AdminTransport, ApiCall } from './transport.js';

export interface AdminClientOptions {
  /** Of the daemon, e.g. `http://127.0.0.1:9080`. A path is kept: the daemon may lie behind a proxy. */
  readonly url: string;
  /** Of an account. Default: none, as in the quick start. */
  readonly token?: string;
  /** Certificates (PEM) of authorities to trust beside those that the system knows: for https to a server of one's own. */
  readonly authority?: string;
  /** Which daemon is meant where several run there. Default: the first that runs. */
  readonly server?: string;
  /** Milliseconds until an answer must be complete. Default 30,000. */
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 30_000;
/** Far above any page that the daemon sends; bounds what a wrong server may send. */
const largestAnswerBytes = 64 * 1024 * 1024;

/** The transport over HTTP. */
export class HttpTransport implements AdminTransport {
  readonly #url: string;
  readonly #server: string | undefined;
  readonly #timeoutMs: number;
  readonly #http: AxiosInstance;

  /** @throws USAGE when the URL or the token cannot be used */
  constructor(options: AdminClientOptions) {
    const url = baseUrlOf(options.url);
    const token = checkedToken(options.token);
    this.#url = url.href.replace(/\/+$/, '');
    this.#server = options.server;
    this.#timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
    this.#http = axios.create({
      headers: { accept: 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      responseType: 'text',
      transformResponse: (text: unknown) => text,
      validateStatus: () => true,
      // A redirect would carry the token to another place.
      maxRedirects: 0,
      maxContentLength: largestAnswerBytes,
      timeout: this.#timeoutMs,
      ...(options.authority === undefined ? {} : { httpsAgent: trusting(options.authority) }),
      ...(isLoopback(url) ? { proxy: false as const } : {}),
    });
  }

  async send<T>(call: ApiCall, isAnswer: (value: unknown) => value is T, signal?: AbortSignal): Promise<T> {
    const response = await this.#request(call, signal);
    const answer = parse(response.data);
    if (response.status >= 400) throw this.#toError(response.status, answer);
    if (response.status < 300 && isAnswer(answer)) return answer;
    throw this.#strange(`${call.method} ${call.path} was answered with ${response.status} and not as expected`);
  }

  async #request(call: ApiCall, signal: AbortSignal | undefined): Promise<AxiosResponse<unknown>> {
    signal?.throwIfAborted();
    const url = `${this.#url}${call.path}${toQuery({ ...call.query, server: this.#server })}`;
    const deadline = AbortSignal.timeout(this.#timeoutMs);
    try {
      return await this.#http.request({
        method: call.method,
        url,
        ...bodyOf(call),
        signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      });
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#unreachable(error, deadline.aborted);
    }
  }

  /** The cause is left out of `cause`: axios keeps the request in its errors, and with it the token. */
  #unreachable(error: unknown, late: boolean): IsthmusError {
    const timedOut =
      late || (axios.isAxiosError(error) && (error.code === 'ECONNABORTED' || error.code === 'ETIMEDOUT'));
    const why = timedOut ? `not within ${this.#timeoutMs / 1000} s` : reasonOf(error);
    return new IsthmusError('DAEMON_UNREACHABLE', `no daemon answers at ${this.#url} (${why})`, {
      details: { url: this.#url },
    });
  }

  #toError(status: number, answer: unknown): IsthmusError {
    if (!isProblem(answer)) return this.#strange(`${this.#url} answered with status ${status} and no reason`);
    return new IsthmusError(codeOf(answer.code, status), answer.message, {
      ...(answer.next === undefined ? {} : { next: answer.next }),
      ...(answer.retryable === undefined ? {} : { retryable: answer.retryable }),
      details: { ...factsOf(answer.details), ...(isCode(answer.code) ? {} : { code: answer.code }) },
    });
  }

  #strange(message: string): IsthmusError {
    return new IsthmusError('DAEMON_ANSWER_INVALID', message, { details: { url: this.#url } });
  }
}

/** @throws USAGE when it holds no certificate */
function trusting(authority: string): Agent {
  if (!authority.includes('-----BEGIN CERTIFICATE-----'))
    throw new IsthmusError('USAGE', 'the file of the authority holds no certificate in PEM', {
      next: 'name a file that begins with -----BEGIN CERTIFICATE-----',
    });
  return new Agent({ ca: [...rootCertificates, authority] });
}

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly next?: string;
  readonly retryable?: boolean;
  readonly details?: unknown;
}

function isProblem(value: unknown): value is Problem {
  if (typeof value !== 'object' || value === null || !('code' in value) || !('message' in value)) return false;
  if (typeof value.code !== 'string' || typeof value.message !== 'string') return false;
  if ('next' in value && typeof value.next !== 'string') return false;
  return !('retryable' in value) || typeof value.retryable === 'boolean';
}

function isCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code);
}

/** A newer daemon may know codes that this client does not: the status says what kind it is. */
function codeOf(code: string, status: number): ErrorCode {
  if (isCode(code)) return code;
  const kinds: Readonly<Record<number, ErrorCode>> = { 401: 'UNAUTHENTICATED', 403: 'FORBIDDEN', 404: 'NOT_FOUND' };
  return kinds[status] ?? (status < 500 ? 'REQUEST_INVALID' : 'INTERNAL');
}

function factsOf(details: unknown): Record<string, string | number | boolean | string[]> {
  const facts: Record<string, string | number | boolean | string[]> = {};
  for (const [key, value] of Object.entries(typeof details === 'object' && details !== null ? details : {})) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') facts[key] = value;
    else if (Array.isArray(value)) facts[key] = value.map(String);
  }
  return facts;
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection closed',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the host name cannot be resolved',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
};

function reasonOf(error: unknown): string {
  const code = axios.isAxiosError(error) ? error.code : undefined;
  return reasons[code ?? ''] ?? (messageOf(error) || code || 'no answer');
}

function parse(text: unknown): unknown {
  if (typeof text !== 'string') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A call that changes something always carries JSON: without a body axios would label it as a form. */
function bodyOf({ method, body }: ApiCall): object {
  if (method === 'GET' || method === 'DELETE') return {};
  return { data: JSON.stringify(body ?? {}), headers: { 'content-type': 'application/json' } };
}

function toQuery(query: ApiCall['query']): string {
  const pairs = Object.entries(query ?? {}).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${encoded(key, String(value))}`],
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
