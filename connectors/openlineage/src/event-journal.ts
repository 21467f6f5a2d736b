import { type FileHandle, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

const nameOfFile = /^events-(\d+)\.ndjson$/;

interface Waiting {
  readonly text: string;
  readonly count: number;
  resolve(segment: number): void;
  reject(error: unknown): void;
}

/**
 * Events that were taken and are not merged into the graph for good: a line each, in files that are removed once what they
 * hold is safe elsewhere. One write and one flush, off the event loop, serve all that wait at a time.
 */
export class EventJournal {
  #waiting: Waiting[] = [];
  /** Writes and changes of the file come one after the other. */
  #work: Promise<void> = Promise.resolve();
  #file: FileHandle | undefined;
  #old: readonly number[];
  #segment: number;
  /** Bytes by file. */
  readonly #sizes = new Map<number, number>();
  /** Events that are in a file and not in the graph. */
  readonly #unmerged = new Map<number, number>();
  readonly #whenMerged: (() => void)[] = [];

  private constructor(
    private readonly folder: string,
    old: readonly number[],
  ) {
    this.#old = old;
    this.#segment = (old.at(-1) ?? 0) + 1;
    // not to be removed before they were read
    for (const segment of old) this.#unmerged.set(segment, 1);
  }

  static async open(folder: string): Promise<EventJournal> {
    const numbers = (await readdir(folder)).flatMap((file) => {
      const number = nameOfFile.exec(file)?.[1];
      return number === undefined ? [] : [Number(number)];
    });
    return new EventJournal(
      folder,
      numbers.sort((one, other) => one - other),
    );
  }

  /**
   * What an earlier process took and did not bring to its end; what it wrote by half was never answered. Once. Lines count
   * as merged when the next ones are asked for.
   */
  async *leftOver(): AsyncGenerator<readonly string[]> {
    const old = this.#old;
    this.#old = [];
    for (const number of old) {
      const text = await readFile(this.#pathOf(number), 'utf8');
      this.#sizes.set(number, text.length);
      yield text.split('\n').filter((line) => line !== '');
      this.merged(number, 1);
    }
  }

  /** Bytes of all that is not safe elsewhere. */
  get bytes(): number {
    let sum = 0;
    for (const size of this.#sizes.values()) sum += size;
    return sum;
  }

  /**
   * Resolves when the lines survive a crash and the loss of power.
   *
   * @param text - lines, each with its break
   * @returns where they are, for `merged`
   */
  append(text: string, count: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text, count, resolve, reject });
      if (this.#waiting.length === 1) this.#work = this.#work.then(() => this.#write());
    });
  }

  /** So many events of a file are in the graph. */
  merged(segment: number, count: number): void {
    this.#unmerged.set(segment, (this.#unmerged.get(segment) ?? 0) - count);
    for (const look of this.#whenMerged.splice(0)) look();
  }

  /**
   * From now on events go into another file.
   *
   * @returns the number of the last one before, once all that is in it and in those before it is in the graph
   */
  async roll(): Promise<number> {
    const last = this.#segment;
    this.#work = this.#work.then(() => this.#next());
    await this.#work;
    const isMerged = () => [...this.#unmerged].every(([segment, count]) => segment > last || count <= 0);
    while (!isMerged()) await new Promise<void>((resolve) => this.#whenMerged.push(resolve));
    return last;
  }

  /** What is in these files is safe elsewhere. */
  async drop(upTo: number): Promise<void> {
    for (const number of [...this.#sizes.keys()].filter((known) => known <= upTo)) {
      await rm(this.#pathOf(number), { force: true });
      this.#sizes.delete(number);
      this.#unmerged.delete(number);
    }
  }

  async close(): Promise<void> {
    await this.#work;
    await this.#file?.close();
    this.#file = undefined;
  }

  /** Never rejects. */
  async #write(): Promise<void> {
    // what arrives in this turn is written together
    await new Promise((resolve) => setImmediate(resolve));
    const batch = this.#waiting;
    this.#waiting = [];
    const segment = this.#segment;
    try {
      const file = this.#file ?? (await this.#begin(segment));
      const text = batch.map((one) => one.text).join('');
      this.#sizes.set(segment, (this.#sizes.get(segment) ?? 0) + Buffer.byteLength(text));
      await file.appendFile(text);
      await file.datasync();
    } catch (error) {
      // what the disk holds of this file is not known from here on: the next events go into another one
      await this.#next();
      for (const { reject } of batch) reject(error);
      return;
    }
    const count = batch.reduce((sum, one) => sum + one.count, 0);
    this.#unmerged.set(segment, (this.#unmerged.get(segment) ?? 0) + count);
    for (const { resolve } of batch) resolve(segment);
  }

  async #next(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#segment += 1;
    await file?.close().catch(() => undefined);
  }

  /** A new file is safe once its folder is. */
  async #begin(segment: number): Promise<FileHandle> {
    const file = await open(this.#pathOf(segment), 'a', 0o600);
    this.#file = file;
    const folder = await open(this.folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
    return file;
  }

  #pathOf(segment: number): string {
    return join(this.folder, `events-${segment}.ndjson`);
  }
}
