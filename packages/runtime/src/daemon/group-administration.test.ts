import type { ProviderManifest } from '@isthmus/connector-host';
import { ManualClock } from '@isthmus/connector-testing';
import { IsthmusError, silentLogger } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ConnectorStatus } from '../fleet/connector-status.js';
import { GroupAdministration } from './group-administration.js';
import type { NewConnector } from './integration-daemon.js';
import { MemoryStore } from './testing/memory-store.js';

const group = 'IntegrationGroup::Retail';
const other = 'IntegrationGroup::Finance';
const connectorName = `IntegrationConnector::${group}:sales`;
const sales: NewConnector = {
  name: 'sales',
  provider: 'files',
  description: 'Files of sales',
  networkAddress: '/data/sales',
  configuration: { include: ['*.csv'] },
  schedule: '0 3 * * *',
  timeZone: 'Europe/Berlin',
};

describe('creating and deleting groups', () => {
  it('makes a group once', async () => {
    const { admin, store, nudged } = setUp();
    await admin.createGroup({ qualifiedName: group, displayName: 'Retail' }, 'olga');
    expect(store.elements.get(group)?.properties).toMatchObject({ displayName: 'Retail' });
    expect(nudged).toEqual([group]);
    await expect(admin.createGroup({ qualifiedName: group }, 'olga')).rejects.toMatchObject({ code: 'GROUP_EXISTS' });
  });

  it.each(['', ' a', 'a\u0000b', 'a\nb', 'x'.repeat(501)])('refuses the name %j', async (qualifiedName) => {
    const { admin, store } = setUp();
    await expect(admin.createGroup({ qualifiedName }, 'olga')).rejects.toMatchObject({ code: 'PARAMETER_INVALID' });
    expect(store.batches).toEqual([]);
  });

  it('ends the registrations of a group that it deletes, and keeps the connectors', async () => {
    const { admin, store } = await withGroups();
    await admin.addConnector(group, sales, 'olga');
    await admin.deleteGroup(group, 'olga');
    expect(store.elements.has(group)).toBe(false);
    expect(store.elements.has(connectorName)).toBe(true);
    expect(store.batches.at(-1)?.operations.map(({ op }) => op)).toEqual(['unlink', 'delete']);
    await expect(admin.deleteGroup(group, 'olga')).rejects.toMatchObject({ code: 'GROUP_NOT_FOUND' });
  });
});

describe('adding a connector', () => {
  it('lays it out as Egeria does, the registration last', async () => {
    const { admin, store, nudged } = await withGroups();
    const added = await admin.addConnector(group, sales, 'olga');
    const connection = `Connection::${group}:sales`;
    expect(store.linked(group, 'RegisteredIntegrationConnector')).toEqual([connectorName]);
    expect(store.linked(connectorName, 'AssetConnection')).toEqual([connection]);
    expect(store.linked(connection, 'ConnectionConnectorType')).toEqual([`ConnectorType::${group}:sales`]);
    expect(store.linked(connection, 'ConnectToEndpoint')).toEqual([`Endpoint::${group}:sales`]);
    expect(store.elements.get(`ConnectorType::${group}:sales`)?.properties.connectorProviderClassName).toBe('files');
    expect(store.elements.get(`Endpoint::${group}:sales`)?.properties.networkAddress).toBe('/data/sales');
    expect(store.elements.get(connection)?.properties.configurationProperties).toEqual({
      include: ['*.csv'],
      'isthmus.schedule': '0 3 * * *',
      'isthmus.timeZone': 'Europe/Berlin',
      'isthmus.source': 'Retail.sales',
      'isthmus.configurationVersion': 1,
    });
    const registration = store.links.find(({ typeName }) => typeName === 'RegisteredIntegrationConnector');
    expect(registration?.properties).toEqual({
      connectorName: 'sales',
      refreshTimeInterval: 60,
      permittedSynchronization: 'BOTH_DIRECTIONS',
      generateConnectorActivityReports: false,
    });
    expect(added).toEqual({
      connectorGuid: store.elements.get(connectorName)?.guid,
      connectorId: registration?.guid,
    });
    expect(store.batches.at(-1)?.operations).toHaveLength(1);
    expect(nudged.at(-1)).toBe(group);
  });

  it.each([
    ['name', { name: ' sales' }, 'PARAMETER_INVALID'],
    ['cron', { schedule: 'every day' }, 'SCHEDULE_INVALID'],
    ['cron that never fires', { schedule: '0 0 30 2 *' }, 'SCHEDULE_NEVER_FIRES'],
    ['time zone', { timeZone: 'Mars/Olympus' }, 'SCHEDULE_INVALID'],
    ['dates', { startDate: 2_000, stopDate: 1_000 }, 'PARAMETER_INVALID'],
    ['interval', { refreshTimeInterval: -1 }, 'PARAMETER_INVALID'],
    ['interval', { refreshTimeInterval: 1.5 }, 'PARAMETER_INVALID'],
    ['reserved key', { configuration: { 'isthmus.schedule': '0 6 * * *' } }, 'PARAMETER_INVALID'],
    ['source', { configuration: { 'isthmus.source': ' mine' } }, 'PARAMETER_INVALID'],
    ['source', { configuration: { 'isthmus.source': 3 } }, 'PARAMETER_INVALID'],
    ['provider', { provider: 'unknown' }, 'PROVIDER_UNKNOWN'],
  ])('refuses a bad %s before anything is written', async (_what, change, code) => {
    const { admin, store } = await withGroups();
    const before = store.picture();
    await expect(admin.addConnector(group, { ...sales, ...change }, 'olga')).rejects.toMatchObject({ code });
    expect(store.picture()).toBe(before);
  });

  it('notes in which version the configuration is said, and keeps what is said of it', async () => {
    const { admin, store } = await withGroups();
    installedVersion = 3;
    await admin.addConnector(group, sales, 'olga');
    const older = { ...sales.configuration, 'isthmus.configurationVersion': 2 };
    await admin.addConnector(group, { ...sales, name: 'older', configuration: older }, 'olga');
    const versions = ['sales', 'older'].map((name) => {
      const connection = store.elements.get(`Connection::${group}:${name}`);
      return Object(connection?.properties.configurationProperties)['isthmus.configurationVersion'];
    });
    expect(versions).toEqual([3, 2]);
  });

  it('refuses a name that the group has, and a group that is not there', async () => {
    const { admin } = await withGroups();
    await admin.addConnector(group, sales, 'olga');
    await expect(admin.addConnector(group, sales, 'olga')).rejects.toMatchObject({ code: 'CONNECTOR_EXISTS' });
    await expect(admin.addConnector('nope', sales, 'olga')).rejects.toMatchObject({ code: 'GROUP_NOT_FOUND' });
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])('leaves nothing behind when the server refuses operation %i', async (refused) => {
    const { admin, store } = await withGroups();
    const before = store.picture();
    let count = -1;
    store.refuses = () => {
      count += 1;
      return count === refused;
    };
    await expect(admin.addConnector(group, sales, 'olga')).rejects.toMatchObject({ code: 'PROPERTY_TYPE_WRONG' });
    expect(store.picture()).toBe(before);
  });

  it('does not send to `connector update` who adds a connector: there is none yet', async () => {
    const { admin } = await withGroups();
    const refused = admin.addConnector(group, { ...sales, configuration: { bad: true } }, 'olga');
    await expect(refused).rejects.toMatchObject({
      code: 'CONNECTOR_CONFIGURATION_INVALID',
      next: expect.stringMatching(/`isthmus connector add`; nothing was registered/),
    });
  });

  it('brings a removed connector back as the same one, without what it was told before', async () => {
    const { admin, store } = await withGroups();
    const first = await admin.addConnector(group, sales, 'olga');
    await admin.removeConnector(statusOf(store, first.connectorGuid), 'olga');
    expect(store.linked(group, 'RegisteredIntegrationConnector')).toEqual([]);
    const second = await admin.addConnector(group, { name: 'sales', provider: 'files' }, 'olga');
    expect(second.connectorGuid).toBe(first.connectorGuid);
    expect(second.connectorId).not.toBe(first.connectorId);
    expect(store.linked(`Connection::${group}:sales`, 'ConnectToEndpoint')).toEqual([]);
    expect(store.elements.get(connectorName)?.properties.description).toBeUndefined();
    const connection = store.elements.get(`Connection::${group}:sales`);
    expect(Object.keys(Object(connection?.properties.configurationProperties))).toEqual([
      'isthmus.source',
      'isthmus.configurationVersion',
    ]);
  });

  it('does not make a connector of another provider out of one that was removed', async () => {
    const { admin, store } = await withGroups();
    const first = await admin.addConnector(group, sales, 'olga');
    await admin.removeConnector(statusOf(store, first.connectorGuid), 'olga');
    const second = await admin.addConnector(group, { ...sales, provider: 'postgresql' }, 'olga');
    expect(second.connectorGuid).not.toBe(first.connectorGuid);
  });
});

describe('changing a connector', () => {
  it('refuses fields of a newer version beside those of an older one, which would be lost', async () => {
    const { admin, store } = await withGroups();
    const { connectorGuid } = await admin.addConnector(group, sales, 'olga');
    installedVersion = 2;
    const status = statusOf(store, connectorGuid);
    const change = { configuration: { patterns: ['*.csv'] } };
    await expect(admin.updateConnector(status, change, 'olga')).rejects.toMatchObject({
      code: 'PARAMETER_INVALID',
      message: expect.stringContaining('is said in version 1, its provider now reads version 2'),
    });
    await admin.updateConnector(status, { schedule: '0 4 * * *' }, 'olga');
    const whole = { include: null, patterns: ['*.csv'], 'isthmus.configurationVersion': 2 };
    await admin.updateConnector(status, { configuration: whole }, 'olga');
    expect(store.elements.get(`Connection::${group}:sales`)?.properties.configurationProperties).toMatchObject({
      patterns: ['*.csv'],
      'isthmus.configurationVersion': 2,
    });
  });

  it('writes only what the change touches, over what the store holds now', async () => {
    const { admin, store } = await withGroups();
    const { connectorGuid } = await admin.addConnector(group, sales, 'olga');
    const status = statusOf(store, connectorGuid);
    const connection = store.elements.get(`Connection::${group}:sales`);
    const current = connection?.properties.configurationProperties;
    const edited = { ...(isProperties(current) && current), byOthers: true };
    if (connection)
      store.elements.set(`Connection::${group}:sales`, {
        ...connection,
        properties: { ...connection.properties, configurationProperties: edited },
      });
    await admin.updateConnector(status, { configuration: { include: null, exclude: ['*.tmp'] }, schedule: '' }, 'olga');
    expect(store.elements.get(`Connection::${group}:sales`)?.properties.configurationProperties).toEqual({
      byOthers: true,
      exclude: ['*.tmp'],
      'isthmus.timeZone': 'Europe/Berlin',
      'isthmus.source': 'Retail.sales',
      'isthmus.configurationVersion': 1,
    });
    expect(store.batches.at(-1)?.operations).toHaveLength(1);
  });

  it('renames, reschedules and moves the address in one batch, and keeps its identity', async () => {
    const { admin, store } = await withGroups();
    const { connectorGuid, connectorId } = await admin.addConnector(group, sales, 'olga');
    const change = { name: 'sold', description: '', networkAddress: '/new', refreshTimeInterval: 5 };
    await admin.updateConnector(statusOf(store, connectorGuid), change, 'olga');
    const registration = store.links.find(({ guid }) => guid === connectorId);
    expect(registration?.properties).toMatchObject({ connectorName: 'sold', refreshTimeInterval: 5 });
    expect(store.elements.get(connectorName)?.properties).toMatchObject({ displayName: 'sold' });
    expect(store.elements.get(connectorName)?.properties.description).toBeUndefined();
    expect(store.elements.get(`Endpoint::${group}:sales`)?.properties.networkAddress).toBe('/new');
    expect(store.batches).toHaveLength(5);
  });

  it('asks for reports of what runs change, and for none any more', async () => {
    const { admin, store } = await withGroups();
    const wanted = { ...sales, generateConnectorActivityReports: true };
    const { connectorGuid, connectorId } = await admin.addConnector(group, wanted, 'olga');
    const asked = () =>
      store.links.find(({ guid }) => guid === connectorId)?.properties?.generateConnectorActivityReports;
    expect(asked()).toBe(true);
    await admin.updateConnector(statusOf(store, connectorGuid), { refreshTimeInterval: 5 }, 'olga');
    expect(asked()).toBe(true);
    const none = { generateConnectorActivityReports: false };
    await admin.updateConnector(statusOf(store, connectorGuid), none, 'olga');
    expect(asked()).toBe(false);
  });

  it('leaves an endpoint alone that others use', async () => {
    const { admin, store } = await withGroups();
    const { connectorGuid } = await admin.addConnector(group, sales, 'olga');
    await admin.addConnector(group, { ...sales, name: 'second' }, 'olga');
    const shared = `Endpoint::${group}:sales`;
    await store.asStore().writeBatch(
      {
        id: 'share',
        operations: [{ op: 'link', typeName: 'ConnectToEndpoint', end1: `Connection::${group}:second`, end2: shared }],
      },
      new AbortController().signal,
    );
    await admin.updateConnector(statusOf(store, connectorGuid), { networkAddress: '/own' }, 'olga');
    expect(store.elements.get(shared)?.properties.networkAddress).toBe('/data/sales');
    const [own] = store.linked(`Connection::${group}:sales`, 'ConnectToEndpoint');
    expect(own).not.toBe(shared);
    expect(store.elements.get(own ?? '')?.properties.networkAddress).toBe('/own');
  });

  it.each([0, 1, 2])('takes back what went through when the server refuses operation %i', async (refused) => {
    const { admin, store } = await withGroups();
    const { connectorGuid } = await admin.addConnector(group, sales, 'olga');
    const before = store.picture();
    let count = -1;
    store.refuses = () => {
      count += 1;
      return count === refused;
    };
    const change = { name: 'sold', networkAddress: '/new', description: 'changed' };
    await expect(admin.updateConnector(statusOf(store, connectorGuid), change, 'olga')).rejects.toMatchObject({
      code: 'PROPERTY_TYPE_WRONG',
    });
    expect(store.picture()).toBe(before);
  });

  it('refuses what cannot be, and a name that another has', async () => {
    const { admin, store } = await withGroups();
    const { connectorGuid } = await admin.addConnector(group, sales, 'olga');
    await admin.addConnector(group, { ...sales, name: 'second' }, 'olga');
    const before = store.picture();
    const status = statusOf(store, connectorGuid);
    await expect(admin.updateConnector(status, { name: 'second' }, 'olga')).rejects.toMatchObject({
      code: 'CONNECTOR_EXISTS',
    });
    await expect(admin.updateConnector(status, { schedule: '61 * * * *' }, 'olga')).rejects.toMatchObject({
      code: 'SCHEDULE_INVALID',
    });
    await expect(admin.updateConnector(status, { configuration: { bad: true } }, 'olga')).rejects.toMatchObject({
      code: 'CONNECTOR_CONFIGURATION_INVALID',
    });
    expect(store.picture()).toBe(before);
  });

  it('moves a connector with its identity, and gives its name to another afterwards', async () => {
    const { admin, store, nudged } = await withGroups();
    const first = await admin.addConnector(group, sales, 'olga');
    await admin.moveConnector(statusOf(store, first.connectorGuid), other, 'olga');
    expect(store.linked(group, 'RegisteredIntegrationConnector')).toEqual([]);
    expect(store.linked(other, 'RegisteredIntegrationConnector')).toEqual([connectorName]);
    expect(nudged.slice(-2).sort()).toEqual([other, group].sort());
    const second = await admin.addConnector(group, sales, 'olga');
    expect(second.connectorGuid).not.toBe(first.connectorGuid);
    expect(store.elements.get(`Connection::${group}:sales-2`)?.properties.configurationProperties).toMatchObject({
      'isthmus.source': 'Retail.sales-2',
    });
  });

  it('takes the source that a new connector says, and lets nobody change it', async () => {
    const { admin, store } = await withGroups();
    const said = { ...sales, configuration: { ...sales.configuration, 'isthmus.source': 'Former.sales' } };
    const { connectorGuid } = await admin.addConnector(group, said, 'olga');
    const held = () => store.elements.get(`Connection::${group}:sales`)?.properties.configurationProperties;
    expect(held()).toMatchObject({ 'isthmus.source': 'Former.sales' });
    const change = { configuration: { 'isthmus.source': 'Other.sales' } };
    await expect(admin.updateConnector(statusOf(store, connectorGuid), change, 'olga')).rejects.toMatchObject({
      code: 'PARAMETER_INVALID',
      next: expect.stringContaining('add another connector'),
    });
    expect(held()).toMatchObject({ 'isthmus.source': 'Former.sales' });
  });

  it('removes twice without harm, and says that it is gone when it is changed', async () => {
    const { admin, store } = await withGroups();
    const { connectorGuid } = await admin.addConnector(group, sales, 'olga');
    const status = statusOf(store, connectorGuid);
    await admin.removeConnector(status, 'olga');
    await admin.removeConnector(status, 'olga');
    await expect(admin.updateConnector(status, { name: 'x' }, 'olga')).rejects.toMatchObject({
      code: 'CONNECTOR_NOT_FOUND',
    });
  });
});

function setUp() {
  const store = new MemoryStore();
  const nudged: string[] = [];
  let ids = 0;
  const admin = new GroupAdministration({
    store: store.asStore(),
    host: { check: checkFiles },
    nudge: (name) => nudged.push(name),
    clock: new ManualClock(),
    logger: silentLogger,
    newId: () => {
      ids += 1;
      return `batch-${ids}`;
    },
  });
  return { store, admin, nudged };
}

async function withGroups() {
  const parts = setUp();
  await parts.admin.createGroup({ qualifiedName: group }, 'olga');
  await parts.admin.createGroup({ qualifiedName: other }, 'olga');
  return parts;
}

const manifest: ProviderManifest = {
  provider: 'files',
  kind: 'files',
  packageName: '@isthmus/files',
  version: '1.0.0',
  sdk: '^0.1.0',
  directory: '/',
  replaces: [],
};

let installedVersion = 1;
afterEach(() => {
  installedVersion = 1;
});

async function checkFiles(registration: Registration) {
  const { providerName, configurationProperties } = registration.connection ?? {};
  if (providerName !== 'files' && providerName !== 'postgresql')
    throw new IsthmusError('PROVIDER_UNKNOWN', `no provider ${providerName}`);
  if (configurationProperties && 'bad' in configurationProperties)
    throw new IsthmusError('CONNECTOR_CONFIGURATION_INVALID', 'bad is unknown');
  return { manifest, configuration: configurationProperties, version: installedVersion };
}

/** As the fleet would show it. */
function statusOf(store: MemoryStore, connectorGuid: string): ConnectorStatus {
  const [name, element] = [...store.elements].find(([, { guid }]) => guid === connectorGuid) ?? ['', undefined];
  const link = store.links.find(({ typeName, end2 }) => typeName === 'RegisteredIntegrationConnector' && end2 === name);
  const connection = store.elements.get(name.replace('IntegrationConnector', 'Connection'));
  const configuration = connection?.properties.configurationProperties;
  const shown = String(link?.properties.connectorName);
  return {
    connectorId: link?.guid ?? '',
    connectorGuid,
    slot: 'slot',
    group: { server: 'metadata-store', qualifiedName: link?.end1 ?? '' },
    name: shown,
    qualifiedName: name,
    provider: 'files',
    state: 'waiting',
    health: 'ok',
    stateSince: 0,
    schedule: '',
    permittedSynchronization: 'BOTH_DIRECTIONS',
    runCount: 0,
    restartCount: 0,
    registration: {
      connectorId: link?.guid ?? '',
      connectorGuid,
      qualifiedName: name,
      connectorName: shown,
      ...(typeof element?.properties.description === 'string' && { description: element.properties.description }),
      refreshTimeInterval: 60,
      permittedSynchronization: 'BOTH_DIRECTIONS',
      generateConnectorActivityReports: false,
      usesBlockingCalls: false,
      connection: {
        providerName: 'files',
        networkAddress: '/data/sales',
        configurationProperties: isProperties(configuration) ? configuration : {},
      },
      version: 1,
    },
  };
}

function isProperties(value: unknown): value is NonNullable<Registration['connection']>['configurationProperties'] {
  return typeof value === 'object' && value !== null;
}
