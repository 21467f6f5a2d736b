import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type EgeriaFace, startEgeriaFace } from '../testing/egeria-face.js';
import { fakeRegistration } from '../testing/fake-records.js';

const group = 'lab:group:1';
const root = '/integration-daemon/integration-connectors';

let face: EgeriaFace;
beforeEach(async () => {
  face = await startEgeriaFace();
  face.daemon.addGroup(group);
  const connection = {
    providerName: 'files',
    networkAddress: '/data',
    configurationProperties: { note: 'first', password: 'hidden', 'isthmus.source': 'lab' },
  };
  face.daemon.put(group, 'c1', { registration: fakeRegistration('c1', { connection }) });
});
afterEach(async () => await face[Symbol.asyncDispose]());

const properties = async () => (await face.call('GET', `${root}/c1/configuration-properties`)).body.properties;
const change = (body: object) =>
  face.call('POST', `${root}/configuration-properties`, { body: { connectorName: 'c1', ...body } });
const runsBy = () => face.daemon.connectorList[0]?.registration?.connection;

describe('the configuration properties of a connector', () => {
  it('are shown with secrets masked and without what Isthmus keeps beside them', async () => {
    expect(await properties()).toEqual({ note: 'first', password: '********' });
  });

  it('are merged with any kind of value; null takes a key away', async () => {
    const sent = { more: 2, deep: { x: [1, { y: false }], gone: null }, note: null };
    const { body } = await change({ mergeUpdate: true, configurationProperties: sent });
    expect(body).toMatchObject({ class: 'VoidResponse', relatedHTTPCode: 200 });
    expect(await properties()).toEqual({ password: '********', more: 2, deep: { x: [1, { y: false }] } });
    expect(runsBy()?.configurationProperties).toMatchObject({ password: 'hidden', 'isthmus.source': 'lab' });
  });

  it('are replaced when they are not to be merged, and cleared by nothing', async () => {
    await change({ configurationProperties: { only: true } });
    expect(await properties()).toEqual({ only: true });
    await change({ mergeUpdate: false, configurationProperties: null });
    expect(await properties()).toBeUndefined();
    expect(runsBy()?.configurationProperties).toEqual({ 'isthmus.source': 'lab' });
  });

  it('keep a secret whose mask comes back, and take a new one', async () => {
    await change({ configurationProperties: { note: 'second', password: '********' } });
    expect(runsBy()?.configurationProperties).toMatchObject({ note: 'second', password: 'hidden' });
    await change({ mergeUpdate: true, configurationProperties: { password: 'new' } });
    expect(runsBy()?.configurationProperties.password).toBe('new');
  });

  it.each([
    ['no name', { connectorName: null }, 'OMAG-COMMON-400-006'],
    ['an empty name', { connectorName: '' }, 'OMAG-COMMON-400-006'],
    ['another name', { connectorName: 'nope' }, 'INTEGRATION-DAEMON-SERVICES-400-031'],
    ['a list', { configurationProperties: [1] }, 'OMAG-COMMON-400-016'],
    ['a reserved key', { configurationProperties: { 'isthmus.source': 'x' } }, 'OMAG-COMMON-400-016'],
  ])('are refused: %s', async (_what, body, id) => {
    expect((await change(body)).body).toMatchObject({ relatedHTTPCode: 400, exceptionErrorMessageId: id });
    expect(face.daemon.calls).toEqual([]);
  });

  it('need a body', async () => {
    const none = await face.call('POST', `${root}/configuration-properties`);
    expect(none.status).toBe(400);
    expect(none.body).toMatchObject({ error: 'Bad Request' });
  });
});

describe('the endpoint and the connection of a connector', () => {
  it('take another address, and none', async () => {
    await face.call('POST', `${root}/c1/endpoint-network-address`, { body: { string: '/other' } });
    expect(runsBy()?.networkAddress).toBe('/other');
    await face.call('POST', `${root}/c1/endpoint-network-address`, { body: {} });
    expect(runsBy()).not.toHaveProperty('networkAddress');
  });

  it('are replaced as a whole, and shown', async () => {
    const body = {
      class: 'Connection',
      qualifiedName: 'lab:other',
      connectorType: { class: 'ConnectorType', qualifiedName: 'lab:t', connectorProviderClassName: 'org.example.P' },
      endpoint: { class: 'Endpoint', networkAddress: 'landing-area' },
      clearPassword: 'secret',
    };
    expect((await face.call('POST', `${root}/c1/connection`, { body })).body.relatedHTTPCode).toBe(200);
    expect(runsBy()).toEqual({
      qualifiedName: 'lab:other',
      providerName: 'org.example.P',
      networkAddress: 'landing-area',
      configurationProperties: { 'isthmus.source': 'lab' },
      elements: { connectorType: { qualifiedName: 'lab:t' }, endpoint: {} },
    });
    const { text } = await face.call('GET', '/integration-daemon/status');
    expect(text).toContain('"connectorProviderClassName":"org.example.P"');
    expect(text).not.toContain('secret');
  });

  it('need a class, a body and a connector', async () => {
    expect((await face.call('POST', `${root}/c1/connection`, { body: {} })).status).toBe(400);
    expect((await face.call('POST', `${root}/c1/connection`)).status).toBe(400);
    const { body } = await face.call('POST', `${root}/nope/connection`, { body: { class: 'Connection' } });
    expect(body).toMatchObject({ exceptionErrorMessageId: 'INTEGRATION-DAEMON-SERVICES-400-031' });
  });
});

describe('what was shown masked', () => {
  const connection = {
    providerName: 'files',
    networkAddress: 'ftp://bob:TOPSECRET-8@host/x?password=TOPSECRET-10',
    configurationProperties: {
      urls: ['http://a:one@h', 'http://b:two@h'],
      login: { user: 'ann', password: 'deep' },
      'isthmus.source': 'lab',
    },
  };
  beforeEach(() => {
    face.daemon.put(group, 'c2', { registration: fakeRegistration('c2', { connection }) });
  });
  const current = () => face.daemon.connectorList.find(({ name }) => name === 'c2')?.registration?.connection;
  const set = (body: object) =>
    face.call('POST', `${root}/configuration-properties`, { body: { connectorName: 'c2', ...body } });

  it('keeps the secrets when it comes back as the address', async () => {
    const post = (string: string) => face.call('POST', `${root}/c2/endpoint-network-address`, { body: { string } });
    await post('ftp://bob:********@host/x?password=********');
    expect(current()?.networkAddress).toBe(connection.networkAddress);
    await post('ftp://bob:********@host/y');
    expect(current()?.networkAddress).toBe('ftp://bob:TOPSECRET-8@host/y');
    const calls = face.daemon.calls.length;
    expect((await post('ftp://bob:********@other/x')).body).toMatchObject({
      relatedHTTPCode: 400,
      exceptionErrorMessageId: 'OMAG-COMMON-400-016',
      exceptionErrorMessage: expect.stringContaining('networkAddress'),
    });
    expect(face.daemon.calls).toHaveLength(calls);
  });

  it('keeps the secrets when it comes back among the properties, also beside what changed', async () => {
    const urls = ['http://b:********@h', 'http://a:********@h'];
    await set({ configurationProperties: { urls, login: { user: 'eve', password: '********' } } });
    expect(current()?.configurationProperties).toEqual({
      urls: ['http://b:two@h', 'http://a:one@h'],
      login: { user: 'eve', password: 'deep' },
      'isthmus.source': 'lab',
    });
    const { body } = await set({ mergeUpdate: true, configurationProperties: { login: { token: '********' } } });
    expect(body).toMatchObject({ relatedHTTPCode: 400 });
  });

  it('keeps the secrets when it comes back as the whole connection', async () => {
    const { text } = await face.call('GET', '/integration-daemon/status');
    const shown = JSON.parse(/"connectorName":"c2","connection":(.*?),"connectorInstanceId"/.exec(text)?.[1] ?? '');
    expect(text).not.toMatch(/TOPSECRET|:one@|:two@|deep/);
    await face.call('POST', `${root}/c2/connection`, { body: shown });
    expect(current()).toMatchObject(connection);
  });
});

describe('what runs for a Java class', () => {
  it('is told with what can be configured', async () => {
    const [files] = face.daemon.providerList;
    const configurationSchema = {
      type: 'object',
      required: ['root'],
      properties: { root: { type: 'string', description: 'the folder' }, depth: { type: 'integer', default: 3 } },
    };
    if (files) face.daemon.providerList = [{ ...files, replaces: ['org.example.Files'], configurationSchema }];
    const { body } = await face.call('GET', '/integration-daemon/validate-connector/org.example.Files');
    expect(body).toMatchObject({
      class: 'ConnectorReportResponse',
      relatedHTTPCode: 200,
      connectorReport: {
        connectorType: {
          connectorProviderClassName: 'org.example.Files',
          recognizedConfigurationProperties: ['root', 'depth'],
        },
        supportedConfigurationProperties: [
          { name: 'root', dataType: 'string', description: 'the folder', required: true },
          { name: 'depth', dataType: 'integer', example: '3', required: false },
        ],
      },
    });
  });

  it('is asked of an integration service in 4.3, and may be nothing', async () => {
    const path = '/integration-services/lineage-integrator/users/garygeeke/validate-connector/lab.Unknown';
    expect((await face.call('GET', path)).body).toMatchObject({
      class: 'ConnectorReportResponse',
      relatedHTTPCode: 400,
      exceptionErrorMessageId: 'OMAG-MULTI-TENANT-400-004',
    });
  });

  it('is known to the integration service of its kind alone', async () => {
    const ask = (marker: string) =>
      face.call('GET', `/integration-services/${marker}/users/garygeeke/validate-connector/files`);
    expect((await ask('files-integrator')).body.relatedHTTPCode).toBe(200);
    expect((await ask('lineage-integrator')).body).toMatchObject({
      exceptionErrorMessageId: 'OMAG-MULTI-TENANT-400-004',
      exceptionProperties: { parameterName: 'files' },
    });
  });
});

describe('open lineage events', () => {
  const event = { eventType: 'START', job: { namespace: 'n', name: 'j' }, run: { runId: 'r' } };

  it.each([[event], ['hello'], ['{"a":'], [[event]]])('are taken whatever they hold: %j', async (body) => {
    const { body: answer } = await face.call('POST', '/integration-daemon/publish-open-lineage-event', {
      body,
      headers: typeof body === 'string' ? { 'content-type': 'text/plain' } : {},
    });
    expect(answer).toMatchObject({ class: 'VoidResponse', relatedHTTPCode: 200 });
  });

  it('are given to the connectors that listen, when they can be read', async () => {
    face.daemon.lineageEvents.length = 0;
    const path = '/integration-daemon/publish-open-lineage-event';
    await face.call('POST', path, { body: event });
    await face.call('POST', path, { body: 'no event', headers: { 'content-type': 'text/plain' } });
    await face.call('POST', '/integration-services/lineage-integrator/users/garygeeke/api/v1/lineage', { body: event });
    expect(face.daemon.lineageEvents).toEqual([event, event]);
  });

  it('have a body of bounded size', async () => {
    const path = '/integration-daemon/publish-open-lineage-event';
    expect((await face.call('POST', path)).status).toBe(400);
    expect((await face.call('POST', path, { body: 'x'.repeat(1024 * 1024 + 1) })).status).toBe(413);
  });

  it('are answered with nothing by 4.3', async () => {
    const path = '/integration-services/lineage-integrator/users/garygeeke/api/v1/lineage';
    const { status, text, type } = await face.call('POST', path, { body: event });
    expect([status, text, type]).toEqual([200, '', null]);
  });
});
