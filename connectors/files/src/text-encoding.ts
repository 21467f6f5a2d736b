import { type Buffer, isUtf8 } from 'node:buffer';

export interface DecodedText {
  /** As IANA names it, e.g. `UTF-8`, `ISO-8859-1`. */
  readonly encoding: string;
  readonly text: string;
}

/** One or two bytes beyond ASCII say nothing of a language, and looking for one in them costs as much as in many. */
const fewestOddBytes = 3;
/** Enough for the detector to count letters; more only costs time. */
const detectorBytes = 8_192;

/**
 * Undefined when it is no text.
 *
 * @param complete - whether the sample reaches the end; otherwise a character that was cut is left off
 */
export async function decodeText(sample: Buffer, complete: boolean): Promise<DecodedText | undefined> {
  if (startsWith(sample, [0xef, 0xbb, 0xbf])) return decoded('UTF-8', sample);
  if (startsWith(sample, [0xff, 0xfe])) return decoded('UTF-16LE', sample);
  if (startsWith(sample, [0xfe, 0xff])) return decoded('UTF-16BE', sample);
  const wide = utf16WithoutMark(sample);
  if (wide !== undefined) return decoded(wide, sample);
  if (hasControls(sample)) return undefined;
  const whole = complete ? sample : withoutCutCharacter(sample);
  if (isUtf8(whole)) return decoded('UTF-8', whole);
  return decoded(await singleByteEncoding(sample), sample);
}

function decoded(encoding: string, sample: Buffer): DecodedText {
  return { encoding, text: new TextDecoder(encoding).decode(sample) };
}

function startsWith(sample: Buffer, mark: readonly number[]): boolean {
  return mark.every((byte, position) => sample[position] === byte);
}

/** Western text in UTF-16 has a zero in every second byte. */
function utf16WithoutMark(sample: Buffer): string | undefined {
  const length = Math.min(sample.length & ~1, 1024);
  if (length < 4) return undefined;
  let even = 0;
  let odd = 0;
  for (let position = 0; position < length; position += 2) {
    if (sample[position] === 0) even += 1;
    if (sample[position + 1] === 0) odd += 1;
  }
  const most = length / 2;
  if (odd > most * 0.7 && even === 0) return 'UTF-16LE';
  return even > most * 0.7 && odd === 0 ? 'UTF-16BE' : undefined;
}

/** Zero bytes, or more control characters than a stray escape sequence in a log. */
function hasControls(sample: Buffer): boolean {
  let controls = 0;
  for (const byte of sample) {
    if (byte === 0) return true;
    if (byte < 0x09 || (byte > 0x0d && byte < 0x20 && byte !== 0x1b)) controls += 1;
  }
  return controls * 50 > sample.length;
}

function withoutCutCharacter(sample: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, sample.length); back += 1) {
    const byte = sample[sample.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? sample.subarray(0, sample.length - back) : sample;
    }
  }
  return sample;
}

async function singleByteEncoding(sample: Buffer): Promise<string> {
  if (oddBytes(sample) < fewestOddBytes) return 'ISO-8859-1';
  // few files need it, and loading it holds up the loop for longer than anything else of this package
  const { detect } = await import('chardet');
  const guess = detect(sample.subarray(0, detectorBytes)) ?? 'ISO-8859-1';
  if (/^utf|^ascii/i.test(guess)) return 'ISO-8859-1';
  try {
    new TextDecoder(guess);
    return guess;
  } catch {
    return 'ISO-8859-1';
  }
}

/** Bytes beyond ASCII, counted as far as it matters. */
function oddBytes(sample: Buffer): number {
  let count = 0;
  for (const byte of sample) {
    if (byte < 0x80) continue;
    count += 1;
    if (count === fewestOddBytes) break;
  }
  return count;
}
