/**
 * One request for all who ask the same at a time. Whoever asks while a request is under way shares the next one, which
 * begins after they asked: nobody is given an answer that is older than the question.
 */
export class SharedAnswer<Answer> {
  #isAsking = false;
  #next: Round<Answer> | undefined;

  /**
   * @param request its signal is aborted when nobody waits for the answer any more
   * @param onRest is called when nobody asks any more
   */
  constructor(
    private readonly request: (signal: AbortSignal) => Promise<Answer>,
    private readonly onRest: () => void = () => undefined,
  ) {}

  /** Rejects with the reason of the signal when it is aborted; the others go on waiting. */
  get(signal: AbortSignal): Promise<Answer> {
    if (signal.aborted) return Promise.reject(signal.reason);
    this.#next ??= new Round();
    const answer = this.#next.join(signal);
    if (!this.#isAsking) void this.#ask();
    return answer;
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    // Whoever asks in the same turn of the loop is in time for this request.
    await Promise.resolve();
    for (let round = this.#next; round !== undefined; round = this.#next) {
      this.#next = undefined;
      if (!round.isWaitedFor) continue;
      round.settle(await this.request(round.signal).then(answered, failed));
    }
    this.#isAsking = false;
    this.onRest();
  }
}

/** Shared answers to several questions. A question that nobody waits for is forgotten. */
export class SharedAnswers<Answer> {
  readonly #byQuestion = new Map<string, SharedAnswer<Answer>>();

  /** Questions that somebody waits for. */
  get size(): number {
    return this.#byQuestion.size;
  }

  /** @param request is the same for the same question */
  get(question: string, signal: AbortSignal, request: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const known = this.#byQuestion.get(question);
    if (known !== undefined) return known.get(signal);
    const shared = new SharedAnswer(request, () => this.#byQuestion.delete(question));
    this.#byQuestion.set(question, shared);
    return shared.get(signal);
  }
}

type Outcome<Answer> = { readonly answer: Answer } | { readonly error: unknown };

/** Those who wait for one request. */
class Round<Answer> {
  readonly #waiting = new Set<(outcome: Outcome<Answer>) => void>();
  readonly #abandoned = new AbortController();

  get isWaitedFor(): boolean {
    return this.#waiting.size > 0;
  }

  get signal(): AbortSignal {
    return this.#abandoned.signal;
  }

  join(signal: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(settle);
        signal.removeEventListener('abort', onAbort);
      };
      const onAbort = () => {
        leave();
        reject(signal.reason);
        if (!this.isWaitedFor) this.#abandoned.abort(signal.reason);
      };
      const settle = (outcome: Outcome<Answer>) => {
        leave();
        if ('error' in outcome) reject(outcome.error);
        else resolve(outcome.answer);
      };
      this.#waiting.add(settle);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  settle(outcome: Outcome<Answer>): void {
    for (const settle of [...this.#waiting]) settle(outcome);
  }
}

function answered<Answer>(answer: Answer): Outcome<Answer> {
  return { answer };
}

function failed(error: unknown): { readonly error: unknown } {
  return { error };
}
