import { IsthmusError, messageOf } from '@isthmus/kernel';

/** Deeper than anything that a client of ours or Egeria's sends, and shallow enough for whatever walks it by recursion. */
const deepest = 200;

/**
 * Parses a body. An empty one is no body (undefined). Keys that could reach a prototype are refused: no caller has a
 * reason to send them.
 *
 * @throws REQUEST_INVALID with `details.fault` = `json`, or `json-end` when the text ends before the JSON does
 */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  refuseDepth(body);
  const text = body.toString('utf8');
  try {
    // each letter of the key may be written as an escape
    return /__proto__|\\u00[567]/i.test(text) ? JSON.parse(text, refusePrototype) : JSON.parse(text);
  } catch (error) {
    if (IsthmusError.is(error)) throw error;
    const fault = endsEarly(messageOf(error), text) ? 'json-end' : 'json';
    throw new IsthmusError('REQUEST_INVALID', `the body is not JSON: ${withoutText(messageOf(error))}`, {
      cause: error,
      details: { fault },
    });
  }
}

/**
 * Looks for nesting before anything is built.
 *
 * @throws REQUEST_INVALID with `details.fault` = `json`
 */
function refuseDepth(body: Buffer): void {
  let depth = 0;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === quote) {
      at = endOfText(body, at);
      if (at < 0) return;
    } else if (byte === brace || byte === bracket) {
      depth += 1;
      if (depth > deepest)
        throw new IsthmusError('REQUEST_INVALID', `the body nests deeper than ${deepest} levels`, {
          details: { fault: 'json' },
        });
    } else if (byte === closingBrace || byte === closingBracket) depth -= 1;
  }
}

const quote = 0x22;
const backslash = 0x5c;
const [brace, closingBrace, bracket, closingBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Where the text that begins at a quote has its other quote; -1 when it has none. */
function endOfText(body: Buffer, from: number): number {
  for (let end = body.indexOf(quote, from + 1); end >= 0; end = body.indexOf(quote, end + 1)) {
    let before = end - 1;
    while (body[before] === backslash) before -= 1;
    if ((end - before) % 2 === 1) return end;
  }
  return -1;
}

function endsEarly(message: string, text: string): boolean {
  const position = /position (\d+)/.exec(message)?.[1];
  if (position === undefined) return message.includes('end of JSON input');
  return Number(position) >= text.trimEnd().length;
}

/** The parser quotes the text, which may hold a password. */
function withoutText(message: string): string {
  return message.replace(/, ["'].*$/s, '');
}

function refusePrototype(key: string, value: unknown): unknown {
  if (key === '__proto__')
    throw new IsthmusError('REQUEST_INVALID', 'the body has a key __proto__', { details: { fault: 'json' } });
  return value;
}
