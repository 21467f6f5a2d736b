import type { Element, ElementWithRelated } from '@isthmus/admin-client';
import type { Command } from 'commander';
import type { CliIo } from '../io.js';
import { withExamples } from '../support/command-help.js';
import { counted, shellWord } from '../support/describe.js';
import { openSession, type Session } from '../support/session.js';
import { wholeNumber } from '../support/values.js';
import type { Field, Screen } from '../terminal/screen.js';

interface FindOptions {
  readonly type?: string;
  readonly limit: number;
  readonly startFrom: number;
}

export function addElementCommands(program: Command, io: CliIo): void {
  withExamples(
    program
      .command('find')
      .summary('search what was catalogued')
      .description('Search what was catalogued.')
      .argument('<text>', 'text in any property; "" finds everything')
      .option('-t, --type <type>', 'only elements of this type and its subtypes, e.g. DataFile')
      .option('-n, --limit <count>', 'how many at most', wholeNumber(1, 500), 20)
      .option('--start-from <number>', 'leave out the first ones', wholeNumber(0, 1_000_000_000), 0)
      .action(async (text: string, options: FindOptions, command: Command) =>
        find(await openSession(io, command), text, options),
      ),
    'find orders',
    'find orders --type DataFile --limit 100',
    'find "" --type FileFolder --json',
  );
  withExamples(
    program
      .command('show')
      .summary('show an element with its properties and what it is related to')
      .description('Show an element with its properties and what it is related to.')
      .argument('<qualified-name>', 'as `isthmus find` shows it')
      .action(async (name: string, _options: unknown, command: Command) => show(await openSession(io, command), name)),
    'show "DataFile::QuickStart.landing-area:/sales/2026-02/orders.csv"',
    'show "DataFile::QuickStart.landing-area:/sales/2026-02/orders.csv" --json',
  );
}

async function find({ client, screen, io }: Session, text: string, options: FindOptions): Promise<void> {
  const { type, limit, startFrom } = options;
  const page = await client.findElements({ search: text, type, pageSize: limit, startFrom }, io.signal);
  if (screen.json) return screen.answer(page);
  if (page.items.length === 0) return screen.note(nothingFound(text, type, startFrom));
  screen.table(
    [
      { title: 'TYPE' },
      { title: 'NAME', minimum: 12 },
      { title: 'CHANGED', minimum: 10 },
      { title: 'QUALIFIED NAME', cut: 'middle', minimum: 24 },
    ],
    page.items.map((element) => [
      element.typeName,
      nameOf(element),
      screen.ago(element.versions.updateTime ?? element.versions.createTime),
      qualifiedNameOf(element),
    ]),
  );
  if (page.nextStartFrom === undefined) return;
  const ofType = type === undefined ? '' : ` --type ${shellWord(type)}`;
  screen.note(
    `There is more: isthmus find ${shellWord(text)}${ofType} --limit ${limit} --start-from ${page.nextStartFrom}`,
  );
}

function nothingFound(text: string, type: string | undefined, startFrom: number): string {
  const what = text === '' ? 'Nothing' : `Nothing with ${JSON.stringify(text)}`;
  return `${what}${type === undefined ? '' : ` of type ${type}`} was found${startFrom > 0 ? ` from ${startFrom} on` : ''}.`;
}

async function show({ client, screen, io }: Session, qualifiedName: string): Promise<void> {
  const found = await client.getElement({ qualifiedName }, io.signal);
  if (screen.json) return screen.answer(found);
  printElement(screen, found.element);
  printRelated(screen, found);
}

function printElement(screen: Screen, element: Element): void {
  const { versions, origin } = element;
  const updated = versions.updateTime;
  screen.fields([
    ['qualified name', qualifiedNameOf(element)],
    ['type', [element.typeName, ...element.superTypeNames].join(' < ')],
    ['guid', element.guid],
    ['status', element.status === 'ACTIVE' ? undefined : { text: element.status, tone: 'waiting' }],
    ['created', `${screen.at(versions.createTime)} by ${versions.createdBy}`],
    ['changed', updated && `${screen.at(updated)} by ${versions.updatedBy ?? versions.createdBy}`],
    ['version', String(versions.version)],
    ['origin', `${origin.homeMetadataCollectionName} (${origin.originCategory})`],
  ]);
  const { qualifiedName: _shownAbove, ...properties } = element.properties;
  if (Object.keys(properties).length > 0) {
    screen.heading('Properties');
    screen.fields(propertyFields(properties));
  }
  for (const { classificationName, properties: facts } of element.classifications) {
    screen.heading(`Classification ${classificationName}`);
    if (Object.keys(facts).length === 0) screen.line('without properties');
    screen.fields(propertyFields(facts));
  }
}

/** Maps are laid out key by key; dates stay numbers unless the name says that they are dates. */
function propertyFields(properties: Readonly<Record<string, unknown>>): Field[] {
  return Object.entries(properties)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([key, value]): Field[] =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.entries(value).map(([inner, item]) => [`${key}.${inner}`, textOf(inner, item)] as const)
        : [[key, textOf(key, value)]],
    );
}

function textOf(key: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && /(?:Time|Date)$/.test(key) && Math.abs(value) <= 8.64e15)
    return new Date(value)
      .toISOString()
      .replace('T', ' ')
      .replace(/(?:\.\d+)?Z$/, ' UTC');
  return JSON.stringify(value);
}

function printRelated(screen: Screen, { related, moreRelated }: ElementWithRelated): void {
  if (related.length === 0) return;
  screen.heading(`Related: ${moreRelated ? 'more than ' : ''}${counted(related.length, 'element')}`);
  const shown = related.slice(0, shownRelated);
  screen.table(
    [
      { title: 'RELATIONSHIP' },
      { title: 'END' },
      { title: 'TYPE' },
      { title: 'QUALIFIED NAME', cut: 'middle', minimum: 24 },
    ],
    shown.map(({ relationship, element, elementAtEnd1 }) => [
      relationship.typeName,
      elementAtEnd1 ? '1' : '2',
      element.typeName,
      qualifiedNameOf(element),
    ]),
  );
  if (related.length > shown.length)
    screen.line(
      `and ${related.length - shown.length}${moreRelated ? ' and more' : ' more'}; see the first ones with --json`,
    );
}

const shownRelated = 50;

function qualifiedNameOf({ properties, guid }: Element): string {
  return typeof properties.qualifiedName === 'string' ? properties.qualifiedName : guid;
}

function nameOf({ properties }: Element): string {
  for (const key of ['displayName', 'fileName', 'resourceName', 'name', 'pathName']) {
    const value = properties[key];
    if (typeof value === 'string' && value !== '') return value;
  }
  return '-';
}
