import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AdminWorld, adminWorld } from '../testing/admin-world.js';

let world: AdminWorld;
let count = 0;
beforeAll(async () => {
  world = await adminWorld();
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

describe('the document of a server', () => {
  it('is a new one of the release while none is stored', async () => {
    const { path, old } = newServer();
    expect((await world.ask('GET', `${path}/configuration`)).json()).toMatchObject({
      class: 'OMAGServerConfigResponse',
      omagserverConfig: { versionId: 'V6.0', localServerURL: '~{egeriaEndpoint}~', maxPageSize: 1000 },
    });
    expect((await world.ask('GET', `${old}/configuration`)).json()).toMatchObject({
      omagserverConfig: { versionId: 'V2.0', localServerURL: 'https://localhost:9443', maxPageSize: 1000 },
    });
    expect(world.documents.names()).not.toContain(path.slice(9));
  });

  it('is set, read, changed and removed as a whole', async () => {
    const { path, name } = newServer();
    await world.ask('POST', `${path}/configuration`, documentOf(name, { maxPageSize: 10, unknown: true }));
    await world.ask('POST', `${path}/max-page-size?limit=20`);
    const read = await world.ask('GET', `${path}/configuration`);
    const { omagserverConfig } = read.json();
    expect(omagserverConfig).toMatchObject({ localServerName: name, maxPageSize: 20, localServerUserId: 'OMAGServer' });
    expect(omagserverConfig).not.toHaveProperty('unknown');
    expect(omagserverConfig).toHaveProperty('auditTrail', [
      expect.stringMatching(
        /^\w{3} \w{3} \d\d \d\d:\d\d:\d\d UTC \d{4} quick-start deployed configuration for server\.$/,
      ),
      expect.stringMatching(/quick-start updated configuration for maximum page size to 20\.$/),
    ]);
    await world.ask('DELETE', `${path}/configuration`);
    expect(world.documents.get(name)).toBeUndefined();
  });

  it('is refused with HTTP 412 when it was made for another one', async () => {
    const { path, name } = newServer();
    const first = await world.ask('POST', `${path}/configuration`, documentOf(name), { 'if-none-match': '*' });
    const etag = String(first.headers.etag);
    await world.ask('POST', `${path}/max-page-size?limit=20`);
    const stale = await world.ask('POST', `${path}/configuration`, documentOf(name), { 'if-match': etag });
    expect(stale.status).toBe(412);
    expect(stale.json()).toMatchObject({
      class: 'VoidResponse',
      relatedHTTPCode: 412,
      isthmusCode: 'DOCUMENT_CHANGED',
    });
    const read = await world.ask('GET', `${path}/configuration`);
    expect(read.headers.etag).toBe(stale.headers.etag);
    const fresh = { 'if-match': String(read.headers.etag) };
    expect((await world.ask('POST', `${path}/configuration`, documentOf(name), fresh)).status).toBe(200);
  });

  it.each([
    ['another name', { localServerName: 'other' }, 'OMAG-ADMIN-400-002'],
    ['no name', { localServerName: null }, 'OMAG-ADMIN-400-002'],
    ['an unknown version', { versionId: 'V9.9' }, 'OMAG-ADMIN-400-023'],
    ['a page size below nothing', { maxPageSize: -1 }, 'OMAG-ADMIN-400-014'],
    ['a security connector', { serverSecurityConnection: { class: 'Connection' } }, 'OMAG-PLATFORM-SECURITY-400-002'],
    ['a missing group', { dynamicIntegrationGroupsConfig: [null] }, 'OMAG-ADMIN-400-038'],
  ])('is not stored with %s', async (_what, members, messageId) => {
    const { path, name } = newServer();
    const answer = await world.ask('POST', `${path}/configuration`, documentOf(name, members));
    expect(answer.json()).toMatchObject({ relatedHTTPCode: 400, exceptionErrorMessageId: messageId });
    expect(world.documents.get(name)).toBeUndefined();
  });

  it('shows no secret, and keeps it when what was shown is sent back', async () => {
    const { path, old, name } = newServer();
    await world.ask('POST', `${old}/server-user-password?password=hunter2`);
    const connection = {
      class: 'Connection',
      qualifiedName: 'log',
      clearPassword: 'hunter3',
      securedProperties: { key: 'hunter4' },
    };
    await world.ask('POST', `${path}/audit-log-destinations/connection`, connection);
    const read = await world.ask('GET', `${path}/configuration`);
    const destinations = await world.ask('GET', `${path}/audit-log-destinations`);
    const revision = await world.ask('GET', `${path}/configuration/revisions/2`);
    for (const shown of [read, destinations, revision]) expect(shown.text).not.toContain('hunter');
    await world.ask('POST', `${path}/configuration`, read.json().omagserverConfig);
    const stored = JSON.stringify(world.documents.get(name)?.document);
    for (const secret of ['hunter2', 'hunter3', 'hunter4']) expect(stored).toContain(secret);
  });

  it('shows no password of a URL and no variable that holds a secret, in whatever call', async () => {
    await using own = await adminWorld();
    const { path, name } = newServer();
    const group = {
      class: 'IntegrationGroupConfig',
      omagserverPlatformRootURL: 'http://u:s3cret@x',
      omagserverName: 'mds1',
      integrationGroupQualifiedName: 'g',
    };
    const sent = {
      localServerURL: 'http://me:s3cret@host',
      localServerDescription: 'as ~{dbPassword}~ says',
      dynamicIntegrationGroupsConfig: [group],
    };
    await own.ask('POST', '/stores/placeholder-variables', { dbPassword: 'v4riable', home: 'h' });
    const answer = await own.ask('POST', `${path}/configuration`, documentOf(name, sent));
    expect(answer.text).toContain('"relatedHTTPCode":200');
    const shown = (await own.ask('GET', `${path}/configuration`)).json().omagserverConfig;
    expect(shown).toMatchObject({ localServerURL: 'http://me:<hidden>@host' });
    for (const at of ['/configuration', '/configuration/resolved', '/integration-groups/configuration']) {
      const { text } = await own.ask('GET', `${path}${at}`);
      expect(text).toContain('<hidden>');
      expect(text).not.toMatch(/s3cret|v4riable/);
    }
    expect((await own.ask('GET', '/configurations')).text).not.toContain('s3cret');
    await own.ask('POST', `${path}/configuration`, shown);
    expect(own.documents.get(name)?.document).toMatchObject(sent);
    const variables = (await own.ask('GET', '/stores/placeholder-variables')).json().stringMap;
    expect(variables).toEqual({ dbPassword: '<hidden>', home: 'h' });
    await own.ask('POST', '/stores/placeholder-variables', variables);
    expect(own.documents.variables().get('dbPassword')).toBe('v4riable');
  });

  it('is handed to another platform', async () => {
    await using other = await adminWorld();
    const { path, name } = newServer();
    await world.ask('POST', `${path}/max-page-size?limit=20`);
    const body = { class: 'URLRequestBody', urlRoot: other.baseUrl };
    expect((await world.ask('POST', `${path}/configuration/deploy`, body)).json()).toMatchObject({
      relatedHTTPCode: 200,
    });
    expect(other.documents.get(name)?.document).toMatchObject({ maxPageSize: 20 });
    expect(other.documents.trail(name).brought).toHaveLength(1);
    const nowhere = { urlRoot: 'http://127.0.0.1:9' };
    expect((await world.ask('POST', `${path}/configuration/deploy`, nowhere)).json()).toMatchObject({
      relatedHTTPCode: 400,
      exceptionErrorMessageId: 'OMAG-ADMIN-400-001',
    });
  });

  it('is not handed on to one who answers without an end, and is not kept waiting by it', async () => {
    const { path } = newServer();
    await world.ask('POST', `${path}/max-page-size?limit=20`);
    const endless = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const more = () => {
        while (!response.destroyed && response.write(' '.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    await new Promise<void>((settle) => endless.listen(0, '127.0.0.1', settle));
    const address = endless.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const body = { class: 'URLRequestBody', urlRoot: `http://127.0.0.1:${port}` };
    const answer = (await world.ask('POST', `${path}/configuration/deploy`, body)).json();
    expect(answer).toMatchObject({ relatedHTTPCode: 400, exceptionErrorMessageId: 'OMAG-ADMIN-400-001' });
    expect(answer.exceptionErrorMessage).toContain('more than');
    endless.closeAllConnections();
    endless.close();
  });

  it('is listed with all others, one whole JSON', async () => {
    const { path, name } = newServer();
    await world.ask('POST', `${path}/max-page-size?limit=20`);
    const { omagserverConfigs } = (await world.ask('GET', '/configurations')).json();
    expect(omagserverConfigs).toContainEqual(expect.objectContaining({ localServerName: name }));
    await using empty = await adminWorld('4.3');
    const none = await empty.ask('GET', '/users/quick-start/configurations');
    expect(none.json()).toEqual({ class: 'OMAGServerConfigsResponse', relatedHTTPCode: 200 });
  });

  it('lists, shows and restores its revisions', async () => {
    const { path, name } = newServer();
    for (const limit of [10, 20]) await world.ask('POST', `${path}/max-page-size?limit=${limit}`);
    expect((await world.ask('GET', `${path}/configuration/revisions`)).json().revisions).toMatchObject([
      { revision: 2, by: 'quick-start', from: '127.0.0.1', removed: false },
      { revision: 1, what: ['updated configuration for maximum page size to 10.'] },
    ]);
    expect((await world.ask('GET', `${path}/configuration/revisions/1`)).json()).toMatchObject({
      revision: 1,
      omagserverConfig: { maxPageSize: 10 },
    });
    await world.ask('POST', `${path}/configuration/revisions/1/restore`);
    expect(world.documents.get(name)).toMatchObject({ revision: 3, document: { maxPageSize: 10 } });
    expect((await world.ask('POST', `${path}/configuration/revisions/77/restore`)).json()).toMatchObject({
      relatedHTTPCode: 404,
      isthmusCode: 'DOCUMENT_REVISION_NOT_FOUND',
    });
    const { auditLines } = (await world.ask('GET', `${path}/configuration/audit?limit=1`)).json();
    expect(auditLines).toMatchObject([
      { number: 3, what: 'restored revision 1 of the configuration.', from: '127.0.0.1' },
    ]);
  });
});

describe('the parts of a document', () => {
  it('takes the basics all at once or not at all', async () => {
    const { path, name } = newServer();
    const good = { class: 'ServerPropertiesRequestBody', organizationName: 'Lab', maxPageSize: 50 };
    await world.ask('POST', `${path}/server-properties`, good);
    const wrong = await world.ask('POST', `${path}/server-properties`, {
      ...good,
      organizationName: 'X',
      maxPageSize: -1,
    });
    expect(wrong.json()).toMatchObject({ exceptionErrorMessageId: 'OMAG-ADMIN-400-014' });
    expect(world.documents.get(name)?.document).toMatchObject({ organizationName: 'Lab', maxPageSize: 50 });
    expect(JSON.stringify(world.documents.trail(name))).not.toContain('secrets store');
    await world.ask('POST', `${path}/server-properties`, { ...good, secretsStoreCollection: 'ours' });
    expect(JSON.stringify(world.documents.trail(name))).toContain('updated configuration for secrets store.');
    expect((await world.ask('GET', `${path}/server-properties`)).json()).toMatchObject({
      basicServerProperties: { organizationName: 'Lab' },
    });
  });

  it.each([
    ['/server-type?typeName=Daemon', 'localServerType', 'Daemon'],
    ['/organization-name?name=Lab', 'organizationName', 'Lab'],
    ['/server-user-id?id=', 'localServerUserId', 'OMAGServer'],
    ['/server-url-root?url=http%3A%2F%2Fx', 'localServerURL', 'http://x'],
  ])('takes the basic at %s', async (call, member, value) => {
    const { old, name } = newServer();
    expect((await world.ask('POST', `${old}${call}`)).json()).toEqual({ class: 'VoidResponse', relatedHTTPCode: 200 });
    expect(world.documents.get(name)?.document).toHaveProperty(member, value);
    expect((await world.ask('POST', `${old}${call.split('?')[0]}`)).status).toBe(400);
  });

  it('needs an event bus for topics, and makes topics of the one it has', async () => {
    const { path } = newServer();
    const refusal = { relatedHTTPCode: 400, exceptionErrorMessageId: 'OMAG-ADMIN-400-017' };
    expect((await world.ask('POST', `${path}/access-services`)).json()).toMatchObject(refusal);
    expect((await world.ask('POST', `${path}/audit-log-destinations/event-topic`, [])).json()).toMatchObject(refusal);
    await world.ask('POST', `${path}/event-bus`, { producer: { 'bootstrap.servers': 'localhost:9092' } });
    await world.ask('POST', `${path}/access-services`);
    expect((await world.ask('GET', `${path}/access-services/topic-names`)).json().stringMap).toEqual({
      'Open Metadata Store Services': `egeria.omag.server.${path.slice(9)}.omas.openmetadatastore.outTopic`,
      'Open Governance Framework Services': `egeria.omag.server.${path.slice(9)}.omas.opengovernanceservice.outTopic`,
    });
  });

  it('tells what kind of server its document makes', async () => {
    const { path } = newServer();
    const kind = async () => (await world.ask('GET', `${path}/server-type-classification`)).json();
    expect(await kind()).toMatchObject({ exceptionErrorMessageId: 'OMAG-ADMIN-400-019' });
    await world.ask('POST', `${path}/local-repository/mode/in-memory-repository`);
    expect(await kind()).toMatchObject({ serverTypeClassification: { serverTypeName: 'Metadata Access Store' } });
    await world.ask('POST', `${path}/access-services/open-metadata-store`);
    await world.ask('POST', `${path}/integration-groups/configuration/all`, []);
    expect(await kind()).toMatchObject({ exceptionErrorMessageId: 'OMAG-ADMIN-400-031' });
  });

  it('refuses services that nobody registered', async () => {
    const { path, old } = newServer();
    expect((await world.ask('POST', `${path}/access-services/no-such`)).json()).toMatchObject({
      exceptionErrorMessageId: 'OMAG-ADMIN-400-005',
    });
    const body = { class: 'IntegrationServiceRequestBody', omagserverName: 'mds1' };
    expect((await world.ask('POST', `${old}/integration-services/stewardship-integrator`, body)).json()).toMatchObject({
      relatedHTTPCode: 400,
    });
    expect((await world.ask('GET', `${path}/cohorts/one`)).status).toBe(404);
  });

  it('puts the variables of the platform in place, where it knows them', async () => {
    const { path } = newServer();
    const url = '/server-url-root-for-caller';
    await world.ask('POST', `${path}${url}`, { urlRoot: '~{host}~:~{port}~' });
    await world.ask('POST', '/stores/placeholder-variables', { host: 'https://isthmus.example', other: 7 });
    expect((await world.ask('GET', '/stores/placeholder-variables')).json()).toMatchObject({
      stringMap: { host: 'https://isthmus.example', other: '7' },
    });
    expect((await world.ask('GET', `${path}/configuration/resolved`)).json()).toMatchObject({
      omagserverConfig: { localServerURL: 'https://isthmus.example:~{port}~' },
    });
    await world.ask('DELETE', '/stores/placeholder-variables');
    expect(world.documents.variables().size).toBe(0);
    expect((await world.ask('GET', '/stores/audit')).json().auditLines).toMatchObject([
      { by: 'quick-start', what: 'removed the placeholder variables.' },
      { by: 'quick-start', what: 'set the placeholder variables host, other.' },
    ]);
  });

  it('says why it refuses the name of a server', async () => {
    const climbs = await world.ask('GET', '/servers/..%2Fx/configuration');
    expect(climbs.status).toBe(400);
    expect(climbs.text).toContain('a slash or backslash in the name of a server');
    for (const [name, reason] of [
      ['x'.repeat(257), 'is longer than 256 characters'],
      ['x%0Ay', 'holds control characters'],
    ]) {
      const refusal = await world.ask('GET', `/servers/${name}/configuration`);
      expect(refusal.status).toBe(200);
      expect(refusal.json()).toMatchObject({
        class: 'OMAGServerConfigResponse',
        relatedHTTPCode: 400,
        exceptionErrorMessageId: 'OMAG-ADMIN-400-001',
        exceptionErrorMessage: expect.stringContaining(String(reason)),
      });
    }
  });

  it('refuses escapes in paths as the web server of the chosen release does, and takes them where both are spoken', async () => {
    const remove = async (release: '4.3' | '6.1' | 'both', name: string) => {
      await using only = await adminWorld(release);
      const root = release === '4.3' ? '/users/me/servers' : '/servers';
      return (await only.ask('DELETE', `${root}/x/integration-groups/${name}`)).status;
    };
    for (const name of ['a%2Fb', 'a%5cb']) {
      expect(await remove('4.3', name)).toBe(400);
      expect(await remove('6.1', name)).toBe(400);
      expect(await remove('both', name)).toBe(200);
    }
    for (const name of ['a%25b', 'a%3Bb']) {
      expect(await remove('4.3', name)).toBe(200);
      expect(await remove('6.1', name)).toBe(401);
      expect(await remove('both', name)).toBe(200);
    }
  });

  it('knows no paths of the other release where one is chosen', async () => {
    await using only = await adminWorld('4.3');
    expect((await only.ask('GET', '/servers/x/configuration')).status).toBe(404);
    expect((await only.ask('POST', '/users/me/servers/x/server-properties', {})).status).toBe(404);
    expect((await only.ask('GET', '/users/me/servers/..%2Fx/configuration')).status).toBe(400);
  });
});

function newServer() {
  count += 1;
  const name = `server${count}`;
  return { name, path: `/servers/${name}`, old: `/users/quick-start/servers/${name}` };
}

function documentOf(name: string, members: Readonly<Record<string, unknown>> = {}) {
  return { class: 'OMAGServerConfig', versionId: 'V6.0', localServerName: name, ...members };
}
