import assert from 'node:assert/strict';
import type { HookName, ProbeStep } from '@isthmus/connector-sdk';
import type { RecordingHost } from '../recording-host.js';

/** Stop has nothing to wait for but what it began itself. */
const longestStopMs = 10_000;
/** So long has who was aborted, and who did not end in time before. */
const shortMs = 2_000;

/** Waits for the hooks of one connector, but never for ever: one that does not end fails the test that called it. */
export class HookDeadlines {
  readonly #late = new Set<HookName>();
  /** What did not end in time, whether or not the test looked at it. */
  readonly overdue: assert.AssertionError[] = [];

  constructor(private readonly deadlineMs: number) {}

  /** The same host; its hooks reject when they do not end in time. */
  guard(host: RecordingHost): RecordingHost {
    let isStuck = false;
    return {
      ...host,
      start: () => this.call('start', (signal) => host.start(signal)),
      refresh: ({ signal, ...options } = {}) => {
        const overdue = new AbortController();
        const run = host.refresh({
          ...options,
          signal: signal === undefined ? overdue.signal : AbortSignal.any([signal, overdue.signal]),
        });
        return this.#inTime('refresh', this.#limitOf('refresh'), run, () => overdue.abort());
      },
      stop: async () => {
        // Said once; to wait again would tell nothing new.
        if (isStuck) return;
        await this.#inTime('stop', this.#limitOf('stop'), host.stop(), () => {
          isStuck = true;
        });
      },
    };
  }

  async probe({ connector }: RecordingHost): Promise<readonly ProbeStep[] | undefined> {
    return this.call('probe', async (signal) => connector.probe?.(signal));
  }

  /**
   * A hook that may take all the time that its signal gives it, and a little to end.
   *
   * @param stop - aborts it too
   */
  call<T>(hook: HookName, call: (signal: AbortSignal) => Promise<T>, stop?: AbortSignal): Promise<T> {
    const limitMs = this.#limitOf(hook);
    const deadline = AbortSignal.timeout(limitMs);
    const work = call(stop === undefined ? deadline : AbortSignal.any([deadline, stop]));
    return this.#inTime(hook, limitMs + Math.min(limitMs, shortMs), work, () => undefined);
  }

  #limitOf(hook: HookName): number {
    const limitMs = hook === 'stop' ? Math.min(longestStopMs, this.deadlineMs) : this.deadlineMs;
    return this.#late.has(hook) ? Math.min(shortMs, limitMs) : limitMs;
  }

  async #inTime<T>(hook: HookName, limitMs: number, work: Promise<T>, onLate: () => void): Promise<T> {
    return await within(limitMs, work, `${hook} did not end within ${limitMs} ms`, (error) => {
      this.overdue.push(error);
      this.#late.add(hook);
      onLate();
    });
  }
}

/** @throws AssertionError with the text of `otherwise` when the work does not end in time; what it does later is left unheard */
export async function within<T>(
  deadlineMs: number,
  work: Promise<T>,
  otherwise: string,
  onLate: (error: assert.AssertionError) => void = () => undefined,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new assert.AssertionError({ message: otherwise });
      onLate(error);
      reject(error);
    }, deadlineMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
