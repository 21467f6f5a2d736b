/** A small source in memory that answers like a remote one: page by page, late, with rights, and with faults on demand. */
export class Library {
  readonly #shelves = new Map<string, Map<string, Book>>();
  #fault: 'none' | 'broken' | 'halfway' = 'none';
  readonly #forbidden = new Set<string>();
  #delayMs = 0;
  #notes = 0;
  /** Of every change, in order: where it was. */
  readonly #journal: (readonly [shelf: string, title: string])[] = [];
  /** Pages that were read. */
  pagesRead = 0;

  constructor(readonly token: string) {}

  put(shelf: string, title: string, text: string): void {
    const books = this.#shelves.get(shelf) ?? new Map<string, Book>();
    this.#shelves.set(shelf, books);
    books.set(title, { title, text, edition: (books.get(title)?.edition ?? 0) + 1 });
    this.#journal.push([shelf, title]);
  }

  drop(shelf: string, title: string): void {
    this.#shelves.get(shelf)?.delete(title);
    this.#journal.push([shelf, title]);
  }

  forbid(shelf: string): void {
    this.#forbidden.add(shelf);
  }

  failWith(fault: 'none' | 'broken' | 'halfway'): void {
    this.#fault = fault;
    this.pagesRead = 0;
  }

  answerAfter(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** What a connector may do only when it writes to its third party. */
  note(): void {
    this.#notes += 1;
  }

  fingerprint(): string {
    return JSON.stringify([[...this.#shelves].map(([shelf, books]) => [shelf, [...books.values()]]), this.#notes]);
  }

  async shelves(token: string, signal?: AbortSignal): Promise<readonly string[]> {
    await this.#answer(token, signal);
    return [...this.#shelves.keys()].sort();
  }

  /** One page of a shelf, in the order of titles. `next` is where the next page begins; absent = this was the last. */
  async page(token: string, shelf: string, from: number, signal?: AbortSignal): Promise<BookPage> {
    await this.#answer(token, signal);
    if (this.#forbidden.has(shelf)) throw new LibraryFault('FORBIDDEN', `shelf ${shelf} is closed to you`);
    this.pagesRead += 1;
    if (this.#fault === 'halfway' && this.pagesRead > 1) throw new LibraryFault('BROKEN', 'the line went dead');
    const books = [...(this.#shelves.get(shelf)?.values() ?? [])].sort((one, other) =>
      one.title < other.title ? -1 : 1,
    );
    const page = books.slice(from, from + pageSize);
    return { books: page, ...(from + pageSize < books.length ? { next: from + pageSize } : {}) };
  }

  /** What was changed since the change of this number, as it is now; a book that is gone is undefined. */
  async changes(token: string, since: number, signal: AbortSignal): Promise<LibraryChanges> {
    await this.#answer(token, signal);
    const changed = this.#journal.slice(since).map(([shelf, title]) => ({
      shelf,
      title,
      book: this.#shelves.get(shelf)?.get(title),
    }));
    return { changed, number: this.#journal.length };
  }

  /** Writes a book that is still at this edition. @returns the book as it is now; undefined = there is none */
  async write(
    token: string,
    { shelf, title, text, edition }: Book & { readonly shelf: string },
    signal: AbortSignal | undefined,
  ): Promise<{ readonly book: Book | undefined; readonly wasWritten: boolean }> {
    await this.#answer(token, signal);
    const wasWritten = this.#shelves.get(shelf)?.get(title)?.edition === edition;
    if (wasWritten) this.put(shelf, title, text);
    return { book: this.#shelves.get(shelf)?.get(title), wasWritten };
  }

  async #answer(token: string, signal: AbortSignal | undefined): Promise<void> {
    if (this.#delayMs > 0) await pause(this.#delayMs, signal);
    else await Promise.resolve();
    signal?.throwIfAborted();
    if (this.#fault === 'broken') throw new LibraryFault('BROKEN', 'the library does not answer');
    if (token !== this.token) throw new LibraryFault('FORBIDDEN', 'the token is not known');
  }
}

export interface Book {
  readonly title: string;
  readonly text: string;
  readonly edition: number;
}

export interface LibraryChanges {
  readonly changed: readonly { readonly shelf: string; readonly title: string; readonly book: Book | undefined }[];
  /** Of the last change. */
  readonly number: number;
}

export interface BookPage {
  readonly books: readonly Book[];
  readonly next?: number;
}

export class LibraryFault extends Error {
  constructor(
    readonly code: 'BROKEN' | 'FORBIDDEN',
    message: string,
  ) {
    super(message);
  }
}

const pageSize = 50;

function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, delayMs);
    timer.unref();
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
