import { adminRoutes } from '@isthmus/admin-api';
import { FakeDaemon } from '@isthmus/admin-api/testing';
import { silentLogger } from '@isthmus/kernel';
import { type Account, createHttpHost, type HttpHost } from '@isthmus/platform';
import { type CliIo, main, type Output } from '../index.js';

/** 2026-03-01 08:00 UTC: the clock of these tests. */
export const testNow = Date.UTC(2026, 2, 1, 8);

/** A daemon that fakes its work behind real REST faces, on a free port. */
export interface TestDaemon {
  readonly daemon: FakeDaemon;
  readonly host: HttpHost;
  readonly url: string;
}

export async function startTestDaemon(
  accounts: readonly Account[] = [],
  daemon = new FakeDaemon(() => testNow),
  port = 0,
): Promise<TestDaemon> {
  const host = createHttpHost({ host: '127.0.0.1', port, logger: silentLogger, accounts });
  await adminRoutes(host.http, daemon, { version: '1.2.3', now: () => testNow });
  return { daemon, host, url: await host.listen() };
}

export async function stopTestDaemon({ host }: TestDaemon): Promise<void> {
  await host[Symbol.asyncDispose]();
}

export interface CliResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliSetting {
  readonly env?: CliIo['env'];
  /** Columns of the terminal; absent: stdout is no terminal. */
  readonly columns?: number;
  /** What a person answers; absent: nobody is there. */
  readonly answer?: boolean;
  /** What is typed when a password is asked for. */
  readonly password?: string;
  readonly signal?: AbortSignal;
  /** Called instead of waiting, with the number of the wait. */
  readonly onWait?: (count: number) => unknown;
  readonly files?: Readonly<Record<string, string>>;
}

/** Runs one command line against an address. Time stands still but for waits. */
export async function runCli(url: string, argv: readonly string[], setting: CliSetting = {}): Promise<CliResult> {
  const written = { stdout: '', stderr: '' };
  let now = testNow;
  let waits = 0;
  const output = (name: 'stdout' | 'stderr'): Output => ({
    write: (text) => {
      written[name] += text;
    },
    isTTY: setting.columns !== undefined,
    columns: setting.columns,
  });
  const io: CliIo = {
    stdout: output('stdout'),
    stderr: output('stderr'),
    env: { ISTHMUS_URL: url, NO_COLOR: '1', ...setting.env },
    directory: '/home/operator',
    interactive: setting.answer !== undefined,
    signal: setting.signal ?? new AbortController().signal,
    now: () => now,
    wait: async (delayMs, signal) => {
      now += delayMs;
      waits += 1;
      await setting.onWait?.(waits);
      signal.throwIfAborted();
    },
    confirm: async (question) => {
      written.stderr += `${question}\n`;
      return setting.answer === true;
    },
    password: async () => setting.password ?? '',
    readText: async (path) => {
      const text = setting.files?.[path];
      if (text === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
      return text;
    },
  };
  const exitCode = await main(argv, io);
  return { exitCode, ...written };
}
