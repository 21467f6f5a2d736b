import { describe, expect, it } from '@jest/globals';
import { BrokenDocument, parseText } from './document-text.js';
import { readDocument } from './read-document.js';
import type { LoadedDocument } from './references.js';

const uri = 'https://api.example.org/v1/openapi.json';

function read(document: object, others: Readonly<Record<string, unknown>> = {}) {
  const documents = new Map<string, LoadedDocument>(
    Object.entries(others).map(([name, value]) => [new URL(name, uri).href, { kind: 'value', value }]),
  );
  return readDocument(uri, { openapi: '3.1.0', info: { title: 'T', version: '1' }, paths: {}, ...document }, documents);
}

function schemas(document: object) {
  const { model } = read({ components: { schemas: document } });
  return Object.fromEntries(model.schemas.map((schema) => [schema.name, schema]));
}

it('of a document that lacks what each of its version has nothing is read', () => {
  const info = { title: 'T', version: '1' };
  for (const version of [{ swagger: '2.0' }, { openapi: '3.0.3' }, { openapi: '3.1.0' }])
    expect(() => readDocument(uri, { ...version, info }, new Map())).toThrow(BrokenDocument);
  expect(readDocument(uri, { openapi: '3.1.0', info, webhooks: {} }, new Map()).model.title).toBe('T');
});

it('of a path holds what stands beside its reference, too', () => {
  const paths = {
    '/a': { $ref: 'items.json#/a', post: { responses: {} }, parameters: [{ name: 'near', in: 'query' }] },
    '/b': { $ref: 'items.json#/b', get: { operationId: 'own', responses: {} } },
  };
  const get = { operationId: 'theirs', responses: {}, parameters: [{ name: 'own', in: 'query' }] };
  const items = { a: { get, parameters: [{ name: 'far', in: 'header' }] }, b: { get } };
  const { operations } = read({ paths }, { 'items.json': items }).model;
  expect(operations.map(({ name, facts }) => [name, facts.operationId])).toEqual([
    ['GET /a', 'theirs'],
    ['POST /a', undefined],
    ['GET /b', 'own'],
  ]);
  const [first] = operations;
  expect([first?.header, first?.request].map((fields) => fields?.map(({ name }) => name))).toEqual([
    ['far'],
    ['near', 'own'],
  ]);
});

it('of an operation tells where it answers, where that is not where its API does', () => {
  const at = (url: string) => ({ servers: [{ url }], responses: {} });
  const paths = {
    '/a': { ...at('https://files.example.org'), get: at('https://{x}.example.org'), put: { responses: {} } },
    '/b': { get: { responses: {} } },
  };
  const { operations } = read({ servers: [{ url: 'https://api.example.org' }], paths }).model;
  expect(operations.map(({ name, facts }) => [name, facts.servers])).toEqual([
    ['GET /a', 'https://{x}.example.org'],
    ['PUT /a', 'https://files.example.org'],
    ['GET /b', undefined],
  ]);
});

it('in YAML takes over what `<<` leads to', () => {
  const text = 'a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc:\n  <<: [*a, {z: 4}]\n';
  expect(parseText(Buffer.from(text))).toEqual({ a: { x: 1, y: 2 }, b: { x: 1, y: 3 }, c: { x: 1, y: 2, z: 4 } });
});

describe('a document of version 2.0', () => {
  const { model } = readDocument(
    uri,
    {
      swagger: '2.0',
      info: { title: 'Old', version: 1.2 },
      host: 'old.example.org',
      basePath: '/api',
      schemes: ['https', 'http'],
      securityDefinitions: { key: { type: 'apiKey', in: 'header', name: 'X-Key' } },
      security: [{ key: [] }],
      paths: {
        '/pets/{id}': {
          parameters: [{ name: 'id', in: 'path', required: true, type: 'integer', format: 'int64' }],
          put: {
            parameters: [
              { name: 'id', in: 'path', required: true, type: 'string' },
              { name: 'X-Trace', in: 'header', type: 'string', maxLength: 36 },
              { name: 'pet', in: 'body', schema: { $ref: '#/definitions/Pet' } },
            ],
            responses: {
              200: { description: 'well', schema: { type: 'array', items: { $ref: '#/definitions/Pet' } } },
            },
          },
        },
      },
      definitions: { Pet: { type: 'object', properties: { name: { type: 'string' } } } },
    },
    new Map(),
  );

  it('tells its version, its servers and how it is secured', () => {
    expect(model).toMatchObject({ title: 'Old', version: '1.2' });
    expect(model.facts).toMatchObject({
      specification: 'Swagger 2.0',
      'security scheme key': 'apiKey in header X-Key',
      security: 'key',
    });
    expect(model.servers.map(({ url }) => url)).toEqual(['https://old.example.org/api', 'http://old.example.org/api']);
  });

  it('tells parameters, of which those of an operation win over those of its path', () => {
    const [put] = model.operations;
    expect(put).toMatchObject({ name: 'PUT /pets/{id}', command: 'PUT' });
    expect(put?.header).toMatchObject([{ name: 'X-Trace', length: 36, isNullable: true }]);
    expect(put?.request).toMatchObject([
      { name: 'id', parameterType: 'path', dataType: 'string', isNullable: false },
      { name: 'pet', parameterType: 'body', dataType: 'Pet', schema: 'Pet' },
    ]);
    expect(put?.response).toMatchObject([{ name: '200', dataType: 'array<Pet>', schema: 'Pet' }]);
  });
});

describe('operations', () => {
  it('have bodies, answers with headers, callbacks; webhooks stand beside them', () => {
    const schema = { $ref: '#/components/schemas/Pet' };
    const { model } = read({
      paths: {
        '/subscribe': {
          post: {
            operationId: 'subscribe',
            security: [{ oauth: ['read', 'write'] }, {}],
            requestBody: {
              required: true,
              content: { 'application/json': { schema }, 'application/xml': { schema }, 'text/plain': {} },
            },
            responses: {
              201: {
                description: 'made',
                headers: { Location: { schema: { type: 'string', format: 'uri' } } },
                content: { 'application/json': { schema: { type: 'object', properties: { id: { type: 'string' } } } } },
              },
              default: { $ref: '#/components/responses/Wrong' },
            },
            callbacks: { told: { '{$request.body#/url}': { post: { responses: {} } } } },
          },
        },
      },
      webhooks: { newPet: { post: {} } },
      components: {
        schemas: { Pet: { type: 'object', properties: { name: { type: 'string' } } } },
        responses: { Wrong: { description: 'wrong' } },
      },
    });
    expect(model.operations.map(({ name }) => name)).toEqual([
      'POST /subscribe',
      'callback told POST {$request.body#/url}',
      'webhook POST newPet',
    ]);
    const [subscribe] = model.operations;
    expect(subscribe?.facts).toMatchObject({ operationId: 'subscribe', security: 'oauth (read, write), or none' });
    expect(subscribe?.request).toMatchObject([
      { name: 'application/json, application/xml', dataType: 'Pet', parameterType: 'body', isNullable: false },
      { name: 'text/plain', dataType: 'any' },
    ]);
    expect(subscribe?.response).toMatchObject([
      {
        name: '201',
        dataType: 'object',
        fields: [
          { name: 'Location', dataType: 'string', facts: { format: 'uri' } },
          { name: 'id', dataType: 'string' },
        ],
      },
      { name: 'default', description: 'wrong', dataType: 'nothing' },
    ]);
  });
});

describe('schemas', () => {
  it('refer to each other in circles and end', () => {
    const { A, B } = schemas({
      A: { type: 'object', required: ['b'], properties: { b: { $ref: '#/components/schemas/B' } } },
      B: { type: 'object', properties: { a: { type: 'array', items: { $ref: '#/components/schemas/A' } } } },
    });
    expect(A?.fields).toMatchObject([{ name: 'b', dataType: 'B', schema: 'B', isNullable: false, fields: [] }]);
    expect(B?.fields).toMatchObject([{ name: 'a', dataType: 'array<A>', schema: 'A', isNullable: true }]);
  });

  it('tell null, however it is written', () => {
    const { S } = schemas({
      S: {
        type: 'object',
        required: ['a', 'b', 'c', 'd'],
        properties: {
          a: { type: ['string', 'null'] },
          b: { type: 'string', nullable: true },
          c: { oneOf: [{ type: 'null' }, { type: 'integer' }] },
          d: { type: 'string' },
        },
      },
    });
    expect(S?.fields.map(({ name, dataType, isNullable }) => [name, dataType, isNullable])).toEqual([
      ['a', 'string', true],
      ['b', 'string', true],
      ['c', 'integer', false],
      ['d', 'string', false],
    ]);
  });

  it('have the fields of all that they are composed of, also when that leads back to them', () => {
    const { Dog } = schemas({
      Animal: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
      Dog: {
        allOf: [
          { $ref: '#/components/schemas/Animal' },
          { $ref: '#/components/schemas/Dog' },
          { type: 'object', properties: { barks: { type: 'boolean', default: true } } },
        ],
        required: ['barks'],
      },
    });
    expect(Dog?.fields).toMatchObject([
      { name: 'name', isNullable: false },
      { name: 'barks', isNullable: false, defaultValue: 'true' },
    ]);
  });

  it('may be one of several, a list of values, a map, a plain value', () => {
    const found = schemas({
      Cat: { type: 'object', properties: {} },
      Either: { oneOf: [{ $ref: '#/components/schemas/Cat' }, { type: 'string' }] },
      Mood: { type: 'string', enum: ['sad', 'happy', null] },
      ByName: { type: 'object', additionalProperties: { $ref: '#/components/schemas/Cat' } },
      Id: { type: 'string', format: 'uuid', const: 'x' },
    });
    expect(found.Either).toMatchObject({ kind: 'choice', dataType: 'Cat | string', options: ['Cat'] });
    expect(found.Mood).toMatchObject({ kind: 'enum', dataType: 'string', facts: { values: 'sad, happy, null' } });
    expect(found.ByName).toMatchObject({ dataType: 'map<string, Cat>' });
    expect(found.Id).toMatchObject({ kind: 'plain', dataType: 'string', facts: { format: 'uuid' } });
  });

  it('of great width and depth are cut, and said to be', () => {
    let deep: object = { type: 'string' };
    for (let level = 0; level < 5_000; level += 1) deep = { type: 'object', properties: { down: deep } };
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, number) => [`f${number}`, { type: 'string' }]));
    const result = read({ components: { schemas: { Deep: deep, Wide: { type: 'object', properties: wide } } } });
    expect(result.cut).toEqual(['Wide']);
    expect(result.model.schemas[1]?.fields.length).toBe(1_500);
  });
});

describe('references', () => {
  it('to other documents are asked for, and only those that are reached', () => {
    const document = {
      paths: { '/a': { $ref: 'paths/a.yaml' } },
      'x-unused': { $ref: 'never.yaml' },
    };
    expect(read(document).wanted).toEqual(['https://api.example.org/v1/paths/a.yaml']);
    const first = {
      get: { responses: { 200: { content: { 'application/json': { schema: { $ref: '../Pet.yaml' } } } } } },
    };
    expect(read(document, { 'paths/a.yaml': first }).wanted).toEqual(['https://api.example.org/v1/Pet.yaml']);
    const pet = { type: 'object', properties: { friend: { $ref: '#' }, home: { $ref: 'Home.yaml#/deep/House' } } };
    const homes = { deep: { House: { type: 'string' } } };
    const whole = read(document, { 'paths/a.yaml': first, 'Pet.yaml': pet, 'Home.yaml': homes });
    expect(whole.wanted).toEqual([]);
    expect(whole.model.operations[0]?.response).toMatchObject([{ name: '200', dataType: 'Pet', schema: 'Pet.yaml#' }]);
    expect(whole.model.schemas.map(({ name, displayName }) => [name, displayName])).toEqual([
      ['Pet.yaml#', 'Pet'],
      ['Home.yaml#/deep/House', 'House'],
    ]);
    expect(whole.model.schemas[0]?.fields).toMatchObject([
      { name: 'friend', schema: 'Pet.yaml#' },
      { name: 'home', schema: 'Home.yaml#/deep/House' },
    ]);
  });

  it('lead to all paths at once, as tools write them', () => {
    const document = { paths: { $ref: 'paths.yaml' } };
    expect(read(document).wanted).toEqual(['https://api.example.org/v1/paths.yaml']);
    const paths = { '/a': { get: { responses: {} } } };
    expect(read(document, { 'paths.yaml': paths }).model.operations.map(({ name }) => name)).toEqual(['GET /a']);
  });

  it('name the documents in which nothing is of what is looked for there', () => {
    const document = {
      paths: { '/a': { $ref: 'one.yaml#/a' }, '/b': { $ref: 'one.yaml#/b' }, '/c': { $ref: 'two.yaml' } },
    };
    const strangers = (one: object, two: object) => read(document, { 'one.yaml': one, 'two.yaml': two }).strangers;
    expect(strangers({ a: {} }, { get: {} })).toEqual([]);
    expect(strangers({ c: {} }, { error: 'away' })).toEqual([
      'https://api.example.org/v1/one.yaml',
      'https://api.example.org/v1/two.yaml',
    ]);
  });

  it('that lead nowhere or in a circle are told, and the rest stands', () => {
    const { model, faults } = read({
      paths: {
        '/a': {
          get: { parameters: [{ $ref: '#/components/parameters/none' }, { $ref: '#/components/parameters/x' }] },
        },
      },
      components: {
        parameters: { x: { $ref: '#/components/parameters/y' }, y: { $ref: '#/components/parameters/x' } },
        schemas: { S: { type: 'object', properties: { a: { $ref: '#/components/schemas/T' } } } },
      },
    });
    expect(model.operations).toHaveLength(1);
    expect(model.schemas[0]?.fields).toMatchObject([{ name: 'a', dataType: '#/components/schemas/T' }]);
    expect([...faults].sort()).toEqual([
      '#/components/parameters/none leads to nothing',
      '#/components/parameters/x leads in a circle',
      '#/components/schemas/T leads to nothing',
    ]);
  });
});

describe('servers', () => {
  it('have their variables filled in, and count from where the document lies', () => {
    const { model } = read({
      servers: [
        { url: 'https://{region}.example.org/{version}', variables: { region: { default: 'eu' } } },
        { url: '/v2', description: 'here' },
      ],
    });
    expect(model.servers).toEqual([
      {
        url: 'https://eu.example.org/{version}',
        description: undefined,
        template: 'https://{region}.example.org/{version}',
      },
      { url: 'https://api.example.org/v2', description: 'here', template: undefined },
    ]);
    expect(read({}).model.servers.map(({ url }) => url)).toEqual(['https://api.example.org']);
  });
});

describe('what is no document of a version that is understood', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);

  it('is told with its reason', () => {
    expect(() => readDocument(uri, { openapi: '4.0.0' }, new Map())).toThrow(/its version is 4.0.0/);
    expect(() => readDocument(uri, { openapi: '3.0.0', paths: [] }, new Map())).toThrow(/`paths` is no object/);
  });

  it.each<readonly [string, object]>([
    ['`components` is no object', { components: 'oops' }],
    ['`schemas` is no object', { components: { schemas: ['oops'] } }],
    ['`definitions` is no object', { definitions: 7 }],
    ['the path /a is no object', { paths: { '/a': 'oops' } }],
    ['the operation get /a is no object', { paths: { '/a': { get: 'oops' } } }],
    ['`paths` is no object', { paths: { $ref: '#/nowhere' } }],
  ])('is told as well where something else stands in place of what it is made of: %s', (why, more) => {
    expect(() => read(more)).toThrow(why);
  });

  it('is not one in which something is empty, as generators write it', () => {
    const nothing = { components: { schemas: [] }, definitions: null, paths: { '/a': null, '/b': { get: [] } } };
    expect(read(nothing).model).toMatchObject({ operations: [], schemas: [] });
  });

  it('is found broken, with the place of the fault and without its text', () => {
    expect(() => parseText(bytes('{"openapi": "3.0.0", "secret": }'))).toThrow(BrokenDocument);
    expect(() => parseText(bytes('{"openapi": "3.0.0", "secret": }'))).toThrow(/^(?!.*secret).*$/);
    expect(() => parseText(bytes('a: 1\n\tb: 2\n'))).toThrow(/line 2/);
    expect(() => parseText(new Uint8Array([0xff, 0xfe, 0x00]))).toThrow(/UTF-8/);
    expect(() => parseText(bytes('['.repeat(200_000)))).toThrow(BrokenDocument);
  });

  it('is read from YAML as from JSON: dates and numbers of versions stay what is written', () => {
    expect(parseText(bytes('openapi: 3.0.0\ninfo:\n  version: 2024-01-02\n'))).toEqual({
      openapi: '3.0.0',
      info: { version: '2024-01-02' },
    });
    expect(parseText(bytes('{openapi: 3.1.0, info: {title: flow}}'))).toMatchObject({ info: { title: 'flow' } });
  });
});
