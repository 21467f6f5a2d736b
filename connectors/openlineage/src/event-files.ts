import { createHash } from 'node:crypto';
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
/** Of what was read last of a file: by it one that was written over is told from one that grew. */
const tailBytes = 1024;

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

/** A file that is being read. */
interface OpenFile {
  readonly file: FileHandle;
  readonly path: string;
  /** Device and number. */
  readonly node: string;
  readonly size: number;
  readonly faults: Faults;
  /** How far its lines were taken, and the last of them. */
  offset: number;
  tail: Buffer;
}

/**
 * Reads what is new in a folder of files with one event in a line. How far each was read is kept with what was read of it.
 * A file that became shorter or was written over, or another one of its name, is read from its begin: what is known already
 * changes nothing.
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
      const begun = { file, path, node: `${dev}:${ino}`, size, faults };
      const known = await this.#knownTail(begun);
      const opened: OpenFile = { ...begun, ...(known ?? { offset: 0, tail: Buffer.alloc(0) }) };
      if (opened.offset < size) await this.#readFrom(opened, signal);
    } finally {
      await file.close();
    }
  }

  /** Where it is to be read on; undefined: it is not the file that was read. */
  async #knownTail({ file, path, node, size }: Omit<OpenFile, 'offset' | 'tail'>) {
    const known = this.parts.store.filePlace(path);
    if (known === undefined || known.offset > size) return undefined;
    const { identity, offset } = known;
    const length = Math.min(offset, tailBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset - length);
    const tail = buffer.subarray(0, bytesRead);
    // what an earlier version kept says nothing of the tail
    return identity === node || identity === identityOf(node, tail) ? { offset, tail } : undefined;
  }

  async #readFrom(opened: OpenFile, signal: AbortSignal): Promise<void> {
    const { file, path, size, faults } = opened;
    let rest: Buffer = Buffer.alloc(0);
    let at = opened.offset;
    let isTooLong = false;
    while (at < size) {
      signal.throwIfAborted();
      const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(chunkBytes, size - at)), 0, undefined, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      let end = rest.lastIndexOf(lineBreak) + 1;
      // the last line of a file may lack its break, or be half written
      if (at >= size && end < rest.length && !isTooLong && isWhole(rest.subarray(end))) end = rest.length;
      if (end === 0 && rest.length <= longestLine && !isTooLong) continue;
      if (end === 0 && !isTooLong) faults.add(path, `its line at byte ${opened.offset} is too long`);
      // of a line that is too long nothing is taken, and what comes after it is
      const from = isTooLong || end === 0 ? rest.indexOf(lineBreak) + 1 || rest.length : 0;
      isTooLong = end === 0;
      await this.#take(opened, rest.subarray(0, from), rest.subarray(from, Math.max(from, end)));
      rest = rest.subarray(Math.max(from, end));
    }
  }

  /** @param passed - what comes before the lines, and is none of them */
  async #take(opened: OpenFile, passed: Buffer, lines: Buffer): Promise<void> {
    const { take, store, now } = this.parts;
    const { path, node, faults } = opened;
    const events: LineageEvent[] = [];
    let at = opened.offset + passed.length;
    for (const line of lines.toString('utf8').split('\n')) {
      const text = line.trim();
      const faulty = (reason: string): void => faults.add(path, `line at byte ${at}: ${reason}`);
      if (text !== '') events.push(...eventsOf(text, now(), faulty));
      at += Buffer.byteLength(line) + 1;
    }
    opened.offset += passed.length + lines.length;
    opened.tail = Buffer.from(Buffer.concat([opened.tail, passed, lines]).subarray(-tailBytes));
    const place: FilePlace = { identity: identityOf(node, opened.tail), offset: opened.offset };
    await take(events, lines.length, () => store.setFilePlace(path, place));
  }
}

/** One event in a line, or a list of them, of which those that are right are taken. */
function eventsOf(text: string, nowMs: number, faulty: (reason: string) => void): readonly LineageEvent[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    faulty('it is no JSON');
    return [];
  }
  return (Array.isArray(value) ? value : [value]).flatMap((one: unknown) => {
    try {
      return [readEvent(one, nowMs)];
    } catch (error) {
      if (!(error instanceof EventFault)) throw error;
      faulty(error.message);
      return [];
    }
  });
}

function identityOf(node: string, tail: Buffer): string {
  return `${node} ${createHash('sha256').update(tail).digest('base64')}`;
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
