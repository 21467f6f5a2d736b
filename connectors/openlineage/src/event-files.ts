import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '@isthmus/connector-sdk';
import type { LineageEvent } from './event.js';
import type { EventIntake } from './event-intake.js';
import type { FilePlace, LineageStore } from './lineage-store.js';
import { EventFault, readEvent } from './read-event.js';

const chunkBytes = 1024 * 1024;
/** A line that is longer is no event. */
const longestLine = 16 * 1024 * 1024;
const mostFindings = 20;
const lineBreak = 10;

export interface EventFilesParts {
  readonly folder: string;
  readonly store: LineageStore;
  readonly take: EventIntake['take'];
  readonly now: () => number;
}

/** What was wrong with the files in one reading of them. */
class Faults {
  readonly findings: Finding[] = [];
  #count = 0;

  add(path: string, message: string): void {
    this.#count += 1;
    if (this.findings.length < mostFindings)
      this.findings.push({
        severity: 'warning',
        code: 'EVENT_INVALID',
        message: `an event in ${path} is not taken: ${message}`,
      });
  }

  all(): readonly Finding[] {
    const more = this.#count - this.findings.length;
    if (more === 0) return this.findings;
    return [
      ...this.findings,
      { severity: 'warning', code: 'EVENT_INVALID', message: `${more} more events in files are not taken` },
    ];
  }
}

/**
 * Reads what is new in a folder of files with one event in a line. How far each was read is kept with what was read of it.
 * A file that became shorter, or another one of its name, is read from its begin: what is known already changes nothing.
 */
export class EventFiles {
  #reading: Promise<readonly Finding[]> | undefined;

  constructor(private readonly parts: EventFilesParts) {}

  /** Two that ask at the same time share one reading. @throws when the folder cannot be listed */
  read(signal: AbortSignal): Promise<readonly Finding[]> {
    this.#reading ??= this.#readAll(signal).finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Resolves when nothing is being read. */
  async rest(): Promise<void> {
    await this.#reading?.catch(() => undefined);
  }

  async #readAll(signal: AbortSignal): Promise<readonly Finding[]> {
    const { folder } = this.parts;
    const names = (await readdir(folder)).filter((name) => /\.(?:ndjson|jsonl|json)$/i.test(name)).sort();
    const faults = new Faults();
    for (const name of names) {
      signal.throwIfAborted();
      await this.#readFile(join(folder, name), faults, signal);
    }
    return faults.all();
  }

  async #readFile(path: string, faults: Faults, signal: AbortSignal): Promise<void> {
    let file: FileHandle;
    try {
      file = await open(path, 'r');
    } catch (error) {
      return faults.add(path, error instanceof Error ? error.message : 'it cannot be opened');
    }
    try {
      const { ino, dev, size, isFile } = await statOf(file);
      if (!isFile) return;
      const identity = `${dev}:${ino}`;
      const known = this.parts.store.filePlace(path);
      const from = known?.identity === identity && known.offset <= size ? known.offset : 0;
      if (from < size) await this.#readFrom(file, path, { identity, offset: from }, size, faults, signal);
    } finally {
      await file.close();
    }
  }

  async #readFrom(
    file: FileHandle,
    path: string,
    place: FilePlace,
    size: number,
    faults: Faults,
    signal: AbortSignal,
  ): Promise<void> {
    const { identity } = place;
    let { offset } = place;
    let rest: Buffer = Buffer.alloc(0);
    let at = offset;
    while (at < size) {
      signal.throwIfAborted();
      const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(chunkBytes, size - at)), 0, undefined, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      const isEnd = at >= size;
      let end = rest.lastIndexOf(lineBreak) + 1;
      // the last line of a file may lack its break, or be half written
      if (isEnd && end < rest.length && isWhole(rest.subarray(end))) end = rest.length;
      if (end === 0) {
        if (rest.length > longestLine) return faults.add(path, `its line at byte ${offset} is too long`);
        continue;
      }
      const lines = rest.subarray(0, end);
      rest = rest.subarray(end);
      const from = offset;
      offset += end;
      const place: FilePlace = { identity, offset };
      await this.#take(path, lines, from, place, faults);
    }
  }

  async #take(path: string, lines: Buffer, from: number, place: FilePlace, faults: Faults): Promise<void> {
    const { take, store, now } = this.parts;
    const events: LineageEvent[] = [];
    let at = from;
    for (const line of lines.toString('utf8').split('\n')) {
      const text = line.trim();
      try {
        if (text !== '') events.push(...eventsOf(text, now()));
      } catch (error) {
        const reason = error instanceof EventFault ? error.message : 'it is no JSON';
        faults.add(path, `line at byte ${at}: ${reason}`);
      }
      at += Buffer.byteLength(line) + 1;
    }
    await take(events, lines.length, () => store.setFilePlace(path, place));
  }
}

/** One event in a line, or a list of them. */
function eventsOf(text: string, nowMs: number): readonly LineageEvent[] {
  const value: unknown = JSON.parse(text);
  return (Array.isArray(value) ? value : [value]).map((one) => readEvent(one, nowMs));
}

function isWhole(text: Buffer): boolean {
  try {
    JSON.parse(text.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

async function statOf(file: FileHandle) {
  const stats = await file.stat();
  return { ino: stats.ino, dev: stats.dev, size: stats.size, isFile: stats.isFile() };
}
