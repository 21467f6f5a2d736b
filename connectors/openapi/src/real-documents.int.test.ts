import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ItemElement } from '@isthmus/connector-sdk';
import { type RecordingHost, recordingHost } from '@isthmus/connector-testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { load } from 'js-yaml';
import { openapiConnector } from './index.js';
import { fieldsOf, isFields, listOf, textOf } from './json.js';
import { configurationOf } from './testing-web.js';

const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
const folder = join(process.env.ISTHMUS_LAB ?? join(cache, 'isthmus-lab'), 'openapi-documents');
const isThere = existsSync(folder);
if (!isThere) console.warn('SKIP connectors/openapi: the documents of real products are not there');
// `npm run servers -- --install` brings them
const withDocuments = isThere ? describe : describe.skip;

/** One line for each thing that a document names, found by a plain walk that shares nothing with the connector. */
function linesOfDocument(name: string, document: unknown): readonly string[] {
  const own = fieldsOf(document);
  const lines: string[] = [];
  const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
  const target = (value: unknown): unknown => {
    const reference = fieldsOf(value).$ref;
    if (typeof reference !== 'string') return value;
    return reference
      .slice(2)
      .split('/')
      .reduce<unknown>((here, part) => fieldsOf(here)[part.replaceAll('~1', '/').replaceAll('~0', '~')], document);
  };
  for (const [word, mark] of [
    ['paths', ''],
    ['webhooks', 'webhook '],
  ] as const) {
    for (const [path, item] of Object.entries(fieldsOf(own[word]))) {
      for (const method of methods) {
        const operation = fieldsOf(item)[method];
        if (!isFields(operation)) continue;
        const here = `${name}: ${mark}${method.toUpperCase()} ${path}`;
        lines.push(here);
        const parameters = new Set<string>();
        for (const parameter of [...listOf(fieldsOf(item).parameters), ...listOf(operation.parameters)]) {
          const { in: place, name: called } = fieldsOf(target(parameter));
          parameters.add(`${here} ${place} ${textOf(called)}`);
        }
        lines.push(...parameters);
        for (const status of Object.keys(fieldsOf(operation.responses))) lines.push(`${here} response ${status}`);
      }
    }
  }
  const schemas = { ...fieldsOf(own.definitions), ...fieldsOf(fieldsOf(own.components).schemas) };
  for (const [called, schema] of Object.entries(schemas)) {
    lines.push(`${name}: schema ${called}`);
    for (const field of Object.keys(fieldsOf(fieldsOf(schema).properties)))
      lines.push(`${name}: schema ${called} field ${field}`);
  }
  return lines;
}

/** The same lines from what the catalogue holds; fields that stand there by composition are left out. */
function linesOfCatalogue(host: RecordingHost, name: string, document: unknown): readonly string[] {
  const own = fieldsOf(document);
  const schemas = { ...fieldsOf(own.definitions), ...fieldsOf(fieldsOf(own.components).schemas) };
  const elements = [...host.elements().values()];
  const byName = new Map(elements.map((element) => [element.qualifiedName, element]));
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const operationOf = (element: ItemElement | undefined): ItemElement | undefined => {
    const above = element?.parent === undefined ? undefined : byName.get(element.parent.qualifiedName);
    return above === undefined || above.typeName === 'APIOperation' ? above : undefined;
  };
  const titleOf = ({ properties }: ItemElement): string =>
    `${name}: ${text(properties.usage) === 'webhook' ? 'webhook ' : ''}${text(properties.command)} ${text(properties.path)}`;
  return elements.flatMap((element) => {
    const { typeName, properties, parent, qualifiedName } = element;
    if (!qualifiedName.includes(`::src:${name}/`)) return [];
    const called = text(properties.displayName);
    if (typeName === 'APIOperation') return text(properties.usage).startsWith('callback') ? [] : [titleOf(element)];
    if (qualifiedName.startsWith('SchemaType::') && Object.hasOwn(schemas, called))
      return [`${name}: schema ${called}`];
    if (typeName === 'APIParameter') {
      const list = parent === undefined ? undefined : byName.get(parent.qualifiedName);
      const operation = operationOf(list);
      const place = text(properties.parameterType);
      if (list?.typeName !== 'APIParameterList' || operation === undefined) return [];
      if (text(operation.properties.usage).startsWith('callback')) return [];
      if (place === 'body' && !('swagger' in own)) return [];
      return [`${titleOf(operation)} ${place} ${called}`];
    }
    if (typeName !== 'SchemaAttribute' || parent === undefined) return [];
    const holder = text(byName.get(parent.qualifiedName)?.properties.displayName);
    const isOwn =
      parent.relationshipTypeName === 'AttributeForSchema' &&
      Object.hasOwn(fieldsOf(fieldsOf(schemas[holder]).properties), called);
    return isOwn ? [`${name}: schema ${holder} field ${called}`] : [];
  });
}

withDocuments('documents of real products', () => {
  let host: RecordingHost;
  const documents = new Map<string, unknown>();
  beforeAll(async () => {
    for (const name of await readdir(folder)) {
      const content = await readFile(join(folder, name), 'utf8');
      documents.set(name, name.endsWith('.json') ? JSON.parse(content) : load(content));
    }
    host = recordingHost(openapiConnector, configurationOf([folder], { timeoutSeconds: 60 }), { source: 'src' });
    await host.start();
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const run = await host.refresh();
    delay.disable();
    if (run.failure !== undefined) throw run.failure;
    console.info(
      `${host.elements().size} elements; turns of the event loop: p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms, longest ${(delay.max / 1e6).toFixed(1)} ms`,
    );
    expect(run.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
  afterAll(() => host.stop());

  it('are catalogued with every operation, parameter, answer, schema and field that they name', () => {
    let count = 0;
    for (const [name, document] of documents) {
      const expected = linesOfDocument(name, document);
      expect([...linesOfCatalogue(host, name, document)].sort()).toEqual([...expected].sort());
      count += expected.length;
    }
    expect(count).toBeGreaterThan(20_000);
  });

  it('are neither read nor told again while they are as they were', async () => {
    const run = await host.refresh();
    expect(run.sent).toEqual([]);
    expect(run.removed).toEqual([]);
    expect(run.progress).toEqual([]);
  });
});
