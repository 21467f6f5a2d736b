// Sends a recording of a real Egeria to a server of ours and compares the answers. The format of a line stands in
// golden/README.md; what is sent for its effect alone, and what shows a defect of the recorded server, is not compared.
import { readFileSync } from 'node:fs';
import { difference } from './difference.mjs';

const answerWithinMs = 120_000;
const askAgainMs = 200;

/** @returns {object[]} the lines of a recording */
export function readRecording(path) {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => JSON.parse(line));
}

/**
 * Sends every line in order, since later ones need what earlier ones do.
 *
 * @param {string} base URL without a slash at its end
 * @param {object[]} lines
 * @returns {Promise<{ id: string, request: string, differences: { pointer: string, text: string }[], tookMs: number }[]>}
 *   those that are compared
 */
export async function replay(base, lines) {
  const captured = new Map([['base', base]]);
  const compared = [];
  for (const line of lines) {
    const { answer, tookMs } = await ask(base, line, captured);
    for (const [name, pointer] of Object.entries(line.capture ?? {})) {
      const value = at(answer.body ?? answer.text, pointer);
      if (value !== undefined) captured.set(name, value);
    }
    if (line.response === undefined || line.fault === true) continue;
    const differences = difference(line, named(answer, captured));
    compared.push({ id: line.id, request: `${line.method} ${line.path}`, differences, tookMs });
  }
  return compared;
}

async function ask(base, line, captured) {
  if (line.wait !== undefined) await new Promise((settle) => setTimeout(settle, line.wait));
  const until = performance.now() + (line.retry?.forMs ?? 0);
  for (;;) {
    const began = performance.now();
    const answer = await send(base, line, captured);
    const tookMs = performance.now() - began;
    const wanted = line.retry?.until;
    if (wanted === undefined || at(answer.body, wanted.pointer) === wanted.equals || performance.now() > until)
      return { answer, tookMs };
    await new Promise((settle) => setTimeout(settle, askAgainMs));
  }
}

async function send(base, line, captured) {
  const headers = { accept: 'application/json', ...filled(line.headers ?? {}, captured) };
  const body =
    line.text === undefined
      ? line.body === undefined
        ? undefined
        : JSON.stringify(filled(line.body, captured))
      : filled(line.text, captured);
  if (body !== undefined) headers['content-type'] ??= line.contentType ?? 'application/json';
  try {
    const response = await fetch(base + escaped(filled(line.path, captured)), {
      method: line.method,
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(answerWithinMs),
    });
    const text = await response.text();
    const contentType = response.headers.get('content-type') ?? '';
    return { status: response.status, contentType, ...read(text) };
  } catch (error) {
    return { status: 0, contentType: '', text: String(error.cause?.code ?? error.message) };
  }
}

function read(text) {
  try {
    return { body: JSON.parse(text) };
  } catch {
    return { text };
  }
}

/** Percent escapes of the recording stay as they are. */
function escaped(path) {
  return path
    .split(/(%[0-9a-fA-F]{2})/)
    .map((part, index) => (index % 2 === 1 ? part : encodeURI(part)))
    .join('');
}

/** Puts captured values where their names stand. */
function filled(value, captured) {
  if (typeof value === 'string') return value.replace(/\$\{(\w+)\}/g, (whole, name) => captured.get(name) ?? whole);
  if (Array.isArray(value)) return value.map((item) => filled(item, captured));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [filled(key, captured), filled(item, captured)]),
  );
}

/** Puts their names where captured values stand; short ones stand in too many places. */
function named(value, captured) {
  const known = [...captured]
    .filter(([, text]) => typeof text === 'string' && text.length >= 6)
    .sort(([, one], [, other]) => other.length - one.length);
  const walk = (part) => {
    if (typeof part === 'string')
      return known.reduce((text, [name, found]) => text.split(found).join(`\${${name}}`), part);
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, item]) => [walk(key), walk(item)]));
  };
  return walk(value);
}

/** What a JSON pointer leads to; the empty one to all of it. */
function at(value, pointer) {
  if (pointer === '') return value;
  return pointer
    .split('/')
    .slice(1)
    .reduce((found, key) => found?.[key.replaceAll('~1', '/').replaceAll('~0', '~')], value);
}
