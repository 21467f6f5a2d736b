import type { ProbeStep } from '../connector.js';

/** Tries the way to a source step by step; a step that fails ends the trial, as the next ones could not go well. */
export class ProbeSteps {
  readonly #steps: ProbeStep[] = [];
  #hasFailed = false;

  /** @param reasonOf - what people are told of an error, without secrets. Default: its message */
  constructor(
    private readonly signal: AbortSignal,
    private readonly reasonOf: (error: unknown) => string = (error) =>
      error instanceof Error ? error.message : String(error),
  ) {}

  /** @param message - what is true when the step goes well; the reason is added when it does not */
  async try(name: ProbeStep['name'], message: string, step: () => Promise<unknown>): Promise<this> {
    if (this.#hasFailed) return this;
    this.signal.throwIfAborted();
    try {
      await step();
      this.#steps.push({ name, ok: true, message });
    } catch (error) {
      this.signal.throwIfAborted();
      this.#hasFailed = true;
      this.#steps.push({ name, ok: false, message: `${message}: ${this.reasonOf(error)}` });
    }
    return this;
  }

  get steps(): readonly ProbeStep[] {
    return this.#steps;
  }
}
