import { type ErrorCode, errorCatalogue } from '@isthmus/kernel';
import { httpStatusOf } from '@isthmus/platform';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { ConnectorSummarySchema } from './schemas/connector.js';
import { namedSchemas } from './schemas/index.js';
import { fakeElement, fakeRegistration, fakeRun } from './testing/fake-records.js';
import { startTestApi, type TestApi } from './testing/test-api.js';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({
    servers: () => [{ name: 'metadata-store', kind: 'metadata-store', state: 'running', ready: true }],
    eventLoopDelayMs: () => ({ p50: 1, p99: 2.5, max: 10 }),
    auditedCalls: (limit, before = 4) =>
      [3, 2, 1]
        .filter((number) => number < before)
        .slice(0, limit)
        .map((number) => ({ number, at: 0, by: 'ada', address: '::1', method: 'DELETE', path: '/x', status: 200 })),
  });
});
afterAll(async () => {
  await api.host[Symbol.asyncDispose]();
});
beforeEach(() => {
  api.daemon.clear();
  api.daemon.addGroup('Sales');
});

const epoch = '1970-01-01T00:00:00.000Z';

describe('the audit', () => {
  it('is told page by page, newest first', async () => {
    const numbers = async (query: string) => {
      const { body } = await api.call('GET', `/audit${query}`);
      const { items } = body as { items: readonly { number: number; at: string }[] };
      for (const { at } of items) expect(at).toBe(epoch);
      return items.map(({ number }) => number);
    };
    expect(await numbers('')).toEqual([3, 2, 1]);
    expect(await numbers('?limit=2')).toEqual([3, 2]);
    expect(await numbers('?limit=2&before=2')).toEqual([1]);
    expect((await api.call('GET', '/audit?limit=0')).status).toBe(400);
    expect((await api.call('GET', '/audit?limit=1001')).status).toBe(400);
  });
});

describe('status', () => {
  it('tells the daemon, its metadata server, groups, counts and the process', async () => {
    api.daemon.put('Sales', 'orders', { state: 'failed' });
    const { status, body } = await api.call('GET', '/status');
    expect(status).toBe(200);
    expect(body).toEqual({
      name: 'integration-daemon',
      version: '1.2.3',
      state: 'running',
      startedAt: epoch,
      time: epoch,
      metadataServer: { name: 'metadata-store', url: 'http://127.0.0.1:9080', reachable: true, since: epoch },
      groups: [expect.objectContaining({ qualifiedName: 'Sales', connectorCount: 1 })],
      connectorCounts: { failed: 1 },
      conflicts: [],
      servers: [{ name: 'metadata-store', kind: 'metadata-store', state: 'running', ready: true }],
      eventLoopDelayMs: { p50: 1, p99: 2.5, max: 10 },
    });
  });

  it('lists providers with their schema, also those that cannot be used', async () => {
    const [files] = api.daemon.providerList;
    if (files === undefined) throw new Error('the fake has a provider');
    const problem = { code: 'PROVIDER_UNUSABLE', message: 'no index.js', next: 'reinstall', retryable: false };
    const schema = { type: 'object', properties: { pin: { type: 'string', secret: true } } };
    api.daemon.providerList = [
      { ...files, configurationSchema: schema },
      { ...files, provider: 'idle', kind: 'unknown', remarks: ['a remark'] },
      { ...files, provider: 'broken', problem },
    ];
    const { body } = await api.call('GET', '/providers');
    expect(body).toMatchObject({
      items: [
        { provider: 'files', state: 'ready', configuration: schema },
        { provider: 'idle', state: 'not-loaded', kind: 'unknown', remarks: ['a remark'] },
        { provider: 'broken', state: 'unusable', problem },
      ],
    });
    expect(JSON.stringify(body)).not.toContain('/connectors/files');
  });
});

describe('groups', () => {
  it('are listed with conditions and times in UTC', async () => {
    api.daemon.addGroup('Waiting', {
      state: 'waiting-for-confirmation',
      lastReadAt: Date.UTC(2026, 2, 1, 8),
      conditions: [{ type: 'ConfirmationNeeded', status: true, since: 0, message: 'm' }],
      pending: { stops: ['a'], total: 2, since: 1000 },
    });
    const { body } = await api.call('GET', '/groups/Waiting');
    expect(body).toMatchObject({
      lastReadAt: '2026-03-01T08:00:00.000Z',
      conditions: [{ type: 'ConfirmationNeeded', status: true, since: epoch, message: 'm' }],
      pending: { stops: ['a'], total: 2, since: '1970-01-01T00:00:01.000Z' },
    });
    expect((await api.call('GET', '/groups')).body).toMatchObject({ items: [{}, { qualifiedName: 'Waiting' }] });
  });

  it('are created, confirmed and deleted under the name of the caller', async () => {
    const created = await api.call('POST', '/groups', { body: { qualifiedName: 'a/b c%', displayName: 'A' } });
    expect([created.status, created.location]).toEqual([201, '/api/v1/groups/a%2Fb%20c%25']);
    expect((await api.call('POST', '/groups/a%2Fb%20c%25/confirm')).status).toBe(409);
    const deleted = await api.call('DELETE', '/groups/a%2Fb%20c%25');
    expect([deleted.status, deleted.body]).toEqual([202, { see: '/api/v1/groups/a%2Fb%20c%25' }]);
    expect(api.daemon.calls).toEqual([
      ['createGroup', { qualifiedName: 'a/b c%', displayName: 'A' }, 'quick-start'],
      ['confirmGroup', 'a/b c%', 'quick-start'],
      ['deleteGroup', 'a/b c%', 'quick-start'],
    ]);
  });
});

describe('connectors', () => {
  it('come in stable pages that can be filtered', async () => {
    api.daemon.addGroup('Other');
    for (const name of ['c', 'a', 'b', 'e', 'd']) api.daemon.put('Sales', name);
    api.daemon.put('Other', 'x', { state: 'failed' });
    const first = await api.call('GET', '/connectors?group=Sales&limit=2');
    expect(first.body).toMatchObject({ items: [{ name: 'a' }, { name: 'b' }], total: 5 });
    const cursor = (first.body as { nextCursor: string }).nextCursor;
    api.daemon.put('Sales', 'aa');
    const second = await api.call('GET', `/connectors?group=Sales&limit=10&cursor=${cursor}`);
    expect(second.body).toMatchObject({ items: [{ name: 'c' }, { name: 'd' }, { name: 'e' }] });
    expect(second.body).not.toHaveProperty('nextCursor');
    expect((await api.call('GET', '/connectors?state=failed')).body).toMatchObject({
      items: [{ name: 'x' }],
      total: 1,
    });
    expect((await api.call('GET', '/connectors?group=Nowhere')).status).toBe(404);
  });

  it('show in pages just what the schema of the answer names, with each in its place', async () => {
    const reason = { code: 'INTERNAL', message: 'm', next: 'n', retryable: false } as const;
    const run = fakeRun(api.daemon.put('Sales', 'orders'), 'run-1', { error: reason });
    const more = { instanceId: 'i', instanceStartedAt: 1, kind: 'files', nextDueAt: 2, progressAgeMs: 3 } as const;
    api.daemon.clear();
    api.daemon.addGroup('Sales');
    api.daemon.put('Sales', 'orders', {
      ...more,
      reason,
      paused: { by: 'me', at: 4, reason: 'r' },
      currentRun: run,
      lastRun: run,
      progressText: 't',
    });
    const { body } = await api.call('GET', '/connectors');
    const { items, ...rest } = Object(body);
    expect(rest).toEqual({ total: 1 });
    const [item] = items;
    expect(Compile(Type.Unsafe<object>(strict(ConnectorSummarySchema))).Errors(item)).toEqual([]);
    expect(Object.keys(item).sort()).toEqual(Object.keys(ConnectorSummarySchema.properties).sort());
  });

  it('show their configuration with secrets masked and reserved keys as fields', async () => {
    const [files] = api.daemon.providerList;
    if (files === undefined) throw new Error('the fake has a provider');
    api.daemon.providerList = [{ ...files, configurationSchema: { properties: { pin: { secret: true } } } }];
    const registration = fakeRegistration('orders', {
      startDate: 0,
      connection: {
        providerName: 'files',
        networkAddress: 'https://ann:hunter2@orders',
        configurationProperties: {
          pin: '1234',
          password: 'hunter2',
          depth: 3,
          'isthmus.schedule': '0 6 * * *',
          'isthmus.timeZone': 'UTC',
          'isthmus.source': 'orders',
        },
      },
    });
    api.daemon.put('Sales', 'orders', { registration });
    const { body, text } = await api.call('GET', '/connectors/orders');
    expect(body).toMatchObject({
      registration: {
        source: 'orders',
        schedule: '0 6 * * *',
        timeZone: 'UTC',
        startDate: epoch,
        networkAddress: 'https://ann:********@orders',
        configuration: { pin: '********', password: '********', depth: 3 },
      },
    });
    expect(text).not.toMatch(/hunter2|1234/);
    expect((await api.call('GET', '/connectors')).text).not.toContain('hunter2');
  });

  it('are registered with every field, times as numbers inside', async () => {
    const body = {
      name: 'n',
      provider: 'files',
      description: 'd',
      networkAddress: '/data',
      configuration: { exclude: ['*.tmp'], nested: { deep: true } },
      refreshTimeInterval: 5,
      schedule: '0 6 * * *',
      timeZone: 'Europe/Berlin',
      startDate: '2026-03-01T08:00:00+01:00',
      stopDate: '2026-04-01T00:00:00Z',
      permittedSynchronization: 'TO_THIRD_PARTY',
      metadataCollectionQualifiedName: 'c',
    };
    const { status, body: answer } = await api.call('POST', '/groups/Sales/connectors', { body });
    expect(status).toBe(202);
    expect(answer).toEqual({
      connectorGuid: 'connector-n',
      connectorId: 'registration-n',
      see: '/api/v1/connectors/connector-n?group=Sales',
    });
    expect(api.daemon.calls).toEqual([
      [
        'addConnector',
        'Sales',
        { ...body, startDate: Date.UTC(2026, 2, 1, 7), stopDate: Date.UTC(2026, 3, 1) },
        'quick-start',
      ],
    ]);
  });

  it('are changed with a merge that may remove keys', async () => {
    api.daemon.put('Sales', 'orders');
    const body = { configuration: { a: 1, b: null }, schedule: '' };
    expect((await api.call('PATCH', '/connectors/orders?group=Sales', { body })).status).toBe(202);
    expect(api.daemon.calls).toEqual([['updateConnector', 'orders', body, 'quick-start', 'Sales']]);
  });

  it.each(['pause', 'resume', 'restart', 'refresh'])('take %s twice, with and without a body', async (verb) => {
    api.daemon.put('Sales', 'a/b %2F');
    const path = `/connectors/${encodeURIComponent('a/b %2F')}/${verb}`;
    expect((await api.call('POST', path)).status).toBe(202);
    expect((await api.call('POST', path, { body: {} })).status).toBe(202);
    expect(api.daemon.calls.map(([method, reference]) => [method, reference])).toEqual([
      [`${verb}Connector`, 'a/b %2F'],
      [`${verb}Connector`, 'a/b %2F'],
    ]);
  });

  it('are probed, and a step that fails is no error of the call', async () => {
    api.daemon.put('Sales', 'orders');
    api.daemon.probeSteps = [
      { name: 'resolve', ok: true, message: 'the name is known' },
      { name: 'reach', ok: false, message: 'nothing listens there: correct `port`' },
    ];
    const { status, body } = await api.call('POST', '/connectors/orders/probe?group=Sales');
    expect([status, body]).toEqual([200, { steps: api.daemon.probeSteps }]);
    expect(api.daemon.calls).toEqual([['probeConnector', 'orders', 'quick-start', 'Sales']]);
    expect((await api.call('POST', '/connectors/nobody/probe')).status).toBe(404);
  });

  it('refresh with confirmed removals', async () => {
    api.daemon.put('Sales', 'orders');
    const body = { confirmRemovals: true };
    expect((await api.call('POST', '/connectors/orders/refresh', { body })).status).toBe(202);
    expect(api.daemon.calls.at(-1)).toContainEqual(body);
  });

  it('are removed', async () => {
    api.daemon.put('Sales', 'orders');
    expect((await api.call('DELETE', '/connectors/orders?group=Sales')).status).toBe(202);
    expect((await api.call('DELETE', '/connectors/orders?group=Sales')).status).toBe(404);
  });
});

describe('runs', () => {
  it('are listed newest first without findings, and shown with them', async () => {
    const connector = api.daemon.put('Sales', 'orders');
    const findings = [{ severity: 'warning', code: 'SOURCE_UNREADABLE', message: 'a.csv' }] as const;
    for (const id of ['r1', 'r2'])
      api.daemon.runsById.set(
        id,
        fakeRun(connector, id, { findings, findingCount: 1, outcome: 'partial', endedAt: 0 }),
      );
    const list = await api.call('GET', '/connectors/orders/runs?limit=1');
    expect(list.body).toMatchObject({ items: [{ id: 'r2', findingCount: 1, endedAt: epoch }] });
    expect(list.text).not.toContain('a.csv');
    expect((await api.call('GET', '/runs/r1')).body).toMatchObject({ id: 'r1', findings });
  });
});

describe('elements', () => {
  it('are searched page by page', async () => {
    for (const name of ['a', 'b', 'c']) api.daemon.elements.push(fakeElement('DataFile', `DataFile::x:/${name}`));
    api.daemon.elements.push(fakeElement('Other', 'Other::x', { superTypeNames: [] }));
    const first = await api.call('GET', '/elements?search=x&type=Asset&pageSize=2');
    expect(first.body).toMatchObject({ items: [{}, {}], startFrom: 0, pageSize: 2, nextStartFrom: 2 });
    const last = await api.call('GET', '/elements?search=x&type=Asset&pageSize=2&startFrom=2');
    expect(last.body).not.toHaveProperty('nextStartFrom');
  });

  it.each([
    'plain',
    'a:/b/c.csv',
    'with blank',
    'line\nbreak',
    '100%',
    '%2F',
    'ü🙂',
    'q?x=1#y',
    '..',
    'x'.repeat(3000),
  ])('are found by the name %j, in the path and in the query', async (name) => {
    const qualifiedName = `DataFile::s:/${name}`;
    api.daemon.elements.push(fakeElement('DataFile', qualifiedName));
    const encoded = encodeURIComponent(qualifiedName);
    for (const path of [`/elements/by-name/${encoded}`, `/elements/by-name?qualifiedName=${encoded}`]) {
      const { status, body } = await api.call('GET', path);
      expect(status).toBe(200);
      expect(body).toMatchObject({ element: { properties: { qualifiedName } }, related: [] });
    }
  });

  it('come with a bounded number of related elements, and say that there are more', async () => {
    const element = fakeElement('FileFolder', 'folder');
    const versions = { createdBy: 'x', createTime: 0, version: 1 };
    const relationship = { guid: 'r', typeName: 'NestedFile', properties: {}, versions };
    api.daemon.elements.push(element);
    api.daemon.relatedByName.set(
      'folder',
      Array.from({ length: 600 }, () => ({ relationship, element, elementAtEnd1: false })),
    );
    const { body } = await api.call('GET', '/elements/by-name/folder');
    expect(body).toMatchObject({ moreRelated: true, related: { length: 500 } });
  });

  it('keep property names that are hard to serialise', async () => {
    const properties = { qualifiedName: 'x', 'line\nbreak': 1, map: { 'a.b': 'c' }, list: [1, 'two'] };
    api.daemon.elements.push(fakeElement('DataFile', 'x', { properties }));
    expect((await api.call('GET', '/elements/by-name/x')).body).toMatchObject({ element: { properties } });
  });
});

describe('requests that do not fit', () => {
  const refused: readonly (readonly ['POST' | 'PATCH' | 'GET', string, unknown, string, RegExp])[] = [
    ['POST', '/groups', { qualifiedName: 'g', colour: 'red' }, 'colour', /"colour" in the body is not known/],
    ['POST', '/groups', {}, 'qualifiedName', /"qualifiedName" in the body is missing/],
    ['POST', '/groups', { qualifiedName: 3 }, 'qualifiedName', /not of type string/],
    ['POST', '/groups', { qualifiedName: '' }, 'qualifiedName', /fewer than 1/],
    ['POST', '/groups', [], '', /the body is not of type object/],
    ['POST', '/groups', undefined, 'qualifiedName', /missing/],
    ['POST', '/groups', '{"qualifiedName":', '', /not JSON/],
    ['PATCH', '/connectors/x', {}, '', /nothing to change/],
    ['PATCH', '/connectors/x', { networkAddress: '/x?password=********' }, 'networkAddress', /in place of a secret/],
    ['PATCH', '/connectors/x', { configuration: { key: '********' } }, 'configuration.key', /in place of a secret/],
    ['PATCH', '/connectors/x', { refreshTimeInterval: '5' }, 'refreshTimeInterval', /not of type integer/],
    ['PATCH', '/connectors/x', { permittedSynchronization: 'UP' }, 'permittedSynchronization', /BOTH_DIRECTIONS/],
    ['PATCH', '/connectors/x', { startDate: 'tomorrow' }, 'startDate', /ISO-8601/],
    ['PATCH', '/connectors/x', { configuration: [] }, 'configuration', /not of type object/],
    ['POST', '/connectors/x/pause', { why: 'x' }, 'why', /not known/],
    ['POST', '/connectors/x/refresh', { mode: 'preview' }, 'mode', /not known/],
    ['GET', '/connectors?limit=0', undefined, 'limit', /1/],
    ['GET', '/connectors?limit=many', undefined, 'limit', /integer/],
    ['GET', '/connectors?state=asleep', undefined, 'state', /quarantined/],
    ['GET', '/connectors?order=name', undefined, 'order', /not known/],
    ['GET', '/connectors?cursor=abc', undefined, 'cursor', /not a cursor/],
    ['GET', '/elements?pageSize=501', undefined, 'pageSize', /500/],
    ['GET', '/elements/by-name', undefined, 'qualifiedName', /missing/],
  ];

  it.each(refused)('%s %s with %j names %j', async (method, path, body, field, message) => {
    const answer = await api.call(method, path, body === undefined ? {} : { body });
    expect([answer.status, answer.type]).toEqual([400, 'application/problem+json; charset=utf-8']);
    expect(answer.body).toMatchObject({ code: 'REQUEST_INVALID', message: expect.stringMatching(message) });
    if (field !== '') expect(answer.body).toMatchObject({ details: { field } });
    expect(api.daemon.calls).toEqual([]);
  });

  it('refuses days that do not exist and an end before the begin', async () => {
    for (const body of [
      { startDate: '2026-02-31T00:00:00Z' },
      { startDate: '2026-03-01T00:00:00Z', stopDate: '2026-03-01T00:00:00Z' },
    ])
      expect((await api.call('PATCH', '/connectors/x', { body })).body).toMatchObject({ code: 'REQUEST_INVALID' });
    expect(api.daemon.calls).toEqual([]);
  });

  it('names several faults at once', async () => {
    const { body } = await api.call('POST', '/groups', { body: { a: 1, description: 2 } });
    expect(body).toMatchObject({ message: expect.stringMatching(/qualifiedName.*missing.*/) });
    expect(body).toMatchObject({ message: expect.stringMatching(/"a" in the body is not known/) });
    expect(body).toMatchObject({ message: expect.stringMatching(/"description" in the body is not of type string/) });
  });

  it('refuses bodies that are too large and bodies that are not JSON', async () => {
    const large = await api.call('POST', '/groups', { body: { qualifiedName: 'g', description: 'x'.repeat(300_000) } });
    expect([large.status, large.body]).toEqual([413, expect.objectContaining({ code: 'REQUEST_TOO_LARGE' })]);
    const form = await api.call('POST', '/groups', {
      body: 'qualifiedName=g',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(form.status).toBe(415);
  });
});

describe('errors', () => {
  const codes = Object.keys(errorCatalogue) as ErrorCode[];

  it.each(codes)('answers %s with its status, as a problem', async (code) => {
    api.daemon.fail('restartConnector', code, `it is ${code}`);
    const { status, type, body } = await api.call('POST', '/connectors/x/restart');
    expect(status).toBe(httpStatusOf(code));
    expect(type).toBe('application/problem+json; charset=utf-8');
    expect(body).toEqual({
      title: errorCatalogue[code].meaning,
      status: httpStatusOf(code),
      code,
      message: `it is ${code}`,
      next: errorCatalogue[code].next,
      retryable: errorCatalogue[code].retryable,
    });
  });

  it('keeps the words of an unexpected fault to the log', async () => {
    api.daemon.failWith('groups', new Error('password hunter2'));
    const { status, text } = await api.call('GET', '/groups');
    expect(status).toBe(500);
    expect(text).not.toContain('hunter2');
  });

  it('knows no other path', async () => {
    expect((await api.call('GET', '/nothing')).body).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });
});

/** With references resolved, and no other fields than those named. */
function strict(schema: object): object {
  const copy: Record<string, unknown> = {};
  for (const [word, value] of Object.entries(schema)) {
    if (word === '$ref') return strict(namedSchemas.find(({ $id }) => `${$id}#` === value) ?? {});
    copy[word] = typeof value === 'object' && value !== null && !Array.isArray(value) ? strict(value) : value;
  }
  return copy.type === 'object' ? { additionalProperties: false, ...copy } : copy;
}
