import { readFileSync } from 'node:fs';

/** One line of a recording; see golden/README.md. */
export interface Exchange {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly text?: string;
  readonly capture?: Readonly<Record<string, string>>;
  readonly unordered?: boolean;
  readonly ignore?: readonly string[];
  readonly only?: 'status';
  readonly fault?: boolean;
  readonly answer?: { readonly status: number; readonly body?: unknown; readonly contentType?: string };
}

export interface Compared {
  readonly id: string;
  /** JSON pointer and what differs there; empty = agrees. */
  readonly differences: readonly Difference[];
}

export interface Difference {
  readonly pointer: string;
  readonly text: string;
}

type Bag = Map<string, string>;

const textKeys = new Set([
  'exceptionErrorMessage',
  'exceptionSystemAction',
  'exceptionUserAction',
  'exceptionCausedBy',
  'exceptionErrorMessageParameters',
  'actionDescription',
  'message',
  'trace',
  'typeDescription',
  'mermaidGraph',
]);
const guid = /(?:\b[A-Z][A-Za-z]+-)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

export function readRecording(url: URL): readonly Exchange[] {
  return readFileSync(url, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Exchange => JSON.parse(line));
}

/** Sends every exchange in order and compares the answers that were recorded. */
export async function replay(base: string, serverName: string, exchanges: readonly Exchange[]): Promise<Compared[]> {
  const bag: Bag = new Map();
  const compared: Compared[] = [];
  for (const exchange of exchanges) {
    const got = await send(base, serverName, exchange, bag);
    for (const [name, pointer] of Object.entries(exchange.capture ?? {})) {
      const value = at(got.body, pointer);
      if (typeof value === 'string') bag.set(name, value);
    }
    if (exchange.answer === undefined || exchange.fault === true) continue;
    compared.push({ id: exchange.id, differences: compare(exchange, exchange.answer, got, bag) });
  }
  return compared;
}

interface Got {
  readonly status: number;
  readonly contentType: string;
  readonly body: unknown;
}

async function send(base: string, serverName: string, exchange: Exchange, bag: Bag): Promise<Got> {
  const root = `/servers/${serverName}/open-metadata/`;
  const path = exchange.path.replace(/^~~/, root).replace(/^~/, `${root}access-services/`);
  const escaped = fill(path, bag)
    .split(/(%[0-9a-fA-F]{2})/)
    .map((part, index) => (index % 2 === 1 ? part : encodeURI(part)))
    .join('');
  const body = exchange.text ?? (exchange.body === undefined ? undefined : fill(JSON.stringify(exchange.body), bag));
  const response = await fetch(base + escaped, {
    method: exchange.method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    body: text === '' ? undefined : JSON.parse(text),
  };
}

function compare(exchange: Exchange, want: NonNullable<Exchange['answer']>, got: Got, bag: Bag): Difference[] {
  const differences: Difference[] = [];
  if (want.status !== got.status)
    differences.push({ pointer: '', text: `HTTP status ${want.status} expected, ${got.status} answered` });
  if (want.body !== undefined && !got.contentType.startsWith('application/json'))
    differences.push({ pointer: '', text: `media type ${got.contentType}` });
  if (exchange.only === 'status') {
    const [wanted, gotten] = [at(want.body, '/relatedHTTPCode'), at(got.body, '/relatedHTTPCode')];
    if (wanted !== gotten) differences.push({ pointer: '/relatedHTTPCode', text: `${wanted} expected, ${gotten}` });
    return differences;
  }
  const recorded = rename(got.body, bag);
  differ(normalise(want.body, exchange, ''), normalise(recorded, exchange, ''), '', differences);
  return differences;
}

/** Keys that only our answer has are no difference. */
function differ(want: unknown, got: unknown, pointer: string, into: Difference[]): void {
  if (Array.isArray(want) && Array.isArray(got)) {
    if (want.length !== got.length)
      into.push({ pointer, text: `${want.length} items expected, ${got.length} answered` });
    for (const [index, item] of want.entries())
      if (index < got.length) differ(item, got[index], `${pointer}/${index}`, into);
  } else if (isObject(want) && isObject(got)) {
    for (const [key, value] of Object.entries(want)) {
      if (key in got) differ(value, got[key], `${pointer}/${key}`, into);
      else into.push({ pointer: `${pointer}/${key}`, text: `missing, expected ${brief(value)}` });
    }
  } else if (JSON.stringify(want) !== JSON.stringify(got)) {
    into.push({ pointer, text: `${brief(want)} expected, ${brief(got)} answered` });
  }
}

/** GUIDs and points in time become marks, sentences for people vanish. */
function normalise(value: unknown, exchange: Exchange, pointer: string): unknown {
  if (exchange.ignore?.some((ignored) => matches(ignored, pointer)) === true) return '<ignored>';
  if (typeof value === 'string') return time.test(value) ? '<time>' : value.replace(guid, '<guid>');
  if (typeof value === 'number') return value > 1_600_000_000_000 && value < 4_000_000_000_000 ? '<time>' : value;
  if (Array.isArray(value)) {
    const items = value.map((item, index) => normalise(item, exchange, `${pointer}/${index}`));
    if (exchange.unordered !== true) return items;
    return items.sort((one, other) => sortKey(one).localeCompare(sortKey(other)));
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !textKeys.has(key))
      .map(([key, item]) => [key, normalise(item, exchange, `${pointer}/${key}`)]),
  );
}

/** The same for both sides, whatever the order of the keys and whichever of them only we have. */
function sortKey(value: unknown): string {
  if (!isObject(value)) return JSON.stringify(value);
  const known = ['name', 'elementGUID', 'guid', 'relationshipGUID', 'elementProperties', 'elementHeader', 'element'];
  return known.map((key) => (key in value ? `${key}=${sortKey(value[key])}` : '')).join(';') + wholeKey(value);
}

function wholeKey(value: Readonly<Record<string, unknown>>): string {
  const map = value.propertyValueMap ?? value.propertiesAsStrings;
  return isObject(map)
    ? Object.keys(map)
        .sort()
        .map((key) => `${key}:${JSON.stringify(map[key])}`)
        .join()
    : '';
}

function rename(value: unknown, bag: Bag): unknown {
  if (typeof value === 'string') {
    let text = value;
    for (const [name, known] of [...bag].sort((one, other) => other[1].length - one[1].length))
      if (known.length >= 6) text = text.split(known).join(`\${${name}}`);
    return text;
  }
  if (Array.isArray(value)) return value.map((item) => rename(item, bag));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rename(item, bag)]));
}

function fill(text: string, bag: Bag): string {
  return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => bag.get(name) ?? whole);
}

function at(value: unknown, pointer: string): unknown {
  let current = value;
  for (const key of pointer.split('/').slice(1)) {
    if (Array.isArray(current)) current = current[Number(key)];
    else current = isObject(current) ? current[key] : undefined;
  }
  return current;
}

function matches(ignored: string, pointer: string): boolean {
  const parts = ignored.split('*').map((part) => part.replace(/[.+?^$()[\]{}|\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^/]+')}$`).test(pointer);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 90 ? `${text.slice(0, 87)}...` : text;
}
