import { type Clock, silentLogger } from '@isthmus/kernel';
import { createHttpHost, type EgeriaSetting, type HttpHost, serverNotRunning } from '@isthmus/platform';
import { integrationDaemonRoutes } from '../egeria/integration-daemon-routes.js';
import { FakeDaemon } from './fake-daemon.js';

/** Time passes as fast as it is waited for. */
export class SteppingClock implements Clock {
  #time = 0;
  /** Called at each step with the milliseconds that have passed. */
  onStep: (passedMs: number) => void = () => undefined;

  now(): number {
    return this.#time;
  }
  monotonic(): number {
    return this.#time;
  }
  schedule(delayMs: number, action: () => void) {
    const handle = setImmediate(() => {
      this.#time += delayMs;
      this.onStep(this.#time);
      action();
    });
    return { cancel: () => clearImmediate(handle) };
  }
}

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly headers: Headers;
  readonly text: string;
  /** `{}` when there is none. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface EgeriaFace extends AsyncDisposable {
  readonly daemon: FakeDaemon;
  readonly clock: SteppingClock;
  readonly host: HttpHost;
  /** `path` is below `/servers/idaemon1/open-metadata`. */
  call(method: 'GET' | 'POST', path: string, options?: CallOptions): Promise<Answer>;
}

interface CallOptions {
  /** Text is sent as it is, all else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default `idaemon1`, which alone runs. */
  readonly server?: string;
}

/** Egeria's daemon services over a daemon that runs nothing, in the real host on a free port. */
export async function startEgeriaFace(release: EgeriaSetting = 'both'): Promise<EgeriaFace> {
  const clock = new SteppingClock();
  const daemon = new FakeDaemon(() => clock.now());
  const servers = () => [{ name: 'idaemon1', kind: 'integration-daemon', state: 'running', ready: true }] as const;
  const host = createHttpHost({ host: '127.0.0.1', port: 0, logger: silentLogger, release, servers });
  const daemonOf = (name: string) => {
    if (name !== 'idaemon1') throw serverNotRunning(name);
    return daemon;
  };
  await integrationDaemonRoutes(host.http, daemonOf, { clock });
  const url = await host.listen();
  return {
    daemon,
    clock,
    host,
    async call(method, path, { body, headers = {}, server = 'idaemon1' } = {}) {
      const answer = await fetch(`${url}/servers/${server}/open-metadata${path}`, {
        method,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await answer.text();
      const parsed: unknown = text.startsWith('{') ? JSON.parse(text) : {};
      return {
        status: answer.status,
        type: answer.headers.get('content-type'),
        headers: answer.headers,
        text,
        body: typeof parsed === 'object' && parsed !== null ? { ...parsed } : {},
      };
    },
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}
