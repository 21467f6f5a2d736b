import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type EgeriaFace, startEgeriaFace } from '../testing/egeria-face.js';
import { fakeRegistration, fakeRun } from '../testing/fake-records.js';

const group = 'lab:group:1';
const framework = 'org.odpi.openmetadata.frameworks';

let face: EgeriaFace;
beforeEach(async () => {
  face = await startEgeriaFace();
});
afterEach(async () => await face[Symbol.asyncDispose]());

/** A connector as a metadata access server tells of it. */
function registered(name: string, properties = {}) {
  return fakeRegistration(name, {
    connection: {
      guid: `Connection-${name}`,
      qualifiedName: `lab:${name}:connection`,
      providerName: 'lab.Provider',
      networkAddress: 'https://user:hidden@host/data',
      configurationProperties: properties,
      elements: {
        displayName: `${name} connection`,
        connectorType: { guid: `ConnectorType-${name}`, connectorInterfaceLanguage: 'Java' },
        endpoint: { guid: `Endpoint-${name}` },
      },
    },
  });
}

describe('the status of a daemon', () => {
  it('tells groups with the reports of their connectors, and in 6.1 all of them once more', async () => {
    face.daemon.addGroup(group, { guid: 'IntegrationGroup-1', description: 'a group', lastReadAt: 1_000 });
    face.daemon.put(group, 'c1', { registration: registered('c1', { note: 'first' }), stateSince: 2_000 });
    const { body, status, type } = await face.call('GET', '/integration-daemon/status');
    expect([status, type]).toEqual([200, 'application/json']);
    const report = {
      connectorId: 'registration-c1',
      connectorName: 'c1',
      connection: {
        class: 'Connection',
        headerVersion: 0,
        guid: 'Connection-c1',
        qualifiedName: 'lab:c1:connection',
        displayName: 'c1 connection',
        connectorType: {
          class: 'ConnectorType',
          headerVersion: 0,
          guid: 'ConnectorType-c1',
          connectorInterfaceLanguage: 'Java',
          connectorProviderClassName: 'lab.Provider',
        },
        endpoint: {
          class: 'Endpoint',
          headerVersion: 0,
          guid: 'Endpoint-c1',
          networkAddress: 'https://user:********@host/data',
        },
        configurationProperties: { note: 'first' },
      },
      connectorInstanceId: 'instance-c1-1',
      connectorStatus: 'WAITING',
      lastStatusChange: '1970-01-01T00:00:02.000+00:00',
      minMinutesBetweenRefresh: 60,
    };
    expect(body).toEqual({
      class: 'IntegrationDaemonStatusResponse',
      requestId: expect.any(String),
      relatedHTTPCode: 200,
      integrationDaemonStatus: {
        integrationGroupSummaries: [
          {
            integrationGroupName: group,
            integrationGroupGUID: 'IntegrationGroup-1',
            integrationGroupDescription: 'a group',
            integrationGroupStatus: 'RUNNING',
            lastRefreshTime: '1970-01-01T00:00:01.000+00:00',
            integrationConnectorReports: [report],
          },
        ],
        integrationConnectorReports: [
          {
            ...report,
            connectorInstanceId: 'registration-c1',
            connectorGUID: 'connector-c1',
            integrationGroupGUID: 'IntegrationGroup-1',
          },
        ],
      },
    });
  });

  it('speaks as 4.3 where the path carries the caller', async () => {
    face.daemon.addGroup(group, { lastReadAt: 1_000 });
    face.daemon.put(group, 'c1', { registration: registered('c1') });
    const { body } = await face.call('GET', '/integration-daemon/users/garygeeke/status');
    expect(body).toMatchObject({ class: 'IntegrationDaemonStatusResponse', relatedHTTPCode: 200 });
    expect(Object.keys(body)).toEqual(['class', 'relatedHTTPCode', 'integrationDaemonStatus']);
    const text = JSON.stringify(body);
    expect(text).toContain('"address":"https://user:********@host/data"');
    expect(text).toContain('"connectorStatus":"RUNNING"');
    expect(text).not.toContain('lastRefreshTime');
    expect(text).not.toContain('connectorGUID');
  });

  it('is good when there is nothing: no group, a group that is not stored, one that is empty', async () => {
    expect((await face.call('GET', '/integration-daemon/status')).body).toMatchObject({ integrationDaemonStatus: {} });
    expect((await face.call('GET', '/integration-daemon/integration-groups/summary')).body).toEqual({
      class: 'IntegrationGroupSummariesResponse',
      requestId: expect.any(String),
      relatedHTTPCode: 200,
    });
    face.daemon.addGroup('missing', { state: 'missing' });
    face.daemon.addGroup('empty', { guid: 'g' });
    const { body } = await face.call('GET', '/integration-daemon/integration-groups/summary');
    expect(body.integrationGroupSummaries).toEqual([
      { integrationGroupName: 'missing', integrationGroupStatus: 'ASSIGNED' },
      { integrationGroupName: 'empty', integrationGroupGUID: 'g', integrationGroupStatus: 'CONFIGURING' },
    ]);
  });

  it('leaves out what has no connection, as nothing of it could be shown', async () => {
    face.daemon.addGroup(group);
    const { connection: _none, ...registration } = fakeRegistration('bare');
    face.daemon.put(group, 'bare', { registration });
    const { body } = await face.call('GET', `/integration-daemon/integration-groups/${group}/summary`);
    expect(JSON.stringify(body)).not.toContain('bare');
  });

  it('masks what reads like a secret and what the schema of a provider calls one', async () => {
    const [files] = face.daemon.providerList;
    const configurationSchema = { type: 'object', properties: { pin: { type: 'string', secret: true } } };
    if (files) face.daemon.providerList = [{ ...files, replaces: ['lab.Provider'], configurationSchema }];
    face.daemon.addGroup(group);
    face.daemon.put(group, 'c1', { registration: registered('c1', { pin: '1234', dbPassword: 'hidden', plain: 'x' }) });
    const { text } = await face.call('GET', '/integration-daemon/status');
    expect(text).toContain('"pin":"********","dbPassword":"********","plain":"x"');
  });

  it('says why a connector fails and what its last run did', async () => {
    face.daemon.addGroup(group);
    const connector = face.daemon.put(group, 'c1', { registration: registered('c1') });
    const error = { code: 'CONNECTOR_FAILED', message: 'it broke', retryable: true, next: 'mend it', details: {} };
    const lastRun = fakeRun(connector, 'run', { outcome: 'failed', startedAt: 1, endedAt: 3_000, error });
    face.daemon.connectorList = [{ ...connector, lastRun }];
    const { body } = await face.call('GET', `/integration-daemon/integration-groups/${group}/summary`);
    expect(body.integrationGroupSummary).toMatchObject({
      integrationConnectorReports: [
        {
          connectorStatus: 'FAILED',
          failingExceptionMessage: 'CONNECTOR_FAILED it broke; mend it',
          lastRefreshTime: '1970-01-01T00:00:03.000+00:00',
          statistics: { outcome: 'failed', seen: 0 },
        },
      ],
    });
  });

  it.each([
    ['6.1', '/integration-daemon', `${framework}.openmetadata.ffdc`],
    ['4.3', '/integration-daemon/users/garygeeke', `${framework}.connectors.ffdc`],
  ])('names an unknown group in the classes of %s', async (_release, root, javaPackage) => {
    const none = await face.call('GET', `${root}/integration-groups/nope/summary`);
    expect(none.body).toMatchObject({
      class: 'IntegrationGroupSummaryResponse',
      relatedHTTPCode: 400,
      exceptionClassName: `${javaPackage}.PropertyServerException`,
      exceptionErrorMessageId: 'INTEGRATION-DAEMON-SERVICES-400-035',
    });
    face.daemon.addGroup(group);
    const { body, status } = await face.call('GET', `${root}/integration-groups/nope/summary`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      relatedHTTPCode: 400,
      exceptionClassName: `${javaPackage}.InvalidParameterException`,
      exceptionErrorMessageId: 'INTEGRATION-DAEMON-SERVICES-400-034',
      exceptionProperties: { parameterName: 'integrationGroupName' },
    });
  });

  it('knows its verbs, and nothing beside its paths', async () => {
    const wrong = await face.call('POST', '/integration-daemon/status', { body: {} });
    expect(wrong.body).toMatchObject({ status: 405, error: 'Method Not Allowed' });
    expect(wrong.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
    const publish = await face.call('GET', '/integration-daemon/publish-open-lineage-event');
    expect(publish.status).toBe(405);
    expect((await face.call('GET', '/integration-daemon/nonsense')).body).toMatchObject({ status: 404 });
  });

  it('is asked of the server that the call names', async () => {
    const { body } = await face.call('GET', '/integration-daemon/status', { server: 'other' });
    expect(body).toMatchObject({
      class: 'IntegrationDaemonStatusResponse',
      relatedHTTPCode: 404,
      exceptionErrorMessageId: 'OMAG-MULTI-TENANT-404-001',
    });
  });
});

describe('reading the configuration of a group anew', () => {
  const path = `/integration-daemon/integration-groups/${encodeURIComponent('a/b 100%')}/refresh-config`;

  it('answers when its connectors run as they are to', async () => {
    face.daemon.addGroup('a/b 100%');
    const starting = face.daemon.put('a/b 100%', 'c1', { state: 'starting' });
    face.clock.onStep = () => {
      face.daemon.connectorList = [{ ...starting, state: 'waiting' }];
    };
    const { body } = await face.call('GET', path);
    expect(body).toEqual({ class: 'VoidResponse', requestId: expect.any(String), relatedHTTPCode: 200 });
    expect(face.daemon.calls).toEqual([['refreshGroup', 'a/b 100%', 'quick-start']]);
  });

  it('answers all the same when one of them takes longer, and says so', async () => {
    face.daemon.addGroup('a/b 100%');
    face.daemon.put('a/b 100%', 'c1', { state: 'starting' });
    const { body } = await face.call('GET', path);
    expect(body).toMatchObject({ relatedHTTPCode: 200, stillStarting: 1 });
    expect(face.clock.now()).toBe(10_000);
  });

  it.each([
    ['6.1', '/integration-daemon', 'InvalidParameterException'],
    ['4.3', '/integration-daemon/users/garygeeke', 'PropertyServerException'],
  ])('tells that the metadata access server has no such group, as %s does', async (_release, root, exception) => {
    face.daemon.addGroup(group, { state: 'missing' });
    const { body } = await face.call('GET', `${root}/integration-groups/${group}/refresh-config`);
    expect(body).toMatchObject({
      relatedHTTPCode: 400,
      exceptionErrorMessageId: 'INTEGRATION-DAEMON-SERVICES-400-032',
      exceptionClassName: expect.stringContaining(exception),
    });
  });

  it('tells that the group is gone though its connectors run on until somebody confirms that', async () => {
    const pending = { stops: ['a', 'b'], total: 2, since: 0, groupIsGone: true };
    face.daemon.addGroup(group, { state: 'waiting-for-confirmation', pending });
    const { body } = await face.call('GET', `/integration-daemon/integration-groups/${group}/refresh-config`);
    expect(body).toMatchObject({
      exceptionErrorMessageId: 'INTEGRATION-DAEMON-SERVICES-400-032',
      exceptionErrorMessage: expect.stringContaining('isthmus group confirm'),
    });
  });

  it('calls a group that is gone ASSIGNED in 4.3 while its connectors run on', async () => {
    const pending = { stops: ['c1'], total: 1, since: 0, groupIsGone: true };
    face.daemon.addGroup(group, { guid: 'IntegrationGroup-1', state: 'waiting-for-confirmation', pending });
    face.daemon.put(group, 'c1', { registration: registered('c1') });
    for (const [root, word] of [
      ['/integration-daemon/users/garygeeke', 'ASSIGNED'],
      ['/integration-daemon', 'RUNNING'],
    ]) {
      const { body } = await face.call('GET', `${root}/integration-groups/${group}/summary`);
      expect(body).toMatchObject({ integrationGroupSummary: { integrationGroupStatus: word } });
    }
  });

  it('tells that the list waits for a confirmation, or that nobody answered', async () => {
    const pending = { stops: ['a', 'b'], total: 3, since: 0 };
    face.daemon.addGroup(group, { state: 'waiting-for-confirmation', pending });
    const path = `/integration-daemon/integration-groups/${group}/refresh-config`;
    expect((await face.call('GET', path)).body).toMatchObject({
      relatedHTTPCode: 409,
      exceptionErrorMessage: expect.stringContaining('2 of 3 connectors would stop'),
      isthmusCode: 'GROUP_LIST_REJECTED',
    });
    const reason = { code: 'STORE_UNREACHABLE', message: 'nobody is there', retryable: true, next: '', details: {} };
    face.daemon.addGroup(group, {
      state: 'from-journal',
      conditions: [{ type: 'Reachable', status: false, since: 0, reason }],
    });
    expect((await face.call('GET', path)).body).toMatchObject({
      relatedHTTPCode: 400,
      exceptionErrorMessage: expect.stringContaining('nobody is there'),
      isthmusCode: 'STORE_UNREACHABLE',
    });
  });
});
