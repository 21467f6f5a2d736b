import { types } from 'node:util';
import { type LogFields, type Logger, toErrorReport } from '@isthmus/kernel';
import type { ElementStore } from '../store/index.js';
import { cutAnswer, type ListPart } from './list-parts.js';
import { type FromThread, type LogLevel, type StoreMethod, type ToThread, toPlainError } from './messages.js';

/** The end of the line that a thread holds. */
export interface ThreadPort {
  post(message: FromThread): void;
  /** Nothing comes any more: the thread has nothing left to live for. */
  close(): void;
}

/** Answers the calls that come from the other side with a store of this thread. */
export class StoreService {
  readonly #running = new Map<number, { readonly aborted: AbortController; readonly ended: Promise<void> }>();
  /** What is left of answers that cross in parts, by call. */
  readonly #parts = new Map<number, ListPart[]>();

  constructor(
    private readonly store: ElementStore,
    private readonly port: ThreadPort,
  ) {}

  take(message: Exclude<ToThread, { readonly kind: 'copied' }>): void {
    switch (message.kind) {
      case 'call':
        this.#call(message.id, message.method, message.parameters);
        return;
      case 'abort':
        this.#running.get(message.id)?.aborted.abort();
        this.#parts.delete(message.id);
        return;
      case 'more':
        this.#more(message.id);
        return;
      case 'close':
        void this.#close();
    }
  }

  #call(id: number, method: StoreMethod, parameters: readonly unknown[]): void {
    const aborted = new AbortController();
    this.#running.set(id, { aborted, ended: this.#answer(id, method, parameters, aborted.signal) });
  }

  /** Never rejects. */
  async #answer(id: number, method: StoreMethod, parameters: readonly unknown[], signal: AbortSignal): Promise<void> {
    try {
      // the only method that waits for something other than its own work
      const all = method === 'waitForChange' ? [...parameters, signal] : parameters;
      const { head, parts } = cutAnswer(await Reflect.apply(this.store[method], this.store, all));
      const isPart = parts.length > 0;
      if (isPart) this.#parts.set(id, [...parts]);
      this.port.post({ kind: 'answer', id, value: head, isPart });
    } catch (error) {
      this.port.post({ kind: 'refusal', id, error: toPlainError(error) });
    } finally {
      this.#running.delete(id);
    }
  }

  #more(id: number): void {
    const parts = this.#parts.get(id);
    const part = parts?.shift();
    if (parts === undefined || part === undefined) return;
    const isLast = parts.length === 0;
    if (isLast) this.#parts.delete(id);
    this.port.post({ kind: 'part', id, part, isLast });
  }

  /** The store ends what it has accepted; everybody gets an answer. */
  async #close(): Promise<void> {
    try {
      await this.store[Symbol.asyncDispose]();
      await Promise.all([...this.#running.values()].map(({ ended }) => ended));
      this.port.post({ kind: 'closed' });
    } catch (error) {
      this.port.post({ kind: 'closed', error: toPlainError(error) });
    } finally {
      this.port.close();
    }
  }
}

/** Has its lines written by the other side. */
export function threadLogger(port: ThreadPort, known: LogFields = {}): Logger {
  const log =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) =>
      port.post({ kind: 'log', level, message, fields: plainFields({ ...known, ...fields }) });
  return {
    child: (fields) => threadLogger(port, { ...known, ...fields }),
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
  };
}

function plainFields(fields: LogFields): LogFields {
  const plain = (value: unknown) => (types.isNativeError(value) ? toErrorReport(value) : value);
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plain(value)]));
}
