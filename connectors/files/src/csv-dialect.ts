/** How a text is cut into records and fields. */
export interface CsvDialect {
  readonly delimiter: string;
  readonly quote: string;
  /** Offsets in the text at which records end (behind the line break); the last one only if it is complete. */
  readonly recordEnds: readonly number[];
  /** Delimiters in each record when all records that were looked at have the same number; else 0. */
  readonly regularCount: number;
  /** The text ends inside quotes. */
  readonly quoteOpen: boolean;
}

/** In the order of trust: commas also stand in numbers and prose, tabs hardly ever. */
const delimiters: readonly string[] = ['\t', ';', '|', ','];

/**
 * Cuts the text into at most `mostRecords` records and chooses the delimiter that occurs most evenly.
 *
 * @param complete - whether the text reaches the end of the file, so that its last line is a record without a line break
 */
export function detectDialect(text: string, mostRecords: number, complete: boolean, given?: string): CsvDialect {
  const quote = detectQuote(text);
  const scan = scanRecords(text, quote, mostRecords, complete);
  const best = given ?? chooseDelimiter(scan.counts);
  const counts = best === undefined ? [] : scan.counts.map((record) => record[delimiters.indexOf(best)] ?? 0);
  const first = counts[0] ?? 0;
  return {
    delimiter: best ?? ',',
    quote,
    recordEnds: scan.ends,
    regularCount: counts.every((count) => count === first) ? first : 0,
    quoteOpen: scan.quoteOpen,
  };
}

function detectQuote(text: string): string {
  const head = text.slice(0, 16_384);
  const single = head.match(/(^|[,;\t|])'[^'\n]*'(?=[,;\t|\r\n]|$)/gm)?.length ?? 0;
  return single > 1 && !/(^|[,;\t|])"/m.test(head) ? "'" : '"';
}

interface Scan {
  /** Per record, per delimiter: how often it occurs outside quotes. Blank lines are no records. */
  readonly counts: readonly (readonly number[])[];
  readonly ends: readonly number[];
  readonly quoteOpen: boolean;
}

function scanRecords(text: string, quote: string, mostRecords: number, complete: boolean): Scan {
  const quoteCode = quote.charCodeAt(0);
  const counts: number[][] = [];
  const ends: number[] = [];
  let record = delimiters.map(() => 0);
  let quoted = false;
  let fieldStart = true;
  let blank = true;
  const endRecord = (end: number): void => {
    if (blank && ends.length > 0) ends[ends.length - 1] = end;
    else if (!blank) {
      counts.push(record);
      ends.push(end);
    }
    record = delimiters.map(() => 0);
    fieldStart = true;
    blank = true;
  };
  for (let position = 0; position < text.length && ends.length < mostRecords; position += 1) {
    const code = text.charCodeAt(position);
    if (quoted) {
      if (code === quoteCode) quoted = false;
      continue;
    }
    if (code === quoteCode && (fieldStart || text.charCodeAt(position - 1) === quoteCode)) {
      quoted = true;
      fieldStart = false;
      blank = false;
    } else if (code === 10 || code === 13) {
      const end = code === 13 && text.charCodeAt(position + 1) === 10 ? position + 2 : position + 1;
      position = end - 1;
      endRecord(end);
    } else {
      const delimiter = code === 9 ? 0 : code === 59 ? 1 : code === 124 ? 2 : code === 44 ? 3 : -1;
      if (delimiter >= 0) record[delimiter] = (record[delimiter] ?? 0) + 1;
      fieldStart = delimiter >= 0;
      blank = false;
    }
  }
  if (complete && !quoted && !blank && ends.length < mostRecords) endRecord(text.length);
  return { counts, ends, quoteOpen: quoted };
}

/** The one whose count per record is the same most often; even ones before others. */
function chooseDelimiter(counts: readonly (readonly number[])[]): string | undefined {
  let best: { readonly delimiter: string; readonly evenness: number } | undefined;
  delimiters.forEach((delimiter, index) => {
    const evenness = evennessOf(counts.map((record) => record[index] ?? 0));
    if (evenness > 0 && (best === undefined || evenness > best.evenness + 0.05)) best = { delimiter, evenness };
  });
  return best === undefined ? undefined : best.delimiter;
}

/** Share of the records that have the most frequent count, when that is not zero. */
function evennessOf(counts: readonly number[]): number {
  const frequencies = new Map<number, number>();
  for (const count of counts) frequencies.set(count, (frequencies.get(count) ?? 0) + 1);
  const [common, frequency] = [...frequencies].reduce((one, other) => (other[1] > one[1] ? other : one), [0, 0]);
  return common === 0 ? 0 : frequency / counts.length;
}
