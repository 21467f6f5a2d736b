import { AsyncLocalStorage } from 'node:async_hooks';
import { messageOf } from '@isthmus/kernel';
import { Redactor } from '../configuration/redactor.js';
import type { StrayReport } from '../connector-host.js';

/** Late errors of instances that are gone may still hold their secrets; so many of these are remembered. */
const mostEnded = 500;
const longestMessage = 2_000;
const longestStack = 8_000;

/** One instance, as far as its stray errors are concerned. */
export interface TracedInstance {
  readonly connector: string;
  readonly group?: string;
  readonly redactor: Redactor;
  /** Not called any more once the instance has left. Must not throw. */
  told(report: StrayReport): void;
}

/**
 * Finds out whose code an error comes from that nobody caught. An instance's code runs in a context of its own, which
 * promises and timers that are made there keep. (`queueMicrotask` does not: such an error is told without a name.)
 */
export class StrayTracer {
  readonly #running = new AsyncLocalStorage<TracedInstance | undefined>();
  readonly #live = new Set<TracedInstance>();
  readonly #ended = new Set<TracedInstance>();

  enter(instance: TracedInstance): void {
    this.#live.add(instance);
  }

  leave(instance: TracedInstance): void {
    if (!this.#live.delete(instance)) return;
    this.#ended.add(instance);
    if (this.#ended.size <= mostEnded) return;
    for (const oldest of this.#ended) {
      this.#ended.delete(oldest);
      break;
    }
  }

  /** Calls code of the instance. */
  within<T>(instance: TracedInstance, code: () => T): T {
    return this.#running.run(instance, code);
  }

  /** Calls code of the host on behalf of an instance: what it begins there is not the connector's. */
  without<T>(code: () => T): T {
    return this.#running.run(undefined, code);
  }

  /**
   * To be called where errors arrive that nobody caught. Tells the instance that the error comes from.
   *
   * @returns what may be logged: no secret of any instance, of this one or another
   */
  trace(error: unknown): StrayReport {
    const from = this.#running.getStore();
    const redactor = this.#redactor();
    const stack = readable(() => stackOf(error));
    const report: StrayReport = {
      message: redactor.text(readable(() => messageOf(error)) ?? 'an error that cannot be read', longestMessage),
      ...(stack === undefined ? {} : { stack: redactor.text(stack, longestStack) }),
      ...(from === undefined ? {} : { connector: from.connector }),
      ...(from?.group === undefined ? {} : { group: from.group }),
    };
    if (from !== undefined && this.#live.has(from)) from.told(report);
    return report;
  }

  /** One redactor over all: of two secrets the longer goes first, or its end would be left. */
  #redactor(): Redactor {
    const secrets = new Set<string>();
    for (const instances of [this.#live, this.#ended]) {
      for (const { redactor } of instances) for (const secret of redactor.secrets) secrets.add(secret);
    }
    const all = new Redactor();
    all.add(secrets);
    return all;
  }
}

/** Errors belong to the process, and so does this. */
export const processStrays = new StrayTracer();

function stackOf(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'stack' in error && typeof error.stack === 'string'
    ? error.stack
    : undefined;
}

/** What is thrown may be any object, also one that throws when it is looked at. */
function readable(read: () => string | undefined): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
