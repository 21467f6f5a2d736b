import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent as PlainAgent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { codeOf } from '@isthmus/connector-sdk/helpers';
import axios, { type AxiosInstance } from 'axios';
import type { Loaded, Loader, ProbeFault, Stamp } from './loading.js';
import { withoutQuery } from './location.js';
import type { OpenapiConfiguration } from './openapi-config.js';

const mostRedirects = 5;

/** Asks for documents over HTTP. Credentials go to the given origins alone, redirects and references only where they may. */
export class UrlLoader implements Loader, Disposable {
  #client: AxiosInstance | undefined;
  readonly #agents: { destroy(): void }[] = [];

  /** @param origins - of the configured locations */
  constructor(
    private readonly configuration: OpenapiConfiguration,
    private readonly origins: ReadonlySet<string>,
  ) {}

  [Symbol.dispose](): void {
    for (const agent of this.#agents.splice(0)) agent.destroy();
    this.#client = undefined;
  }

  async load(uri: string, known: Stamp | undefined, signal: AbortSignal): Promise<Loaded> {
    const deadline = AbortSignal.timeout(this.configuration.timeoutSeconds * 1_000);
    const either = AbortSignal.any([signal, deadline]);
    try {
      return await this.#load(new URL(uri), known, either);
    } catch (error) {
      signal.throwIfAborted();
      if (deadline.aborted)
        return unreachable('reach', `no answer within ${this.configuration.timeoutSeconds} s (\`timeoutSeconds\`)`);
      return unreachable(...faultOf(error));
    }
  }

  async #load(start: URL, known: Stamp | undefined, signal: AbortSignal): Promise<Loaded> {
    let url = start;
    for (let hop = 0; hop <= mostRedirects; hop += 1) {
      const { status, headers, data } = await this.#ask(url, known, signal);
      if (status >= 300 && status < 400 && status !== 304) {
        data.destroy();
        const next = URL.parse(headers.location ?? '', url.href);
        if (next === null) return unreachable('sample', `it answered ${status} without a place to go on`);
        if (next.origin !== url.origin && !this.configuration.referenceOrigins.includes(next.origin))
          return unreachable(
            'reach',
            `it leads to ${next.origin}, which is not followed; if it may be, add that to \`referenceOrigins\``,
          );
        url = next;
        continue;
      }
      if (status === 200) return await this.#body(headers, data, known, signal);
      data.destroy();
      return refusal(status, known);
    }
    return unreachable('reach', `it leads on more than ${mostRedirects} times`);
  }

  async #ask(url: URL, known: Stamp | undefined, signal: AbortSignal) {
    this.#client ??= await this.#newClient();
    const { status, headers, data } = await this.#client.get<Readable>(url.href, {
      signal,
      headers: {
        accept: 'application/json, application/yaml, text/yaml, */*;q=0.5',
        ...(known?.etag === undefined ? {} : { 'if-none-match': known.etag }),
        ...(known?.etag === undefined && known?.modified !== undefined ? { 'if-modified-since': known.modified } : {}),
        ...this.#credentials(url),
      },
    });
    return { status, headers: headersOf(headers), data };
  }

  #credentials(url: URL): Record<string, string> {
    const { token, user, password } = this.configuration;
    if (!this.origins.has(url.origin)) return {};
    if (token !== undefined) return { authorization: `Bearer ${token}` };
    if (user === undefined) return {};
    return { authorization: `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}` };
  }

  async #body(
    headers: Readonly<Record<string, string>>,
    data: Readable,
    known: Stamp | undefined,
    signal: AbortSignal,
  ): Promise<Loaded> {
    const maxBytes = this.configuration.maxDocumentMegabytes * 1024 * 1024;
    const parts: Uint8Array[] = [];
    // part by part: of a large document as a whole it would hold up everything else
    const digest = createHash('sha256');
    let length = 0;
    for await (const part of data) {
      signal.throwIfAborted();
      if (!(part instanceof Uint8Array)) continue;
      length += part.length;
      if (length > maxBytes) {
        data.destroy();
        return unreachable('sample', `it is larger than ${maxBytes} bytes; raise \`maxDocumentMegabytes\``);
      }
      parts.push(part);
      digest.update(part);
    }
    const bytes = Buffer.concat(parts);
    const content = digest.digest('base64');
    if (known?.content === content) return { kind: 'unchanged' };
    return { kind: 'bytes', bytes, stamp: { content, etag: headers.etag, modified: headers['last-modified'] } };
  }

  async #newClient(): Promise<AxiosInstance> {
    const { caFile } = this.configuration;
    const ca = caFile === undefined ? undefined : await readFile(caFile, 'utf8');
    const httpAgent = new PlainAgent({ keepAlive: true, maxSockets: 2 });
    const httpsAgent = new TlsAgent({ keepAlive: true, maxSockets: 2, ...(ca === undefined ? {} : { ca }) });
    this.#agents.push(httpAgent, httpsAgent);
    return axios.create({
      httpAgent,
      httpsAgent,
      responseType: 'stream',
      maxRedirects: 0,
      validateStatus: () => true,
      headers: { 'user-agent': 'isthmus-openapi' },
    });
  }
}

function headersOf(headers: object): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name.toLowerCase(), value]] : [],
    ),
  );
}

function refusal(status: number, known: Stamp | undefined): Loaded {
  if (status === 304 && known !== undefined) return { kind: 'unchanged' };
  if (status === 410) return { kind: 'absent', why: 'the server says that it is gone (410)', isCertain: true };
  if (status === 404)
    return { kind: 'absent', why: 'the server does not know it (404): correct the address', isCertain: false };
  if (status === 401)
    return unreachable('authenticate', 'the server asks who is there (401): correct `token`, or `user` and `password`');
  if (status === 403)
    return unreachable(
      'authorise',
      'the server does not give it to this user (403): have the right to read it granted',
    );
  return unreachable('sample', `the server answered ${status}`);
}

function unreachable(cause: ProbeFault, why: string): Loaded {
  return { kind: 'unreachable', why, cause };
}

const tlsCodes = /CERT|SELF_SIGNED|ERR_TLS|EPROTO|UNABLE_TO|ERR_SSL/;

function faultOf(error: unknown): readonly [ProbeFault, string] {
  const code = codeOf(error) ?? '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return ['resolve', `its host's name is not known (${code}): correct the address`];
  if (code === 'ECONNREFUSED')
    return ['reach', `nothing listens there (${code}): correct the port, or start the server`];
  if (tlsCodes.test(code))
    return ['reach', `TLS failed (${code}): name the authority in \`caFile\`, and the host as its certificate does`];
  if (code === 'HPE_INVALID_CONSTANT' || code.startsWith('HPE_'))
    return ['reach', `what answers does not speak HTTP (${code}): correct the port`];
  if (code === 'ENOENT' || code === 'EACCES') return ['reach', `the file of \`caFile\` cannot be read (${code})`];
  const message = error instanceof Error ? withoutQuery(error.message).slice(0, 200) : 'no reason was given';
  return ['reach', `the connection broke (${code || message})`];
}
