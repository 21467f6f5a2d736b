import { readFileSync } from 'node:fs';
import { isRecord } from '../guards.js';

/** One exchange with a real server; see golden/README.md. */
export interface Exchange {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly capture?: Readonly<Record<string, string>>;
  readonly fault?: boolean;
  readonly answer?: { readonly status: number; readonly body?: unknown; readonly text?: string };
}

export interface RecordedRequest {
  readonly method: string;
  /** Below the root, with its query. */
  readonly path: string;
  readonly body?: unknown;
}

const accessServices = '/servers/mds1/open-metadata/access-services/';

export function readRecordings(release: '4.3' | '6.1'): readonly Exchange[] {
  const own = lines(new URL(`../../golden/${release}.jsonl`, import.meta.url));
  if (release === '4.3') return own;
  const stores = ['store', 'groups', 'daemon-calls'].flatMap((name) =>
    lines(new URL(`../../../metadata-server/golden/${name}.jsonl`, import.meta.url)),
  );
  return [...own, ...stores];
}

/** Whether a real server took the request: it answered well, or a later line shows what it did. */
export function isAccepted({ answer, capture, fault }: Exchange): boolean {
  if (fault) return false;
  if (answer === undefined) return capture !== undefined;
  if (answer.status !== 200) return false;
  return !isRecord(answer.body) || answer.body.relatedHTTPCode === 200;
}

/** Segments after these are names or GUIDs. */
const namers = [
  'servers',
  'users',
  'by-name',
  'type',
  'name',
  'classifications',
  'linked-by-type',
  'relationship',
  'out-topic-connection',
];
const guid = /^(\$\{\w+\}|(?:[A-Z][A-Za-z]*-)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;

/** A path with `*` for each of its variable parts. */
export function templateOf(path: string): string {
  const segments = (path.split('?')[0] ?? '').split('/').map(decodeURIComponent);
  return segments
    .map((segment, index) => (guid.test(segment) || namers.includes(segments[index - 1] ?? '') ? '*' : segment))
    .join('/');
}

export function queryKeysOf(path: string): string {
  return [...new URLSearchParams(path.split('?')[1] ?? '').keys()].sort().join(' ');
}

/** What is told of a body: the names of its members with what they hold, class markers as they are, property names left out. */
export type Shape = string | { readonly [member: string]: Shape } | readonly Shape[];

export function shapeOf(value: unknown): Shape {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (!isRecord(value)) return value === null ? 'null' : typeof value;
  const members = Object.entries(value).map(([name, member]): [string, Shape] => {
    if (name === 'class') return [name, String(member)];
    // names of properties, of languages, of classifications: any
    if (anyNames.includes(name) && isRecord(member)) return [name, Object.values(member).map(shapeOf)];
    return [name, shapeOf(member)];
  });
  return Object.fromEntries(members);
}

const anyNames: readonly string[] = ['propertyValueMap', 'initialClassifications', 'propertiesAsStrings'];

/** Every bag of wrapped properties in a body: one bean in whatever request it stands. */
export function bagsIn(shape: Shape): readonly Shape[] {
  if (typeof shape === 'string') return [];
  if (isList(shape)) return shape.flatMap(bagsIn);
  return [
    ...(isObject(shape) && shape.propertyValueMap !== undefined ? [shape] : []),
    ...Object.values(shape).flatMap(bagsIn),
  ];
}

/**
 * What of a shape no recorded one has: paths of members. Empty = it has the form of recorded ones.
 *
 * @param bags - wrapped properties are held against those of every recorded request
 */
export function unheardOf(
  shape: Shape,
  recorded: readonly Shape[],
  bags: readonly Shape[],
  at = '',
): readonly string[] {
  if (typeof shape === 'string') {
    if (recorded.includes(shape) || (at.endsWith('.primitiveValue') && recorded.length > 0)) return [];
    return [`${at || '.'} is ${shape}`];
  }
  if (isList(shape)) {
    const items = recorded.flatMap((each) => (isList(each) ? each : []));
    if (recorded.length > 0 && shape.length === 0) return [];
    return shape.flatMap((item) => unheardOf(item, items, bags, `${at}[]`));
  }
  const isBag = isObject(shape) && shape.propertyValueMap !== undefined;
  const objects = (isBag ? bags : recorded).flatMap((each) => (isObject(each) ? [each] : []));
  if (objects.length === 0) return [`${at || '.'} is an object`];
  return Object.entries(shape).flatMap(([name, member]) => {
    const known = objects.flatMap((each) => (each[name] === undefined ? [] : [each[name]]));
    return known.length === 0 ? [`${at}.${name}`] : unheardOf(member, known, bags, `${at}.${name}`);
  });
}

function isList(shape: Shape): shape is readonly Shape[] {
  return Array.isArray(shape);
}

function isObject(shape: Shape): shape is { readonly [member: string]: Shape } {
  return typeof shape === 'object' && !Array.isArray(shape);
}

function lines(url: URL): Exchange[] {
  return readFileSync(url, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Exchange => JSON.parse(line))
    .map((exchange) => ({ ...exchange, path: exchange.path.replace(/^~/, accessServices) }));
}
