import type { CliIo } from '../io.js';
import { plain, plainJson } from './escape.js';
import { fullTime, relativeTime } from './relative-time.js';
import { type Style, styleFor } from './style.js';
import { type Cell, type Column, renderTable } from './table.js';

/** A label and its value; fields without a value are left out. */
export type Field = readonly [label: string, value: Cell | undefined];

/** Writes what people read and what scripts parse. All text is made harmless here (`plain`). */
export class Screen {
  readonly #io: CliIo;
  readonly #style: Style;
  /** Whether the command was called with --json: then stdout is JSON only. */
  readonly json: boolean;

  constructor(io: CliIo, json: boolean) {
    this.#io = io;
    this.json = json;
    this.#style = styleFor(io.stdout, io.env);
  }

  /** The answer of a command, once. */
  answer(value: unknown): void {
    this.#io.stdout.write(`${plainJson(value)}\n`);
  }

  line(text = ''): void {
    this.#io.stdout.write(`${plain(text)}\n`);
  }

  heading(text: string): void {
    this.#io.stdout.write(`\n${this.#style('strong', plain(text))}\n`);
  }

  table(columns: readonly Column[], rows: readonly (readonly Cell[])[]): void {
    const width = this.#io.stdout.isTTY === true ? this.#io.stdout.columns : undefined;
    this.#io.stdout.write(`${renderTable(columns, rows, { width, style: this.#style })}\n`);
  }

  /** Labels and values in two columns. Values are not cut: details are asked for to be read. */
  fields(fields: readonly Field[]): void {
    const shown = fields.flatMap(([label, value]) => (value === undefined ? [] : [{ label: plain(label), value }]));
    const width = shown.reduce((widest, { label }) => Math.max(widest, label.length), 0);
    for (const { label, value } of shown) {
      const text = plain(typeof value === 'string' ? value : value.text);
      const tone = typeof value === 'string' ? undefined : value.tone;
      this.#io.stdout.write(`${this.#style('faint', label.padEnd(width))}  ${this.#style(tone, text)}\n`);
    }
  }

  /** For people only, beside the answer: what to know or do next. */
  note(text: string): void {
    this.#io.stderr.write(`${plain(text)}\n`);
  }

  /** `3 min ago` */
  ago(time: string): string {
    return relativeTime(time, this.#io.now());
  }

  /** `3 min ago (2026-03-01 08:00:00 UTC)` */
  at(time: string | undefined): string | undefined {
    return time === undefined ? undefined : fullTime(time, this.#io.now());
  }
}
