import Table from 'cli-table3';
import { plain } from './escape.js';
import type { Style, Tone } from './style.js';
import { cut, displayWidth } from './width.js';

export interface Column {
  readonly title: string;
  /** Where to cut when the terminal is narrow. Default `end`. */
  readonly cut?: 'end' | 'middle';
  /** Not cut below this many columns. Default 8. */
  readonly minimum?: number;
  /** Left out where the whole table does not fit. */
  readonly spare?: boolean;
}

export type Cell = string | { readonly text: string; readonly tone: Tone | undefined };

const gap = 2;

/**
 * A table of plain columns. On a terminal, columns are cut to its width, the widest first; elsewhere nothing is cut,
 * so that scripts see everything.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions,
): string {
  if (options.width === undefined || totalWidth(naturalWidths(columns, toTexts(rows))) <= options.width)
    return render(columns, rows, options);
  const kept = (_: unknown, index: number) => columns[index]?.spare !== true;
  return render(
    columns.filter(kept),
    rows.map((row) => row.filter(kept)),
    options,
  );
}

interface TableOptions {
  /** Columns of the terminal; undefined: unbounded. */
  readonly width: number | undefined;
  readonly style: Style;
}

function render(columns: readonly Column[], rows: readonly (readonly Cell[])[], options: TableOptions): string {
  const texts = toTexts(rows);
  const natural = naturalWidths(columns, texts);
  const widths = options.width === undefined ? natural : fit(natural, columns, options.width);
  const table = new Table({
    head: columns.map(({ title }, index) => options.style('faint', cut(title, widths[index] ?? 0))),
    chars: { ...noLines, middle: ' '.repeat(gap) },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  for (const [rowIndex, row] of texts.entries()) {
    table.push(
      row.map((text, index) => {
        const cell = rows[rowIndex]?.[index];
        const tone = typeof cell === 'object' ? cell.tone : undefined;
        return options.style(tone, cut(text, widths[index] ?? 0, columns[index]?.cut));
      }),
    );
  }
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function toTexts(rows: readonly (readonly Cell[])[]): readonly (readonly string[])[] {
  return rows.map((row) => row.map((cell) => plain(typeof cell === 'string' ? cell : cell.text)));
}

function naturalWidths(columns: readonly Column[], texts: readonly (readonly string[])[]): readonly number[] {
  return columns.map(({ title }, index) =>
    texts.reduce((width, row) => Math.max(width, displayWidth(row[index] ?? '')), displayWidth(title)),
  );
}

function totalWidth(widths: readonly number[]): number {
  return widths.reduce((sum, each) => sum + each, gap * (widths.length - 1));
}

/** Takes columns from the widest until all fit: first down to their minimum, then, on a very narrow terminal, below. */
function fit(natural: readonly number[], columns: readonly Column[], width: number): readonly number[] {
  const widths = [...natural];
  shrink(widths, width, (index) => columns[index]?.minimum ?? 8);
  shrink(widths, width, () => 4);
  return widths;
}

function shrink(widths: number[], width: number, minimumOf: (index: number) => number): void {
  while (totalWidth(widths) > width) {
    let widest = -1;
    for (const [index, each] of widths.entries())
      if (each > minimumOf(index) && (widest < 0 || each > (widths[widest] ?? 0))) widest = index;
    if (widest < 0) return;
    widths[widest] = (widths[widest] ?? 1) - 1;
  }
}

const noLines = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
};
