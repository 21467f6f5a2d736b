import { CORE_SCHEMA, load, mergeTag } from 'js-yaml';

/** What is wrong with a document that could be read but not understood. */
export class BrokenDocument extends Error {}

/** With `<<`, which is of YAML 1.1: tools and people go on writing it. */
const yaml = { schema: CORE_SCHEMA.withTags(mergeTag), maxTotalMergeKeys: 1_000_000 };

/**
 * JSON or YAML 1.2, whatever its name says.
 *
 * @throws BrokenDocument with the place of the fault
 */
export function parseText(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new BrokenDocument('it is not UTF-8');
  }
  // what begins like JSON is not given to YAML, which would take much of what is broken for something else
  const isJson = /^\s*(?:\{\s*["}]|\[)/.test(text);
  let value: unknown;
  try {
    value = isJson ? JSON.parse(text) : load(text, yaml);
  } catch (error) {
    throw new BrokenDocument(`it is neither JSON nor YAML: ${faultOf(error)}`);
  }
  if (isJson) return value;
  refuseUnfolding(value);
  return value;
}

/** Whether a part of it could pass for the whole: what begins with a bracket ends with one, other YAML ends anywhere. */
export function canBeCut(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => !whiteSpace.includes(byte));
  return first !== openingBrace && first !== openingBracket;
}

const whiteSpace: readonly number[] = [0x09, 0x0a, 0x0d, 0x20];
const openingBrace = 0x7b;
const openingBracket = 0x5b;

const mostValues = 20_000_000;

/** What YAML says once may be meant a million times: aliases of aliases, or of what they stand in. */
function refuseUnfolding(value: unknown): void {
  const left: unknown[] = [value];
  for (let count = 0; left.length > 0; count += 1) {
    if (count + left.length > mostValues) throw new BrokenDocument('its aliases unfold to too much');
    const next = left.pop();
    if (typeof next === 'object' && next !== null) for (const inner of Object.values(next)) left.push(inner);
  }
}

/** Without lines of the document: they may hold what is nobody else's business. */
function faultOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'no reason was given';
  if ('reason' in error && typeof error.reason === 'string') return `${error.reason}${lineOf(error)}`;
  if (error instanceof RangeError) return 'it is nested too deeply';
  const message = 'message' in error ? String(error.message) : '';
  const [, place] = /position (\d+)/.exec(message) ?? [];
  return place === undefined ? 'it ends too early or holds a sign that does not belong there' : `at character ${place}`;
}

function lineOf(error: object): string {
  if (!('mark' in error) || typeof error.mark !== 'object' || error.mark === null || !('line' in error.mark)) return '';
  return typeof error.mark.line === 'number' ? ` in line ${error.mark.line + 1}` : '';
}
