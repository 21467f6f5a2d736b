import { type TSchema, Type } from '@isthmus/connector-sdk';
import { qualifiedNames } from '@isthmus/connector-sdk/helpers';
import { toErrorReport } from '@isthmus/kernel';
import type { Connection, Properties, Registration } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import type { LoadedDefinition } from '../providers/connector-definition.js';
import { readConfiguration } from './read-configuration.js';
import type { SecretSource } from './secrets.js';

const schema = Type.Object({
  root: Type.String({ minLength: 1 }),
  include: Type.Array(Type.String(), { default: ['**'] }),
  mode: Type.Optional(Type.Union([Type.Literal('watch'), Type.Literal('poll')])),
  depth: Type.Optional(Type.Integer({ minimum: 1 })),
  login: Type.Optional(Type.Object({ user: Type.String(), password: Type.String({ secret: true, maxLength: 20 }) })),
});

function definition(change: Partial<LoadedDefinition> = {}, configuration: TSchema = schema): LoadedDefinition {
  return { kind: 'files', provider: 'files', configuration, version: 1, create: () => ({}), ...change };
}

function registration(properties: Properties, change: Partial<Connection> = {}): Registration {
  return {
    connectorId: 'id',
    connectorGuid: 'guid',
    qualifiedName: 'IntegrationConnector::landing',
    connectorName: 'landing',
    refreshTimeInterval: 60,
    permittedSynchronization: 'BOTH_DIRECTIONS',
    generateConnectorActivityReports: false,
    usesBlockingCalls: false,
    version: 1,
    connection: { providerName: 'files', configurationProperties: properties, ...change },
  };
}

const secrets: SecretSource = {
  env: (name) => (name === 'PASSWORD' ? 'hunter22' : undefined),
  file: (path) => Promise.resolve(path === '/run/secret' ? 'from-file' : undefined),
};

const read = (properties: Properties, own = definition(), change: Partial<Connection> = {}) =>
  readConfiguration(registration(properties, change), own, secrets);

async function faultsOf(properties: Properties, own = definition()): Promise<readonly string[]> {
  const report = toErrorReport(await read(properties, own).catch((error: unknown) => error));
  expect(report.code).toBe('CONNECTOR_CONFIGURATION_INVALID');
  const faults = report.details?.faults;
  return Array.isArray(faults) ? faults : [];
}

describe('readConfiguration', () => {
  it('takes the properties of the connection without the reserved keys and adds defaults', async () => {
    const properties = { root: '/data', 'isthmus.schedule': '0 * * * *' };
    const { configuration } = await read(properties);
    expect(configuration).toEqual({ root: '/data', include: ['**'] });
    expect(properties).toEqual({ root: '/data', 'isthmus.schedule': '0 * * * *' });
  });

  it('names every field that is wrong, and what is wrong with it', async () => {
    expect(await faultsOf({ root: '', inclued: [], depth: 0, mode: 'guess', login: { user: {} } })).toEqual(
      expect.arrayContaining([
        '`root` must not be empty',
        '`inclued` is not a key of this provider; did you mean `include`?',
        '`depth` must be at least 1',
        '`mode` must be one of "watch", "poll"',
        '`login.password` is missing',
        '`login.user` must be text',
      ]),
    );
    expect(await faultsOf({})).toEqual(['`root` is missing']);
  });

  it('tells what a value has to be without the words of a validator', async () => {
    const own = definition(
      {},
      Type.Object({
        path: Type.String({ pattern: '^/' }),
        code: Type.String({ pattern: '^[A-Z]{2}$', description: 'country in two letters' }),
        address: Type.String({ format: 'uri' }),
        tables: Type.Array(Type.String(), { minItems: 1, uniqueItems: true }),
        name: Type.String({ maxLength: 1 }),
        share: Type.Number({ exclusiveMinimum: 0 }),
        limit: Type.Union([Type.Integer(), Type.Null()]),
        bytes: Type.Integer({ multipleOf: 8 }),
      }),
    );
    const wrong = { path: 'a', code: 'de', address: 'x', tables: [], name: 'ab', share: 0, limit: {}, bytes: 'many' };
    expect(await faultsOf(wrong, own)).toEqual([
      '`path` must begin with "/"',
      '`code` does not have the form that is wanted (as a regular expression: ^[A-Z]{2}$): country in two letters',
      '`address` must be an address with its scheme, such as https://example.org',
      '`tables` must not be empty',
      '`name` must have no more than 1 character',
      '`share` must be more than 0',
      '`limit` fits none of the forms that are allowed here',
      '`bytes` must be a whole number',
    ]);
  });

  it('says of a field that the address gives how the address is given', async () => {
    const own = definition({
      fromConnection: ({ networkAddress, configurationProperties }) => ({
        ...configurationProperties,
        ...(networkAddress === undefined ? {} : { root: networkAddress }),
      }),
    });
    expect(await faultsOf({}, own)).toEqual([
      '`root` is missing: it comes from the address of the connection, given with `--address` or, for a folder, `--root`',
    ]);
    expect(await faultsOf({})).toEqual(['`root` is missing']);
  });

  it('reads text as what the schema wants: connections carry text', async () => {
    const { configuration } = await read({ root: '/data', include: '*.csv', depth: '3' });
    expect(configuration).toMatchObject({ include: ['*.csv'], depth: 3 });
  });

  it('puts secrets in and tells which values they are', async () => {
    const { configuration, secrets: found } = await read({
      root: '/data',
      login: { user: 'ann', password: '${env:PASSWORD}-${file:/run/secret}' },
    });
    expect(configuration).toMatchObject({ login: { password: 'hunter22-from-file' } });
    expect([...found]).toEqual(expect.arrayContaining(['hunter22', 'from-file', 'hunter22-from-file']));
  });

  it('takes for secrets what reads so in the address and the properties, whatever the schema marks', async () => {
    const properties = { root: '/no/such?token=in-a-path', login: { user: 'ann', password: 'marked' } };
    const networkAddress = 'ftp://bob:p%40ss@host/x?password=in-a-query';
    const { secrets: found } = await read(properties, definition(), { networkAddress });
    expect([...found].sort()).toEqual(['in-a-path', 'in-a-query', 'marked', 'p%40ss', 'p@ss']);
    const own = definition({}, Type.Object({ root: Type.String(), dbPassword: Type.String() }));
    expect([...(await read({ root: '/', dbPassword: 'by-its-key' }, own)).secrets]).toEqual(['by-its-key']);
  });

  it('names a secret reference that leads to nothing, and its field', async () => {
    const login = { user: 'ann', password: '${env:NOTHING}' };
    await expect(read({ root: '/data', login })).rejects.toMatchObject({
      code: 'CONFIG_SECRET_UNRESOLVED',
      details: { field: 'login.password', reference: '${env:NOTHING}' },
    });
  });

  it('never says a secret value in an error', async () => {
    const failing = definition({
      fromConnection: ({ configurationProperties }) => {
        throw new Error(`cannot use ${JSON.stringify(configurationProperties)}`);
      },
    });
    const login = { user: 'ann', password: 'a-very-long-secret-value' };
    for (const own of [definition(), failing]) {
      const error: unknown = await read({ root: '/data', login }, own).catch((reason: unknown) => reason);
      expect(JSON.stringify(toErrorReport(error))).not.toContain('a-very-long-secret-value');
      expect(toErrorReport(error).code).toBe('CONNECTOR_CONFIGURATION_INVALID');
    }
  });

  it('brings an older configuration up to date, and refuses a newer one', async () => {
    const own = definition({
      version: 3,
      migrate: (old, from) => ({
        root: typeof old === 'object' && old !== null && 'path' in old ? `${old.path}/${from}` : '',
      }),
    });
    const { configuration } = await read({ path: '/data', 'isthmus.configurationVersion': 2 }, own);
    expect(configuration).toMatchObject({ root: '/data/2' });
    expect(await faultsOf({ root: '/data', 'isthmus.configurationVersion': 4 }, own)).toEqual([
      '`isthmus.configurationVersion` is 4, the installed provider knows up to 3',
    ]);
  });

  it('refuses an older configuration that nobody can bring up: its keys may mean something else now', async () => {
    const faults = await faultsOf({ root: '/data', 'isthmus.configurationVersion': 1 }, definition({ version: 2 }));
    expect(faults.join()).toMatch(/cannot be brought from version 1 to 2: provider files has no `migrate`/);
  });

  it('says of a fault in what was brought up where it comes from', async () => {
    const own = definition({ version: 2, migrate: () => ({ rooot: '/data' }) });
    expect(await faultsOf({ root: '/data', 'isthmus.configurationVersion': 1 }, own)).toContain(
      '`root` is missing (as it was brought from version 1 to 2)',
    );
  });

  it.each<[string, Partial<LoadedDefinition>]>([
    ['migrate', { version: 2, migrate: async () => ({ root: '/data' }) }],
    ['migrate that fails', { version: 2, migrate: () => Promise.reject(new Error('late')) }],
    ['fromConnection that fails', { version: 1, fromConnection: () => Promise.reject(new Error('late')) }],
  ])('refuses the promise of a %s, and leaves it to nobody', async (_what, change) => {
    const unheard: unknown[] = [];
    const note = (error: unknown): void => void unheard.push(error);
    process.on('unhandledRejection', note);
    const faults = await faultsOf({ root: '/data', 'isthmus.configurationVersion': 1 }, definition(change));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(faults.join()).toMatch(/answers a promise where it has to answer the configuration itself/);
    expect(unheard).toEqual([]);
  });

  it('reads the connection of a Java provider that it replaces', async () => {
    const own = definition({
      replaces: { 'org.example.FolderProvider': ({ networkAddress }) => ({ root: networkAddress }) },
    });
    const { configuration } = await read({ anything: 1 }, own, {
      providerName: 'org.example.FolderProvider',
      networkAddress: '/java',
    });
    expect(configuration).toMatchObject({ root: '/java' });
  });

  it('takes what is made of a Java connection for the current version, whatever it was registered with', async () => {
    const own = definition({
      version: 2,
      migrate: () => ({ root: '/migrated' }),
      replaces: { 'org.example.FolderProvider': ({ networkAddress }) => ({ root: networkAddress }) },
    });
    const java = { providerName: 'org.example.FolderProvider', networkAddress: '/java' };
    const { configuration } = await read({ 'isthmus.configurationVersion': 1 }, own, java);
    expect(configuration).toMatchObject({ root: '/java' });
  });

  it('says what a registration without connection lacks', async () => {
    const { connection: _, ...bare } = registration({});
    await expect(readConfiguration(bare, definition(), secrets)).rejects.toMatchObject({
      code: 'REGISTRATION_WITHOUT_CONNECTION',
    });
  });
});

describe('a template for qualified names', () => {
  const names = qualifiedNames(['folder', 'file']);
  const own = definition(
    {
      naming(configuration) {
        return names.shape(isTemplated(configuration) ? configuration.qualifiedNames : undefined);
      },
    },
    Type.Object({ root: Type.String(), qualifiedNames: names.option() }),
  );

  it('is checked with the configuration, and its field is named', async () => {
    expect(await faultsOf({ root: '/data', qualifiedNames: '{type}::{source}:{file}' }, own)).toEqual([
      expect.stringMatching(/^`qualifiedNames` lacks \{folder\}/),
    ]);
    const qualifiedNames = '{type}::{source}:data/{folder}/{file}';
    expect((await read({ root: '/data', qualifiedNames }, own)).configuration).toEqual({
      root: '/data',
      qualifiedNames,
    });
  });
});

function isTemplated(configuration: unknown): configuration is { readonly qualifiedNames: string } {
  return typeof configuration === 'object' && configuration !== null && 'qualifiedNames' in configuration;
}
