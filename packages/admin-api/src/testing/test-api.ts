import { silentLogger } from '@isthmus/kernel';
import { type Account, createHttpHost, type HttpHost } from '@isthmus/platform';
import type { AdminApiOptions } from '../admin-api.js';
import { adminRoutes } from '../admin-routes.js';
import { FakeDaemon } from './fake-daemon.js';

export interface TestApi {
  readonly daemon: FakeDaemon;
  readonly host: HttpHost;
  /** `path` is below `/api/v1`. */
  call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, options?: CallOptions): Promise<TestAnswer>;
}

interface CallOptions {
  /** Text is sent as it is, all else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface TestAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: unknown;
  readonly text: string;
  readonly location: string | null;
}

/** The routes in the real host, on a free port. */
export async function startTestApi(
  options: Partial<AdminApiOptions> & { readonly accounts?: readonly Account[] } = {},
): Promise<TestApi> {
  const { accounts = [], ...rest } = options;
  const daemon = new FakeDaemon(() => 0);
  const host = createHttpHost({ host: '127.0.0.1', port: 0, logger: silentLogger, accounts });
  await adminRoutes(host.http, daemon, { version: '1.2.3', now: () => 0, ...rest });
  const url = await host.listen();
  return {
    daemon,
    host,
    async call(method, path, { body, headers = {} } = {}) {
      const answer = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await answer.text();
      return {
        status: answer.status,
        type: answer.headers.get('content-type') ?? '',
        body: text === '' ? undefined : JSON.parse(text),
        text,
        location: answer.headers.get('location'),
      };
    },
  };
}
