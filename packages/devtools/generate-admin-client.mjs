// Writes packages/admin-client/src/generated.ts from the OpenAPI document that admin-api serves: a type per schema,
// a guard per answer, a method per operation.
//
//   node packages/devtools/generate-admin-client.mjs           writes the file (build admin-api first)
//   node packages/devtools/generate-admin-client.mjs --check   writes nothing; ends with 1 when the file differs

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { adminRoutes } from '@isthmus/admin-api';
import { FakeDaemon } from '@isthmus/admin-api/testing';
import { silentLogger } from '@isthmus/kernel';
import { createHttpHost } from '@isthmus/platform';

const root = fileURLToPath(new URL('../../', import.meta.url));
const target = 'packages/admin-client/src/generated.ts';
const methods = ['get', 'post', 'patch', 'put', 'delete'];

const wanted = format(clientSource(await openApiDocument()));
if (!process.argv.includes('--check')) writeFileSync(root + target, wanted);
else if (readFileSync(root + target, 'utf8') !== wanted) {
  console.error(`${target} is not what the API says: run \`node packages/devtools/generate-admin-client.mjs\``);
  process.exitCode = 1;
}

async function openApiDocument() {
  const { http } = createHttpHost({ host: '127.0.0.1', port: 0, logger: silentLogger });
  try {
    await adminRoutes(http, new FakeDaemon(), { version: '0.0.0' });
    const answer = await http.inject({ url: '/api/v1/openapi.json', headers: { host: '127.0.0.1' } });
    if (answer.statusCode !== 200) throw new Error(`the API description was answered with ${answer.body}`);
    return answer.json();
  } finally {
    await http.close();
  }
}

function clientSource(document) {
  const schemas = Object.entries(document.components.schemas);
  const operations = operationsOf(document);
  return `// Written by packages/devtools/generate-admin-client.mjs from the OpenAPI document of admin-api. Do not edit.

import { answerWith } from './answer-guards.js';
import { segment } from './path.js';
import type { AdminTransport } from './transport.js';

${schemas.map(([name, schema]) => interfaceSource(name, schema)).join('\n')}
${operations.map(requestSource).join('\n')}
${guardsSource(document, operations)}

/** Every call of the API. Errors: see \`AdminTransport\`, and the codes that the daemon answers. */
export class AdminClient {
  constructor(private readonly transport: AdminTransport) {}

${operations.map(methodSource).join('\n\n')}
}
`;
}

function operationsOf(document) {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    methods
      .filter((method) => method in item)
      .map((method) => {
        const operation = item[method];
        const id = operation.operationId;
        if (id === undefined) throw new Error(`${method} ${path} has no operationId`);
        const parameters = operation.parameters ?? [];
        const body = operation.requestBody?.content['application/json'].schema;
        return {
          id,
          method: method.toUpperCase(),
          path,
          summary: operation.summary,
          pathNames: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
          query: parameters.filter((parameter) => parameter.in === 'query'),
          // A body that can hold nothing is not sent.
          body: body === undefined || Object.keys(body.properties ?? {}).length === 0 ? undefined : body,
          bodyRequired: operation.requestBody?.required === true,
          answer: answerName(`${method} ${path}`, operation.responses),
        };
      }),
  );
}

function answerName(call, responses) {
  const [status] = Object.keys(responses).filter((key) => key.startsWith('2'));
  const reference = responses[status]?.content?.['application/json']?.schema?.$ref;
  if (reference === undefined) throw new Error(`${call} has no named answer`);
  return nameOf(reference);
}

function interfaceSource(name, schema) {
  return `${comment(schema.description)}export interface ${name} ${typeSource(schema)}\n`;
}

function requestSource({ id, query, body }) {
  const parts = [];
  if (query.length > 0)
    parts.push(
      `export interface ${capitalised(id)}Query {\n${query
        .map(
          ({ name, required, schema, description }) =>
            `${comment(description)}readonly ${name}${optional(required, typeSource(schema))};`,
        )
        .join('\n')}\n}\n`,
    );
  if (body !== undefined) parts.push(`export interface ${capitalised(id)}Body ${typeSource(body, true)}\n`);
  return parts.join('\n');
}

function guardsSource(document, operations) {
  const names = [...new Set(operations.map(({ answer }) => answer))];
  return names
    .map((name) => {
      const required = (document.components.schemas[name].required ?? []).map((field) => `'${field}'`);
      return `const is${name} = answerWith<${name}>(${required.join(', ')});`;
    })
    .join('\n');
}

function methodSource({ id, method, path, summary, pathNames, query, body, bodyRequired, answer }) {
  const name = capitalised(id);
  const parameters = [
    ...pathNames.map((parameter) => `${parameter}: string`),
    ...(body === undefined ? [] : [`body: ${name}Body${bodyRequired ? '' : ' = {}'}`]),
    ...(query.length === 0 ? [] : [`query: ${name}Query${query.some(({ required }) => required) ? '' : ' = {}'}`]),
    'signal?: AbortSignal',
  ];
  const quoted = pathNames.length === 0 ? `'${path}'` : `\`${path.replace(/\{(\w+)\}/g, "${segment('$1', $1)}")}\``;
  const call = [
    `method: '${method}'`,
    `path: ${quoted}`,
    ...(query.length === 0 ? [] : ['query: { ...query }']),
    ...(body === undefined ? [] : ['body']),
  ];
  // async: what a name cannot be sent as has to reject, not to throw.
  return `${comment(summary)}async ${id}(${parameters.join(', ')}): Promise<${answer}> {
    return this.transport.send({ ${call.join(', ')} }, is${answer}, signal);
  }`;
}

/** @param loose - whether undefined may be given for an optional field: it is left out when it is sent */
function typeSource(schema, loose = false) {
  if (schema.$ref !== undefined) return nameOf(schema.$ref);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  switch (schema.type) {
    case 'string':
    case 'boolean':
      return schema.type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `readonly (${typeSource(schema.items, loose)})[]`;
    case 'object':
      return objectSource(schema, loose);
    case undefined:
      // any value: nothing is said but what it is for
      if (Object.keys(schema).every((key) => key === 'description')) return 'unknown';
      throw new Error(`the generator knows no schema like ${JSON.stringify(schema).slice(0, 200)}`);
    default:
      throw new Error(`the generator knows no schema like ${JSON.stringify(schema).slice(0, 200)}`);
  }
}

function objectSource(schema, loose) {
  const properties = Object.entries(schema.properties ?? {});
  if (properties.length === 0) return 'Readonly<Record<string, unknown>>';
  const required = new Set(schema.required ?? []);
  const lines = properties.map(([name, property]) => {
    const type = typeSource(property, loose);
    const end = loose ? optional(required.has(name), type) : `${required.has(name) ? '' : '?'}: ${type}`;
    return `${comment(property.description)}readonly ${name}${end};`;
  });
  return `{\n${lines.join('\n')}\n}`;
}

function optional(required, type) {
  return required ? `: ${type}` : `?: ${type} | undefined`;
}

function comment(text) {
  return text === undefined ? '' : `/** ${text.replaceAll('*/', '* /')} */\n`;
}

function nameOf(reference) {
  return reference.replace('#/components/schemas/', '');
}

function capitalised(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function format(source) {
  const biome = `${root}node_modules/@biomejs/biome/bin/biome`;
  return execFileSync(process.execPath, [biome, 'format', `--stdin-file-path=${target}`], {
    cwd: root,
    input: source,
    encoding: 'utf8',
  });
}
