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
  options: { readonly width: number | undefined; readonly style: Style },
): string {
  const texts = rows.map((row) => row.map((cell) => plain(typeof cell === 'string' ? cell : cell.text)));
  const natural = columns.map(({ title }, index) =>
    texts.reduce((width, row) => Math.max(width, displayWidth(row[index] ?? '')), displayWidth(title)),
  );
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

/** Takes columns from the widest until all fit, down to their minimum. */
function fit(natural: readonly number[], columns: readonly Column[], width: number): readonly number[] {
  const widths = [...natural];
  const total = () => widths.reduce((sum, each) => sum + each, gap * (widths.length - 1));
  while (total() > width) {
    let widest = -1;
    for (const [index, each] of widths.entries()) {
      const shrinkable = each > Math.max(columns[index]?.minimum ?? 8, 1);
      if (shrinkable && (widest < 0 || each > (widths[widest] ?? 0))) widest = index;
    }
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 1) - 1;
  }
  return widths;
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
