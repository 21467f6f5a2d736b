import 'reflect-metadata';
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delay, silentLogger, systemClock } from '@isthmus/kernel';
import type { ConnectorStatus } from '@isthmus/runtime';
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from '../configuration/load-configuration.js';
import { type ComposedProcess, composeProcess, type ProcessParts } from './process-composition.js';

const platform = '/open-metadata/platform-services/server-platform/servers';
const admin = '/open-metadata/admin-services/servers';
const idleProvider = `export const provider = {
  kind: 'files', provider: 'idle', version: 1, configuration: { type: 'object' },
  create: () => ({ refresh: async () => undefined }),
};`;

interface World {
  readonly composed: ComposedProcess;
  readonly url: string;
  readonly failures: readonly unknown[];
  readonly dataDirectory: string;
  call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
}

interface WorldOptions {
  readonly servers?: ProcessParts['configuration']['servers'];
  readonly startUp?: readonly string[];
  readonly dataDirectory?: string;
}

async function started(options: WorldOptions = {}): Promise<World & AsyncDisposable> {
  const { configuration } = loadConfiguration({ environment: {}, flags: new Map() });
  const { dataDirectory = realpathSync(mkdtempSync(join(tmpdir(), 'isthmus-servers-'))) } = options;
  const composed = composeProcess({
    configuration: {
      ...configuration,
      listen: { host: '127.0.0.1', port: 0, hostNames: [] },
      servers: options.servers ?? {},
      startUp: [...(options.startUp ?? [])],
    },
    accounts: [],
    dataDirectory,
    providerDirectories: [providersIn(dataDirectory)],
    closeGraceMs: 1000,
    clock: systemClock,
    logger: silentLogger,
    shutDown: () => undefined,
  });
  const { url, failures } = await composed.start();
  return {
    composed,
    url,
    failures,
    dataDirectory,
    async call(method, path, body) {
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return (await answer.json()) as Record<string, unknown>;
    },
    [Symbol.asyncDispose]: () => composed[Symbol.asyncDispose](),
  };
}

function providersIn(dataDirectory: string): string {
  const folder = join(dataDirectory, 'providers', 'idle');
  mkdirSync(folder, { recursive: true });
  const isthmus = { provider: 'idle', kind: 'files', sdk: '^0.1.0', module: './index.js', export: 'provider' };
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'idle', version: '1.0.0', type: 'module', isthmus }),
  );
  writeFileSync(join(folder, 'index.js'), idleProvider);
  return join(dataDirectory, 'providers');
}

/** Makes and starts a store `mds` that keeps nothing. */
async function withStore({ call }: World): Promise<void> {
  await call('POST', `${admin}/mds/local-repository/mode/in-memory-repository`);
  await call('POST', `${admin}/mds/access-services`, {});
  expect((await call('POST', `${platform}/mds/instance`)).relatedHTTPCode).toBe(200);
}

const groupOf = (url: string, name: string, server = 'mds') => ({
  class: 'IntegrationGroupConfig',
  omagserverPlatformRootURL: url,
  omagserverName: server,
  integrationGroupQualifiedName: name,
});

async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let left = 400; left > 0; left -= 1) {
    const found = await look();
    if (found !== undefined) return found;
    await delay(systemClock, 25);
  }
  throw new Error('it did not come to pass');
}

describe('the repository of a metadata access server', () => {
  it.each([
    ['in-memory-repository', 0],
    ['local-graph-repository', 1],
  ])('that a document sets to %s holds what it held, after a restart, in %i groups', async (mode, kept) => {
    await using world = await started();
    const { call } = world;
    await call('POST', `${admin}/mds/local-repository/mode/${mode}`);
    await call('POST', `${platform}/mds/instance`);
    const store = '/servers/mds/open-metadata/access-services/open-metadata-store/users/ada/metadata-elements';
    const qualifiedName = {
      class: 'PrimitiveTypePropertyValue',
      typeName: 'string',
      primitiveTypeCategory: 'OM_PRIMITIVE_TYPE_STRING',
      primitiveValue: 'IntegrationGroup::Kept',
    };
    const made = await call('POST', store, {
      class: 'NewOpenMetadataElementRequestBody',
      typeName: 'IntegrationGroup',
      isOwnAnchor: true,
      properties: { class: 'ElementProperties', propertyValueMap: { qualifiedName } },
    });
    expect(made.relatedHTTPCode).toBe(200);
    expect(await call('DELETE', `${platform}/mds/instance`)).toMatchObject({ relatedHTTPCode: 200 });
    await call('POST', `${platform}/mds/instance`);
    const found = await call('POST', `${store}/by-search-conditions`, {
      class: 'FindRequestBody',
      metadataElementTypeName: 'IntegrationGroup',
    });
    const elements = Array.isArray(found.elements) ? found.elements : [];
    expect(elements).toHaveLength(kept);
  });
});

describe('the named servers of a process', () => {
  it('go on when one of them fails: it is shown with its reason, and can be started later', async () => {
    const dataDirectory = realpathSync(mkdtempSync(join(tmpdir(), 'isthmus-servers-')));
    mkdirSync(join(dataDirectory, 'servers', 'broken'), { recursive: true });
    writeFileSync(join(dataDirectory, 'servers', 'broken', 'store.db'), 'no database'.repeat(1000));
    const { configuration } = loadConfiguration({ environment: {}, flags: new Map() });
    const store = configuration.servers['metadata-store'];
    const daemon = configuration.servers['integration-daemon'];
    if (store === undefined || daemon === undefined) throw new Error('the quick start has both');
    const servers = { broken: store, 'metadata-store': store, 'integration-daemon': daemon };
    await using world = await started({ servers, startUp: ['never-stored'], dataDirectory });
    expect(world.failures).toHaveLength(2);
    const ready = await world.call('GET', '/readyz');
    expect(ready).toMatchObject({
      status: 'ready',
      servers: expect.arrayContaining([
        expect.objectContaining({ name: 'broken', state: 'failed', code: 'DATABASE_UNREADABLE' }),
        expect.objectContaining({ name: 'metadata-store', state: 'running' }),
        expect.objectContaining({ name: 'integration-daemon', state: 'running' }),
        expect.objectContaining({ name: 'never-stored', state: 'failed' }),
      ]),
    });
    expect(await world.call('GET', `${platform}/broken/status`)).toMatchObject({ active: false, serverName: 'broken' });
    for (const name of ['broken', 'never-stored']) {
      const reason = { isthmusCode: expect.any(String), isthmusMessage: expect.any(String) };
      expect(await world.call('GET', `${platform}/${name}/is-known`)).toMatchObject({ flag: true });
      expect(await world.call('GET', `${platform}/${name}/status`)).toMatchObject({ active: false, ...reason });
      expect(await world.call('GET', `${platform}/${name}/instance/status`)).toMatchObject({
        relatedHTTPCode: 200,
        serverStatus: { serverName: name, serverActiveStatus: 'INACTIVE', ...reason },
      });
    }
    expect((await world.call('GET', `${platform}/active`)).serverList).not.toContain('never-stored');
    const [running] = world.composed.daemons().values();
    expect((await running?.status())?.metadataServer.name).toBe('metadata-store');
  });

  it('start from stored documents at the start of the process, when the start-up list names them', async () => {
    const first = await started();
    await withStore(first);
    const { dataDirectory } = first;
    await first[Symbol.asyncDispose]();
    await using second = await started({ dataDirectory, startUp: ['mds'] });
    expect(await second.call('GET', `${platform}/active`)).toMatchObject({ serverList: ['mds'] });
  });

  it('begin anew when their document was removed and there is one again', async () => {
    await using world = await started();
    const { call, url, composed } = world;
    await withStore(world);
    const begin = async () => {
      await call('POST', `${admin}/d/integration-groups/configuration`, groupOf(url, 'A'));
      await call('POST', `${platform}/d/instance`);
      const daemon = composed.daemons().get('d');
      if (daemon === undefined) throw new Error('the daemon does not run');
      return daemon;
    };
    const first = await begin();
    await first.createGroup({ qualifiedName: 'A' }, 'me');
    for (const name of ['one', 'two', 'three']) await first.addConnector('A', { name, provider: 'idle' }, 'me');
    await call('DELETE', `${platform}/d/instance`);
    await call('DELETE', `${admin}/d/configuration`);
    // the store keeps nothing: afterwards there is neither group nor connector
    await call('POST', `${platform}/mds/instance`);
    const second = await begin();
    expect(await second.connectors()).toEqual([]);
    await second.createGroup({ qualifiedName: 'A' }, 'me');
    expect(second.group('A').state).toBe('in-step');
  });

  it('leave nothing behind: a hundred starts and stops hold no more handles than none', async () => {
    await using world = await started();
    const { call, url } = world;
    await withStore(world);
    await call('POST', `${admin}/d/integration-groups/configuration`, groupOf(url, 'A'));
    const cycle = async () => {
      const begun = await call('POST', `${platform}/d/instance`);
      expect(begun.relatedHTTPCode).toBe(200);
      expect(await call('DELETE', `${platform}/d/instance`)).toMatchObject({
        class: 'VoidResponse',
        relatedHTTPCode: 200,
      });
    };
    const handles = () => process.getActiveResourcesInfo().filter((kind) => kind !== 'Timeout').length;
    for (let count = 0; count < 5; count += 1) await cycle();
    const before = handles();
    for (let count = 0; count < 100; count += 1) await cycle();
    expect(handles()).toBeLessThanOrEqual(before + 2);
    const status = await call('GET', `${platform}/d/status`);
    expect(status).toMatchObject({ active: false });
    expect(status.serverHistory).toHaveLength(50);
  });
});

describe('a group that can never be run', () => {
  const daemonFace = '/servers/d/open-metadata/integration-daemon';

  it('keeps neither its daemon nor the other groups from starting, and is shown with its reason', async () => {
    await using world = await started();
    const { call, url, composed } = world;
    await withStore(world);
    await call('POST', `${admin}/d/integration-groups/configuration`, groupOf(url, 'A'));
    await call('POST', `${platform}/d/instance`);
    for (const bad of [groupOf('~{later}~', 'B'), groupOf(url, ''), groupOf(url, '  ')])
      expect(await call('POST', `${admin}/d/integration-groups/configuration`, bad)).toMatchObject({
        relatedHTTPCode: 200,
      });
    const variables = { later: 'not a url' };
    await call('POST', '/open-metadata/admin-services/stores/placeholder-variables', variables);
    const all = ['', '  ', 'A', 'B'];
    const names = async () =>
      composed
        .daemons()
        .get('d')
        ?.groups()
        .map(({ key }) => key.qualifiedName);
    await until(async () => ((await names())?.length === all.length ? true : undefined));
    expect(await call('POST', `${platform}/d/instance`)).toMatchObject({ relatedHTTPCode: 200 });
    expect(await names()).toEqual(all);
    const { integrationGroupSummaries } = await call('GET', `${daemonFace}/integration-groups/summary`);
    expect(integrationGroupSummaries).toContainEqual(
      expect.objectContaining({
        integrationGroupName: 'B',
        isthmusCode: 'GROUP_UNFIT',
        integrationGroupStatus: 'ASSIGNED',
      }),
    );
    expect((await composed.daemons().get('d')?.createGroup({ qualifiedName: 'A' }, 'me'))?.state).toBe('in-step');
    expect(await call('GET', `${daemonFace}/integration-groups/B/refresh-config`)).not.toMatchObject({
      relatedHTTPCode: 200,
    });
    await call('POST', `${admin}/d/integration-groups/configuration/all`, [groupOf(url, 'A')]);
    await until(async () => ((await names())?.length === 1 ? true : undefined));
  });
});

describe('a server of the configuration file', () => {
  const { servers } = loadConfiguration({ environment: {}, flags: new Map() }).configuration;

  it('runs the groups of its stored document, also when the process starts again, and its own without them', async () => {
    const groups = ({ composed }: World) =>
      composed
        .daemons()
        .get('integration-daemon')
        ?.groups()
        .map(({ key }) => key.qualifiedName);
    const first = await started({ servers });
    const { url, dataDirectory, composed } = first;
    await composed.daemons().get('integration-daemon')?.createGroup({ qualifiedName: 'of the file' }, 'me');
    const group = groupOf(url, 'G', 'metadata-store');
    await first.call('POST', `${admin}/integration-daemon/integration-groups/configuration`, group);
    await until(() => (groups(first)?.join() === 'G' ? true : undefined));
    await first[Symbol.asyncDispose]();

    await using second = await started({ servers, dataDirectory });
    expect(second.failures).toEqual([]);
    expect(groups(second)).toEqual(['G']);
    await second.call('DELETE', `${admin}/integration-daemon/integration-groups`);
    await until(() => (groups(second)?.join() === 'of the file' ? true : undefined));
    await second.call('POST', `${platform}/integration-daemon/instance`);
    await until(() => (groups(second)?.join() === 'of the file' ? true : undefined));
  });

  it('starts again though its document describes no server', async () => {
    await using world = await started({ servers });
    const { call } = world;
    await call('POST', `${admin}/metadata-store/organization-name?name=Coco`);
    await call('DELETE', `${platform}/metadata-store/instance`);
    expect(await call('POST', `${platform}/metadata-store/instance`)).toMatchObject({ relatedHTTPCode: 200 });
  });
});

describe('several daemons of a process', () => {
  it('are told apart by `server` of a call of /api/v1, on the way back too', async () => {
    await using world = await started();
    const { call, url } = world;
    await withStore(world);
    for (const name of ['d', 'e']) {
      await call('POST', `${admin}/${name}/integration-groups/configuration`, groupOf(url, name.toUpperCase()));
      await call('POST', `${platform}/${name}/instance`);
    }
    expect(await call('GET', '/api/v1/status')).toMatchObject({ name: 'd' });
    expect(await call('GET', '/api/v1/status?server=d')).toMatchObject({ name: 'd' });
    expect(await call('GET', '/api/v1/status?server=e')).toMatchObject({ name: 'e', groups: [{ qualifiedName: 'E' }] });
    await call('POST', '/api/v1/groups?server=e', { qualifiedName: 'E' });
    const connector = { name: 'one', provider: 'idle' };
    const added = await call('POST', '/api/v1/groups/E/connectors?server=e', connector);
    expect(added.see).toMatch(/^\/api\/v1\/connectors\/[^?]+\?group=E&server=e$/);
    expect(await call('GET', '/api/v1/status?server=nobody')).toMatchObject({
      code: 'SERVER_NOT_RUNNING',
      message: 'no integration daemon named nobody runs here',
    });
    expect(await call('GET', '/api/v1/status?server=d&server=e')).toMatchObject({ code: 'REQUEST_INVALID' });
  });
});

describe('the Runtime Manager', () => {
  it('finds servers by their names, reports them, and calls a daemon by its GUID', async () => {
    await using world = await started();
    const { call, url } = world;
    await withStore(world);
    await call('POST', `${admin}/d/integration-groups/configuration`, groupOf(url, 'D'));
    await call('POST', `${platform}/d/instance`);
    await call('POST', '/api/v1/groups', { qualifiedName: 'D' });
    await call('POST', '/api/v1/groups/D/connectors', { name: 'one', provider: 'idle' });
    const views = '/servers/any-view-server/api/open-metadata';
    const manager = `${views}/runtime-manager`;
    const guidOf = async (propertyValue: string) =>
      (await call('POST', `${views}/classification-explorer/elements/guid-by-unique-name`, { propertyValue })).guid;
    const guid = await guidOf('d');
    expect(guid).toMatch(/^SoftwareServer-/);
    expect([await guidOf('Coco.d'), await guidOf('Integration Daemon::d'), await guidOf('nobody')]).toEqual([
      guid,
      guid,
      undefined,
    ]);
    expect(await call('POST', `${manager}/software-servers/by-name`, { filter: 'd' })).toMatchObject({
      elements: [{ elementHeader: { guid }, properties: { resourceName: 'd' } }],
    });
    const report = () => call('GET', `${manager}/omag-servers/${guid}/instance/report`);
    const told = await until(async () => {
      const answer = await report();
      return JSON.stringify(answer).includes('"WAITING"') ? answer : undefined;
    });
    expect(told).toMatchObject({
      class: 'ServerReportResponse',
      element: {
        class: 'OMAGIntegrationDaemonProperties',
        serverName: 'd',
        serverActiveStatus: 'RUNNING',
        integrationGroups: [{ integrationGroupName: 'D' }],
        integrationConnectorReports: [{ connectorName: 'one', connectorGUID: expect.any(String) }],
      },
    });
    const connectors = `${manager}/integration-daemons/${guid}/integration-connectors`;
    expect(await call('POST', `${connectors}/refresh`, { name: 'one' })).toMatchObject({ relatedHTTPCode: 200 });
    expect(await call('POST', `${connectors}/refresh`, { name: 'two' })).toMatchObject({ relatedHTTPCode: 400 });
    expect(await call('GET', `${manager}/integration-daemons/d/integration-connectors/one/x`)).toMatchObject({
      status: 404,
    });
    expect(await call('POST', `${manager}/integration-daemons/d/integration-connectors/refresh`)).toMatchObject({
      relatedHTTPCode: 200,
    });
    expect(await call('DELETE', `${manager}/omag-servers/${guid}/instance`)).toMatchObject({ relatedHTTPCode: 200 });
    expect(await report()).toMatchObject({
      element: { class: 'OMAGServerProperties', serverActiveStatus: 'INACTIVE' },
    });
    expect(await call('POST', `${manager}/omag-servers/${guid}/instance`)).toMatchObject({ relatedHTTPCode: 200 });
    expect(await call('GET', `${manager}/omag-servers/nobody/instance/report`)).toMatchObject({
      exceptionErrorMessageId: 'OMAG-MULTI-TENANT-404-001',
    });
  });
});

describe('a changed document of a daemon that runs', () => {
  it('loads groups that were added, stops connectors of those that were removed, and moves nothing else', async () => {
    await using world = await started();
    const { call, url, composed } = world;
    await withStore(world);
    await call('POST', `${admin}/d/integration-groups/configuration`, groupOf(url, 'A'));
    await call('POST', `${admin}/d/integration-groups/configuration`, groupOf(url, 'B'));
    await call('POST', `${platform}/d/instance`);
    const daemon = composed.daemons().get('d');
    if (daemon === undefined) throw new Error('the daemon does not run');
    const runs = async (group: string): Promise<ConnectorStatus | undefined> => {
      const [connector] = await daemon.connectors(group).catch(() => []);
      return connector?.state === 'waiting' && connector.runCount > 0 ? connector : undefined;
    };
    for (const qualifiedName of ['A', 'B']) {
      await daemon.createGroup({ qualifiedName }, 'me');
      await daemon.addConnector(qualifiedName, { name: `of ${qualifiedName}`, provider: 'idle' }, 'me');
    }
    const kept = await until(() => runs('B'));
    await until(() => runs('A'));

    await call('POST', `${admin}/d/integration-groups/configuration`, groupOf(url, 'C', 'another'));
    await call('DELETE', `${admin}/d/integration-groups/A`);
    await until(() => (daemon.groups().some(({ key }) => key.qualifiedName === 'A') ? undefined : true));
    await until(() => (daemon.groups().some(({ key }) => key.qualifiedName === 'C') ? true : undefined));
    const left = await until(async () => {
      const all = await daemon.connectors();
      return all.some(({ group }) => group.qualifiedName === 'A') ? undefined : all;
    });
    expect(left.map(({ instanceId, connectorId }) => ({ instanceId, connectorId }))).toEqual([
      { instanceId: kept.instanceId, connectorId: kept.connectorId },
    ]);
    const configured = await call('GET', `${platform}/d/instance/configuration`);
    expect(configured.omagserverConfig).toMatchObject({
      dynamicIntegrationGroupsConfig: [{ integrationGroupQualifiedName: 'B' }, { omagserverName: 'another' }],
    });

    await call('DELETE', `${admin}/d/integration-groups`);
    await until(async () => ((await daemon.connectors()).length === 0 ? true : undefined));
    expect(daemon.groups()).toEqual([]);
  });
});
