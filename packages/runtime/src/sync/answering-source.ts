import { printOf } from '@isthmus/model';
import type { StoreMark } from '../journal/journal.js';

/** Which source answers in a run, held against the one that was listed before. */
export class AnsweringSource {
  #print: string | undefined;
  #isOther: boolean;
  #hasKept = false;

  /**
   * @param mark - as the run begins: one that knows a source holds until the same is told
   * @param isConfirmed - people say that what is missing is gone, whoever answers
   */
  constructor(
    mark: StoreMark,
    private readonly isConfirmed: boolean,
  ) {
    this.#isOther = mark.source !== undefined && !isConfirmed;
  }

  /** Another one than before: what it does not show is not gone. */
  get isOther(): boolean {
    return this.#isOther;
  }

  /** @returns the mark that knows it, if none was known */
  tell(identity: string, mark: StoreMark): StoreMark | undefined {
    this.#print = printOf(identity);
    this.#isOther = mark.source !== undefined && mark.source !== this.#print && !this.isConfirmed;
    return mark.source === undefined ? { ...mark, source: this.#print } : undefined;
  }

  /** Something is kept although the source does not show it. */
  kept(): void {
    this.#hasKept = true;
  }

  /**
   * The mark after a run that listed and wrote everything: a source that shows all that was known has taken the place of
   * the one before.
   */
  accepted(mark: StoreMark): StoreMark {
    return this.#print === undefined || (this.#isOther && this.#hasKept) ? mark : { ...mark, source: this.#print };
  }
}
