import { type Clock, systemClock } from '@isthmus/kernel';
import type { ChangePage, MetadataChange, MetadataStore } from '@isthmus/model';

/** Fewest questions that are answered by one page: a page of many changes costs as much as several of one. */
const fewestTogether = 3;
/** Longest stretch of sequences that one page is asked for. */
const longestStretch = 1_000;
/** Answers that are kept for others; after a moment they are of no use to anybody. */
const mostKept = 64;

interface Question {
  readonly sequence: number;
  readonly signal: AbortSignal;
  resolve(change: MetadataChange | undefined, askedAt: number): void;
  reject(error: unknown): void;
}

/**
 * What the store holds at single sequences, asked for together: at the end of a run and at the beginning of the next each
 * connector asks for one, and a thousand of them ask at nearly the same time for nearly the same place. Whoever asks
 * while requests are under way waits for the next: nobody is given an answer that is older than the question.
 */
export class LastChanges {
  #waiting: Question[] = [];
  #isAsking = false;
  /** What was answered to the last request, by sequence. */
  readonly #answered = new Map<number, { readonly change: MetadataChange; readonly askedAt: number }>();

  constructor(
    private readonly store: Pick<MetadataStore, 'changes'>,
    private readonly clock: Pick<Clock, 'monotonic'> = systemClock,
  ) {}

  /**
   * The store's first change at or after the sequence.
   *
   * @throws CHANGES_TOO_OLD and what else the store throws, for this sequence alone
   */
  at(sequence: number, signal: AbortSignal): Promise<MetadataChange | undefined> {
    if (signal.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const leave = () => reject(signal.reason);
      signal.addEventListener('abort', leave, { once: true });
      const settled = () => signal.removeEventListener('abort', leave);
      this.#waiting.push({
        sequence,
        signal,
        resolve: (change, askedAt) => {
          settled();
          this.#keep(sequence, change, askedAt);
          resolve(change);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      });
      if (!this.#isAsking) void this.#ask();
    });
  }

  /** The same, as others were told it who asked less than so long ago. Undefined: nobody was, or there was none. */
  told(sequence: number, mostAgeMs: number): MetadataChange | undefined {
    const answered = this.#answered.get(sequence);
    return answered !== undefined && this.clock.monotonic() - answered.askedAt < mostAgeMs
      ? answered.change
      : undefined;
  }

  #keep(sequence: number, change: MetadataChange | undefined, askedAt: number): void {
    if (this.#answered.size >= mostKept) this.#answered.clear();
    if (change !== undefined) this.#answered.set(sequence, { change, askedAt });
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    // whoever asks in the same turn of the loop is in time
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const questions = this.#waiting
        .filter(({ signal }) => !signal.aborted)
        .sort((one, other) => one.sequence - other.sequence);
      this.#waiting = [];
      await Promise.all(stretches(questions).map((stretch) => this.#answer(stretch)));
    }
    this.#isAsking = false;
  }

  /** Never rejects. */
  async #answer(stretch: readonly Question[]): Promise<void> {
    const left = stretch.length < fewestTogether ? stretch : await this.#answerTogether(stretch);
    await Promise.all(left.map((question) => this.#answerAlone(question)));
  }

  async #answerAlone({ sequence, signal, resolve, reject }: Question): Promise<void> {
    const askedAt = this.clock.monotonic();
    try {
      const { changes } = await this.store.changes(sequence - 1, { waitMs: 0, limit: 1 }, signal);
      resolve(changes[0], askedAt);
    } catch (error) {
      reject(error);
    }
  }

  /** @returns those that the page did not answer: of one that fails nobody knows whom it concerns */
  async #answerTogether(stretch: readonly Question[]): Promise<readonly Question[]> {
    const first = stretch[0]?.sequence ?? 0;
    const limit = (stretch.at(-1)?.sequence ?? first) - first + 1;
    let page: ChangePage;
    const askedAt = this.clock.monotonic();
    const interest = new Interest(stretch);
    try {
      page = await this.store.changes(first - 1, { waitMs: 0, limit }, interest.signal);
    } catch {
      return stretch;
    } finally {
      interest.end();
    }
    let next = 0;
    return stretch.filter((question) => {
      while ((page.changes[next]?.sequence ?? Number.POSITIVE_INFINITY) < question.sequence) next += 1;
      const found = page.changes[next];
      if (found !== undefined) question.resolve(found, askedAt);
      return found === undefined;
    });
  }
}

/** Aborts when nobody is left who waits. */
class Interest {
  readonly #controller = new AbortController();
  #left: number;

  constructor(private readonly questions: readonly Question[]) {
    this.#left = questions.length;
    for (const { signal } of questions) signal.addEventListener('abort', this.#leave);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(): void {
    for (const { signal } of this.questions) signal.removeEventListener('abort', this.#leave);
  }

  readonly #leave = (): void => {
    this.#left -= 1;
    if (this.#left === 0) this.#controller.abort();
  };
}

/** Cuts sorted questions so that a page reaches from the first to the last of each part. */
function stretches(questions: readonly Question[]): readonly (readonly Question[])[] {
  const parts: Question[][] = [];
  for (const question of questions) {
    const part = parts.at(-1);
    const begin = part?.[0];
    if (part !== undefined && begin !== undefined && question.sequence - begin.sequence < longestStretch)
      part.push(question);
    else parts.push([question]);
  }
  return parts;
}

/** What tells a change from another one that a restored store has under the same number. */
export function printOfChange({
  sequence,
  guid,
  eventType,
  time,
}: Pick<MetadataChange, 'sequence' | 'guid' | 'eventType' | 'time'>): string {
  return JSON.stringify([sequence, guid, eventType, time ?? 0]);
}
