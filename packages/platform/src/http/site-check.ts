import { isIP } from 'node:net';
import { IsthmusError } from '@isthmus/kernel';

export interface SiteOptions {
  /** Address that is listened on. */
  readonly host: string;
  /** Further names under which people reach the server, without port; compared without regard to case. */
  readonly hostNames?: readonly string[];
  /** Origins of pages that may call, e.g. `https://catalogue.example.org`, beside the server's own. */
  readonly allowedOrigins?: readonly string[];
}

export interface SiteHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly 'sec-fetch-site'?: string | string[] | undefined;
  readonly 'sec-fetch-mode'?: string | string[] | undefined;
}

const loopbackNames = ['localhost', '127.0.0.1', '::1'];
const wildcards = new Set(['0.0.0.0', '::', '']);

/**
 * Refuses requests that a page of another site makes a browser send: the Host header must name this server (a
 * rebound DNS name does not), an Origin header must be this server's own or an allowed one. Clients that are no
 * browsers send no Origin and the host that they connect to, so they never notice.
 *
 * @returns a check that throws REQUEST_FORBIDDEN_ORIGIN
 */
export function createSiteCheck(options: SiteOptions): (headers: SiteHeaders) => void {
  const names = new Set([...loopbackNames, options.host, ...(options.hostNames ?? [])].map(normalise));
  const origins = new Set((options.allowedOrigins ?? []).map((origin) => origin.toLowerCase()));
  // Behind a wildcard any of the machine's addresses is right, and no DNS name can be rebound to look like one.
  const anyAddress = wildcards.has(options.host);
  const isOurs = (name: string) => names.has(name) || (anyAddress && isIP(name) !== 0);

  return (headers) => {
    const host = hostName(headers.host);
    if (host === undefined || !isOurs(host))
      throw refusal(`the Host header names ${quoted(headers.host)}, which is not this server`);
    if (headers.origin !== undefined) {
      if (!isOwnOrigin(headers.origin, headers.host) && !origins.has(headers.origin.toLowerCase()))
        throw refusal(`pages of ${quoted(headers.origin)} may not call this server`);
    } else if (headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] !== 'navigate') {
      throw refusal('pages of another site may not call this server');
    }
  };
}

/** The scheme is left out: before a proxy that ends TLS it differs. */
function isOwnOrigin(origin: string, host: string | undefined): boolean {
  const match = /^https?:\/\/([^/]+)$/i.exec(origin);
  return match?.[1] !== undefined && host !== undefined && match[1].toLowerCase() === host.toLowerCase();
}

/** Name of a Host header without port and brackets; undefined when it is none. */
function hostName(header: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/@\s]+))(?::\d{1,5})?$/i.exec(header ?? '');
  const name = match?.[1] ?? match?.[2];
  return name === undefined ? undefined : normalise(name);
}

function normalise(name: string): string {
  return name
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}

function quoted(text: string | undefined): string {
  return text === undefined ? 'nothing' : JSON.stringify(text.slice(0, 100));
}

function refusal(message: string): IsthmusError {
  return new IsthmusError('REQUEST_FORBIDDEN_ORIGIN', message);
}
