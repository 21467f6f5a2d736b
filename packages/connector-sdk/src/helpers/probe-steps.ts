import type { ProbeStep } from '../connector.js';
import { reasonOf as plainReasonOf } from './reason-of.js';

/** Tries the way to a source step by step; a step that fails ends the trial, as the next ones could not go well. */
export class ProbeSteps {
  readonly #steps: ProbeStep[] = [];
  #hasFailed = false;

  /** @param reasonOf - what people are told of an error, without secrets. Default: its message and code */
  constructor(
    private readonly signal: AbortSignal,
    private readonly reasonOf: (error: unknown) => string = plainReasonOf,
  ) {}

  /**
   * @param message - what is true when the step goes well; the reason is added when it does not. A function makes it of
   *   what the step found
   * @param adviceOf - what to say instead when it fails: the fault and what to do about it
   */
  async try<T>(
    name: ProbeStep['name'],
    message: string | ((found: T) => string),
    step: () => Promise<T>,
    adviceOf?: (error: unknown) => string,
  ): Promise<this> {
    if (this.#hasFailed) return this;
    this.signal.throwIfAborted();
    try {
      const found = await step();
      this.passed(name, typeof message === 'string' ? message : message(found));
    } catch (error) {
      this.signal.throwIfAborted();
      const prefix = typeof message === 'string' ? `${message}: ` : '';
      this.failed(name, adviceOf === undefined ? `${prefix}${this.reasonOf(error)}` : adviceOf(error));
    }
    return this;
  }

  /** For steps that one act of a driver takes together. */
  passed(name: ProbeStep['name'], message: string): void {
    if (!this.#hasFailed) this.#steps.push({ name, ok: true, message });
  }

  failed(name: ProbeStep['name'], message: string): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#steps.push({ name, ok: false, message });
  }

  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  get steps(): readonly ProbeStep[] {
    return this.#steps;
  }
}
