import { BrokenDocument } from './document-text.js';
import { defined, type Fields, fieldsOf, isFields, isOtherThanFields, listOf, textOf, textsOf } from './json.js';
import type { ApiModel, OperationModel, SchemaModel } from './model.js';
import { OperationReader } from './read-operation.js';
import { described, SchemaReader } from './read-schema.js';
import { securityFacts } from './read-security.js';
import { serversOf } from './read-servers.js';
import { below, type LoadedDocument, type Place, References } from './references.js';
import { SchemaNames } from './schema-names.js';

export interface ReadDocument {
  readonly model: ApiModel;
  /** Further documents that are needed to read it; when there are some, the model lacks what lies in them. */
  readonly wanted: readonly string[];
  /** Of those that are there: documents in which nothing is of what is looked for there. */
  readonly strangers: readonly string[];
  /** References that lead nowhere: some of them, and how many there are. */
  readonly faults: readonly string[];
  readonly faultCount: number;
  /** Things of which fields were left out. */
  readonly cut: readonly string[];
}

/** Schemas of one document. */
const mostSchemas = 50_000;

/** Whether a file is meant to be an API's document, right or wrong. */
export function claimsToBeApi(value: unknown): boolean {
  return isFields(value) && ('openapi' in value || 'swagger' in value);
}

/** @throws BrokenDocument when it is no document of version 2.0, 3.0 or 3.1 */
export function readDocument(
  uri: string,
  value: unknown,
  documents: ReadonlyMap<string, LoadedDocument>,
): ReadDocument {
  const version = versionOf(value);
  refuseWithoutBody(fieldsOf(value), version);
  refuseOtherThanFields(fieldsOf(value));
  const references = new References(new Map([...documents, [uri, { kind: 'value', value }]]));
  const names = new SchemaNames(uri);
  const schemaReader = new SchemaReader(references, names);
  const root: Place = { uri, pointer: '', value };
  const own = fieldsOf(value);
  const info = fieldsOf(own.info);
  const cut: string[] = [];
  const noted = <T extends { readonly name: string }>(thing: T): T => {
    if (schemaReader.isCut) cut.push(thing.name);
    return schemaReader.isPartial ? { ...thing, isPartial: true } : thing;
  };
  const lists = [below(root, 'components', 'schemas'), below(root, 'definitions')];
  for (const list of lists) for (const name of Object.keys(fieldsOf(list.value))) names.of(below(list, name));
  const reader = new OperationReader(references, schemaReader, own, noted);
  const operations = operationsOf(root, references, reader);
  const schemas: SchemaModel[] = [];
  for (const [name, place] of names.all()) {
    if (schemas.length >= mostSchemas) throw new BrokenDocument(`it has more than ${mostSchemas} schemas`);
    schemas.push(noted(schemaReader.schema(name, place)));
  }
  return {
    model: {
      title: textOf(info.title) ?? 'untitled',
      version: textOf(info.version),
      description: described(info.description ?? info.summary),
      facts: factsOf(own, info, version),
      servers: serversOf(own, uri),
      operations,
      schemas,
    },
    wanted: [...references.wanted],
    strangers: references.strangers.filter((stranger) => stranger !== uri),
    faults: references.faults,
    faultCount: references.faultCount,
    cut,
  };
}

function versionOf(value: unknown): string {
  if (!isFields(value)) throw new BrokenDocument('it is no object');
  const { swagger, openapi } = value;
  if (textOf(swagger) === '2.0' || textOf(swagger) === '2') return 'Swagger 2.0';
  const version = textOf(openapi);
  if (version !== undefined && /^3\.[01](\.|$)/.test(version)) return `OpenAPI ${version}`;
  throw new BrokenDocument(
    version === undefined && swagger === undefined
      ? 'it says neither `openapi` nor `swagger`'
      : `its version is ${version ?? textOf(swagger) ?? 'none'}; 2.0, 3.0 and 3.1 are understood`,
  );
}

/** What lacks what every document of its version has was cut, or is not finished. */
function refuseWithoutBody(own: Fields, version: string): void {
  const bodies = version.startsWith('OpenAPI 3.1') ? ['paths', 'components', 'webhooks'] : ['paths'];
  if (!bodies.some((word) => word in own))
    throw new BrokenDocument(
      `it lacks ${bodies.map((word) => `\`${word}\``).join(' or ')}, so it is no whole document`,
    );
}

/** What is known of schemas is not gone because something else stands in their place. */
function refuseOtherThanFields(own: Fields): void {
  const lists = { components: own.components, schemas: fieldsOf(own.components).schemas, definitions: own.definitions };
  for (const [word, list] of Object.entries(lists))
    if (isOtherThanFields(list)) throw new BrokenDocument(`\`${word}\` is no object`);
}

function factsOf(own: Fields, info: Fields, version: string): Readonly<Record<string, string>> {
  const contact = fieldsOf(info.contact);
  const license = fieldsOf(info.license);
  const tags = listOf(own.tags).flatMap((tag) => textOf(fieldsOf(tag).name) ?? []);
  return defined({
    specification: version,
    contact: joined([textOf(contact.name), textOf(contact.email), textOf(contact.url)]),
    license: joined([textOf(license.name), textOf(license.identifier), textOf(license.url)]),
    termsOfService: textOf(info.termsOfService),
    documentation: textOf(fieldsOf(own.externalDocs).url),
    tags: tags.length === 0 ? undefined : tags.join(', '),
    consumes: joined(textsOf(own.consumes)),
    produces: joined(textsOf(own.produces)),
    ...securityFacts(own),
  });
}

function joined(texts: readonly (string | undefined)[]): string | undefined {
  const there = texts.filter((text) => text !== undefined);
  return there.length === 0 ? undefined : there.join(', ');
}

/** Those of paths, of webhooks and of callbacks. Names that repeat (two callbacks of one path) are numbered. */
function operationsOf(root: Place, references: References, reader: OperationReader): readonly OperationModel[] {
  const found: OperationModel[] = [];
  for (const [word, usage] of [
    ['paths', undefined],
    ['webhooks', 'webhook'],
  ] as const) {
    const own = below(root, word);
    if (own.value === undefined) continue;
    // tools that join documents take a reference here, too
    const list = references.resolve(own, 'paths');
    if (list === undefined && references.wanted.size + references.missedCount > 0) continue;
    if (list === undefined || !isFields(list.value)) throw new BrokenDocument(`\`${word}\` is no object`);
    for (const path of Object.keys(list.value)) {
      if (path.startsWith('x-')) continue;
      found.push(...reader.ofPath(path, below(list, path), usage));
    }
  }
  const counts = new Map<string, number>();
  return found.map((operation) => {
    const count = (counts.get(operation.name) ?? 0) + 1;
    counts.set(operation.name, count);
    return count === 1 ? operation : { ...operation, name: `${operation.name} #${count}` };
  });
}
