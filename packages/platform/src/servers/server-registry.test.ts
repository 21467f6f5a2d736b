import 'reflect-metadata';
import { IsthmusError, type Logger, silentLogger } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import { Container } from 'inversify';
import { Type } from 'typebox';
import type { NamedServer, ServerDocument, ServerKind } from '../server-kind.js';
import { ServerRegistry } from './server-registry.js';

interface Thing {
  readonly size: number;
}

function recordingKind(kind: string, events: string[], failing: ReadonlySet<string> = new Set()): ServerKind<Thing> {
  return {
    kind,
    serverType: 'Integration Daemon',
    configuration: Type.Object({ size: Type.Integer({ minimum: 1, default: 7 }) }, { additionalProperties: false }),
    fromDocument: ({ maxPageSize, dynamicIntegrationGroupsConfig }, configured) =>
      kind === 'thing' && Array.isArray(dynamicIntegrationGroupsConfig)
        ? { size: Number(maxPageSize) + (configured?.size ?? 0) }
        : undefined,
    create: (name, configuration): NamedServer => ({
      name,
      kind,
      services: ['Things'],
      start: async () => {
        events.push(`start ${name} ${configuration.size}`);
        if (failing.has(name)) throw new IsthmusError('DATABASE_NEWER', 'cannot');
      },
      reconfigure: async (document) => {
        events.push(`reconfigure ${name} ${document?.maxPageSize}`);
        if (failing.has(`reconfigure ${name}`)) throw new Error('one of them cannot');
      },
      status: () => ({ name, kind, state: 'running', ready: true }),
      [Symbol.asyncDispose]: async () => {
        events.push(`stop ${name}`);
        if (failing.has(`stop ${name}`)) throw new Error('cannot close');
      },
    }),
  };
}

/** Documents in memory, as far as the registry reads them. */
class Documents {
  readonly #documents = new Map<string, ServerDocument>();
  readonly #listeners = new Set<(name: string) => void>();

  put(name: string, document: ServerDocument): void {
    this.#documents.set(name, document);
    for (const listener of this.#listeners) listener(name);
  }

  remove(name: string): void {
    this.#documents.delete(name);
    for (const listener of this.#listeners) listener(name);
  }

  get(name: string) {
    const document = this.#documents.get(name);
    return document && { name, revision: 1, etag: '"1"', at: 0, document };
  }

  async update(name: string, edit: (document: ServerDocument | undefined) => ServerDocument) {
    this.put(name, edit(this.#documents.get(name)));
    return this.get(name);
  }

  variables(): ReadonlyMap<string, string> {
    return new Map([['here', 'http://127.0.0.1:9080']]);
  }

  onChange(listener: (name: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

const groups = (maxPageSize: number): ServerDocument => ({
  versionId: 'V6.0',
  localServerName: 'd',
  localServerId: 'mine',
  localServerURL: '~{here}~',
  maxPageSize,
  dynamicIntegrationGroupsConfig: [],
  repositoryServicesConfig: {},
});

function world({ failing = [] as string[] } = {}) {
  const warnings: string[] = [];
  const logger: Logger = { ...silentLogger, warn: (message) => void warnings.push(message), child: () => logger };
  const events: string[] = [];
  const documents = new Documents();
  const bad = new Set(failing);
  const registry = new ServerRegistry({
    kinds: [recordingKind('base', events, bad), recordingKind('thing', events, bad)],
    childContainer: () => new Container(),
    logger,
    documents,
    newUuid: () => 'made',
  });
  return { events, documents, registry, bad, warnings };
}

describe('servers of a configuration', () => {
  it('start in the order of need and stop in reverse, once', async () => {
    const { registry, events } = world();
    registry.create([
      { name: 'a', kind: 'thing', configuration: {} },
      { name: 'b', kind: 'base', configuration: { size: 2 } },
    ]);
    expect(registry.status().map(({ state }) => state)).toEqual(['stopped', 'stopped']);
    await registry.startAll();
    expect(registry.status().map(({ name, state }) => [name, state])).toEqual([
      ['a', 'running'],
      ['b', 'running'],
    ]);
    await registry[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
    expect(events).toEqual(['start b 2', 'start a 7', 'stop a', 'stop b']);
  });

  it('do not take each other down: one that fails is closed and shown with its reason', async () => {
    const { registry, events } = world({ failing: ['b'] });
    registry.create(['a', 'b', 'c'].map((name) => ({ name, kind: 'thing', configuration: {} })));
    await registry.startAll(['never-stored']);
    expect(registry.all().map(({ name }) => name)).toEqual(['a', 'c']);
    expect(registry.facts('b')?.status).toMatchObject({ state: 'failed', code: 'DATABASE_NEWER', message: 'cannot' });
    expect(registry.facts('never-stored')?.status.state).toBe('failed');
    expect(events.filter((event) => event.endsWith(' b'))).toEqual(['stop b']);
    expect(() => registry.running('b')).toThrow(
      expect.objectContaining({ failure: expect.objectContaining({ code: 404 }) }),
    );
  });

  it.each([
    [{ name: 'a', kind: 'thing', configuration: { size: 'x' } }, 'CONFIG_INVALID_VALUE', 'servers.a.size'],
    [{ name: 'a', kind: 'thing', configuration: { sise: 1 } }, 'CONFIG_UNKNOWN_KEY', 'sise'],
    [{ name: 'a', kind: 'other', configuration: {} }, 'CONFIG_INVALID_VALUE', 'kinds are base, thing'],
    [{ name: 'a/b', kind: 'thing', configuration: {} }, 'CONFIG_INVALID_VALUE', 'a/b'],
  ])('are refused: %j', (specification, code, named) => {
    const { registry } = world();
    const create = () => registry.create([specification]);
    expect(create).toThrow(expect.objectContaining({ code, message: expect.stringContaining(named) }));
    expect(registry.status()).toEqual([]);
  });

  it('are awaited until they have started or failed, those that somebody starts afterwards never', async () => {
    const { registry, documents } = world({ failing: ['b'] });
    const readiness = () => registry.status().map(({ name, readiness: its }) => [name, its]);
    registry.create(['a', 'b'].map((name) => ({ name, kind: 'thing', configuration: {} })));
    documents.put('d', groups(3));
    documents.put('e', { ...groups(3), localServerName: 'e' });
    const all = registry.startAll(['d', 'never-stored']);
    const awaited = ['a', 'b', 'd', 'never-stored'].map((name) => [name, 'awaited']);
    expect(readiness()).toEqual(awaited);
    await all;
    const counted = ['a', 'b', 'd', 'never-stored'].map((name) => [name, 'counted']);
    expect(readiness()).toEqual(counted);
    const late = registry.start('e');
    const again = registry.start('a');
    expect(readiness()).toEqual(counted);
    await Promise.all([late, again]);
    expect(readiness()).toEqual([...counted, ['e', 'ignored']]);
    await registry.stop('a');
    expect(readiness()[0]).toEqual(['a', 'ignored']);
  });

  it('have names of their own', () => {
    const twice = { name: 'a', kind: 'thing', configuration: {} };
    expect(() => world().registry.create([twice, twice])).toThrow('two servers are called a');
  });
});

describe('servers of a configuration with a stored document', () => {
  const configured = [{ name: 'd', kind: 'thing', configuration: { size: 100 } }];
  const { dynamicIntegrationGroupsConfig: _groups, ...nothing } = groups(3);
  const store = { ...nothing, repositoryServicesConfig: { localRepositoryConfig: {} } };

  it('follow it from the start, on top of their configuration, and while they run', async () => {
    const { registry, documents, events } = world();
    registry.create(configured);
    documents.put('d', groups(3));
    await registry.startAll();
    documents.put('d', groups(4));
    await registry.start('d');
    expect(events).toEqual(['start d 103', 'reconfigure d 4', 'stop d', 'start d 104']);
    expect(registry.facts('d')?.document).toMatchObject({ maxPageSize: 4 });
  });

  it.each([
    ['nothing', nothing],
    ['another kind of server', store],
  ])('that describes %s start from the configuration', async (_what, document) => {
    const { registry, documents, events } = world();
    registry.create(configured);
    documents.put('d', document);
    await registry.startAll();
    await registry.stop('d');
    await registry.start('d');
    expect(events).toEqual(['start d 100', 'stop d', 'start d 100']);
    expect(registry.facts('d')?.document).toBeUndefined();
  });

  it('go by their configuration again when it describes nothing any more or is removed', async () => {
    const { registry, documents, events } = world();
    registry.create(configured);
    await registry.startAll();
    documents.put('d', groups(3));
    documents.put('d', nothing);
    documents.put('d', groups(4));
    documents.remove('d');
    documents.put('d', groups(5));
    await registry.stop('d');
    expect(events).toEqual([
      'start d 100',
      'reconfigure d 3',
      'reconfigure d undefined',
      'reconfigure d 4',
      'reconfigure d undefined',
      'reconfigure d 5',
      'stop d',
    ]);
  });

  it('go on as they are when it becomes that of another kind of server', async () => {
    const { registry, documents, events } = world();
    registry.create(configured);
    documents.put('d', groups(3));
    await registry.startAll();
    documents.put('d', store);
    await registry.stop('d');
    expect(events).toEqual(['start d 103', 'stop d']);
  });
});

describe('servers of documents', () => {
  it('start, restart, follow their document and stop while the process runs', async () => {
    const { registry, documents, events } = world();
    documents.put('d', groups(3));
    await registry.start('d');
    documents.put('d', groups(4));
    await registry.start('d');
    documents.put('d', groups(5));
    await registry.stop('d');
    expect(events).toEqual(['start d 3', 'reconfigure d 4', 'stop d', 'start d 4', 'reconfigure d 5', 'stop d']);
    expect(registry.facts('d')).toMatchObject({
      serverType: 'Integration Daemon',
      periods: [{ endedAt: expect.any(Number) }, { endedAt: expect.any(Number) }],
      status: { state: 'stopped', isWanted: false },
      document: {
        maxPageSize: 5,
        localServerType: 'Integration Daemon',
        localServerURL: 'http://127.0.0.1:9080',
      },
    });
    await expect(registry.stop('d')).rejects.toThrow('does not run here');
  });

  it('of the start-up list start with the process', async () => {
    const { registry, documents, events } = world();
    documents.put('d', groups(3));
    documents.put('e', { ...groups(3), localServerName: 'e' });
    await registry.startAll(['d']);
    expect(events).toEqual(['start d 3']);
  });

  it.each([
    ['nothing', {}, 'OMAG-ADMIN-400-019'],
    ['no repository services', { dynamicIntegrationGroupsConfig: [] }, 'OMAG-ADMIN-400-010'],
    ['two types', { ...groups(1), accessServicesConfig: [] }, 'OMAG-ADMIN-400-031'],
    ['no type that runs here', { repositoryServicesConfig: {} }, 'OMAG-ADMIN-400-035'],
  ])('that describe %s are refused, and what runs goes on', async (_what, document, messageId) => {
    const { registry, documents, events } = world();
    documents.put('d', groups(3));
    await registry.start('d');
    const failure = expect.objectContaining({ messageId });
    await expect(registry.startFrom('d', document)).rejects.toMatchObject({ failure });
    expect(events).toEqual(['start d 3']);
    expect(registry.running('d').name).toBe('d');
  });

  it('are refused when they are those of another server', async () => {
    const { registry, events } = world();
    const other = registry.startFrom('d', { ...groups(1), localServerName: 'other' });
    await expect(other).rejects.toMatchObject({ code: 'DOCUMENT_INVALID' });
    expect(events).toEqual([]);
  });

  it('get an id of their own at their first start and keep it', async () => {
    const { registry, documents } = world();
    const { localServerId: _none, ...withoutId } = groups(3);
    documents.put('d', withoutId);
    await registry.start('d');
    expect(documents.get('d')?.document.localServerId).toBe('made');
    documents.put('d', groups(3));
    await registry.start('d');
    expect(documents.get('d')?.document.localServerId).toBe('mine');
  });

  it('do not follow the stored document when they run by one that was sent', async () => {
    const { registry, documents, events } = world();
    await registry.startFrom('d', groups(3));
    documents.put('d', groups(4));
    await registry.stop('d');
    expect(events).toEqual(['start d 3', 'stop d']);
  });

  it('start by the document as it is when their turn comes', async () => {
    const { registry, documents, events } = world();
    documents.put('d', groups(3));
    documents.put('e', { ...groups(3), localServerName: 'e' });
    const all = registry.startAll(['d']);
    documents.put('d', groups(4));
    await all;
    const one = registry.start('e');
    documents.put('e', { ...groups(5), localServerName: 'e' });
    await one;
    expect(events).toEqual(['start d 4', 'start e 5']);
  });

  it('that somebody started while the process began are not started again', async () => {
    const { registry, documents, events } = world();
    documents.put('d', groups(3));
    await registry.start('d');
    await registry.startAll(['d']);
    expect(events).toEqual(['start d 3']);
  });

  it('go on as they are when their document is removed and made anew, call by call', async () => {
    const { registry, documents, events } = world();
    documents.put('d', groups(3));
    await registry.start('d');
    documents.remove('d');
    documents.put('d', groups(4));
    await registry.start('d');
    documents.put('d', groups(5));
    await registry.stop('d');
    expect(events).toEqual(['start d 3', 'stop d', 'start d 4', 'reconfigure d 5', 'stop d']);
  });

  it('go on as they are when their document becomes that of another kind of server', async () => {
    const { registry, documents, events } = world();
    documents.put('d', groups(3));
    await registry.start('d');
    const { dynamicIntegrationGroupsConfig: _groups, ...rest } = groups(4);
    documents.put('d', { ...rest, repositoryServicesConfig: { localRepositoryConfig: {} } });
    await registry.stop('d');
    expect(events).toEqual(['start d 3', 'stop d']);
  });

  it('whose document is followed in part are not said to go on as they were', async () => {
    const { registry, documents, warnings } = world({ failing: ['reconfigure d'] });
    documents.put('d', groups(3));
    await registry.start('d');
    documents.put('d', groups(4));
    await registry.stop('d');
    expect(warnings).toEqual([expect.stringMatching(/^a changed document is followed in part/)]);
  });

  it('start again though what ran before could not be closed', async () => {
    const { registry, documents, events, bad } = world({ failing: ['stop d'] });
    documents.put('d', groups(3));
    await registry.start('d');
    await registry.start('d');
    expect(events).toEqual(['start d 3', 'stop d', 'start d 3']);
    expect(registry.facts('d')?.status.state).toBe('running');
    bad.clear();
  });

  it('cannot be started without a document', async () => {
    const failure = expect.objectContaining({ messageId: 'OMAG-ADMIN-400-019' });
    await expect(world().registry.start('none')).rejects.toMatchObject({ failure });
  });

  it('that failed run again when their cause is gone', async () => {
    const { registry, documents, bad } = world({ failing: ['d'] });
    documents.put('d', groups(3));
    await expect(registry.start('d')).rejects.toThrow('cannot');
    bad.delete('d');
    await registry.start('d');
    expect(registry.facts('d')?.status).toMatchObject({ state: 'running', ready: true });
  });
});

describe('names of servers that have ended', () => {
  it('are kept up to a bound, those that were started last; what runs or is configured is never among them', async () => {
    const { registry, documents } = world({ failing: ['failed-0'] });
    const called = (localServerName: string) => ({ ...groups(1), localServerName });
    const start = (name: string) => registry.startFrom(name, called(name));
    registry.create([{ name: 'configured', kind: 'thing', configuration: {} }]);
    documents.put('expected', called('expected'));
    await registry.startAll(['expected']);
    await registry.stop('configured');
    await registry.stop('expected');
    await start('runs');
    await expect(start('failed-0')).rejects.toThrow();
    for (let count = 1; count <= 205; count += 1) {
      await start(`ended-${count}`);
      await registry.stop(`ended-${count}`);
    }
    await start('last');
    const names = registry.known().map(({ name }) => name);
    expect(names.filter((name) => /^(?:ended|failed)-/.test(name))).toHaveLength(200);
    expect(registry.facts('failed-0')).toBeUndefined();
    expect(registry.facts('ended-5')).toBeUndefined();
    expect(registry.facts('ended-6')).toBeDefined();
    expect(names).toEqual(expect.arrayContaining(['configured', 'expected', 'runs', 'ended-205', 'last']));
  });
});
