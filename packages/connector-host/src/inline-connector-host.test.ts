import 'reflect-metadata';
import type { Logger } from '@isthmus/kernel';
import type { Properties, Registration } from '@isthmus/model';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConnectorInstance, InstanceSpec, StrayReport, TargetSpec } from './connector-host.js';
import { InlineConnectorHost } from './inline-connector-host.js';
import { processStrays } from './instance/stray-tracer.js';
import { rest, TestClock } from './test-support/manual-clock.js';
import { manifestOf, ProviderFolder } from './test-support/provider-folder.js';
import { RecordingSink } from './test-support/recording-sink.js';

let folder: ProviderFolder;
beforeEach(async () => {
  folder = await ProviderFolder.make();
});
afterEach(() => folder[Symbol.asyncDispose]());

/** A provider whose connector is written in the test: `hooks` sees `context`, `configuration`, `on` (what was seen). */
function code(hooks: string): string {
  return `
globalThis.loadedProviders = (globalThis.loadedProviders ?? 0) + 1;
export const connector = {
  kind: 'files', provider: 'sample', version: 1,
  configuration: { type: 'object', required: [], properties: {
    root: { type: 'string' }, password: { type: 'string', secret: true } } },
  create(context, configuration) { return { ${hooks} }; },
};`;
}

interface Bench {
  readonly host: InlineConnectorHost;
  readonly clock: TestClock;
  readonly lines: string[];
  readonly changes: (readonly string[] | undefined)[];
  readonly strays: StrayReport[];
  readonly published: unknown[];
  start(properties?: Properties, change?: Partial<InstanceSpec>, signal?: AbortSignal): Promise<ConnectorInstance>;
}

let benches = 0;

/** Modules are known by their path for ever, so each bench has a folder of its own. */
async function bench(hooks: string, module = code(hooks)): Promise<Bench> {
  benches += 1;
  const directory = await folder.add(`bench-${benches}`, manifestOf('sample'), module);
  const clock = new TestClock();
  const lines: string[] = [];
  const changes: (readonly string[] | undefined)[] = [];
  const strays: StrayReport[] = [];
  const published: unknown[] = [];
  let ids = 0;
  const line = (level: string) => (message: string, fields?: unknown) =>
    void lines.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`);
  const logger: Logger = {
    child: () => logger,
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
  };
  const host = new InlineConnectorHost(
    {
      providerDirectories: [directory],
      newId: () => `id-${++ids}`,
      sdkVersion: '0.1.0',
      secrets: { env: () => 'hunter22', file: () => Promise.resolve(undefined) },
    },
    clock,
    logger,
  );
  return {
    host,
    clock,
    lines,
    changes,
    strays,
    published,
    start: (properties = {}, change = {}, signal = new AbortController().signal) =>
      host.start(
        { ...spec(properties), ...change },
        {
          changed: (scopes) => void changes.push(scopes),
          strayed: (report) => void strays.push(report),
          publishedLineage: (event) => void published.push(event),
        },
        signal,
      ),
  };
}

function spec(properties: Properties): InstanceSpec {
  return {
    registration: registration(properties),
    source: 'source',
    permittedSynchronization: 'BOTH_DIRECTIONS',
    excludedPaths: ['/isthmus'],
    group: 'group',
  };
}

function registration(properties: Properties): Registration {
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
    connection: { providerName: 'sample', configurationProperties: properties },
  };
}

const signal = () => new AbortController().signal;
const request = (id = 'run') => ({ id, mode: 'apply' as const, requested: undefined });

const listsOneFile = `async refresh(run) {
  const scope = run.scope('folder:/');
  await scope.file({ key: 'a', path: '/a', name: 'a', pathName: '/data/a', folder: '/', typeName: 'DataFile', sizeInBytes: 1 });
  await scope.complete();
  await run.finding({ severity: 'info', code: 'SEEN', message: 'saw ' + configuration.password });
}`;

describe('a host of connectors in this process', () => {
  it('loads a provider at the first activation only, once for all its connectors', async () => {
    Reflect.set(globalThis, 'loadedProviders', 0);
    const { host, start } = await bench('');
    await host.rescan();
    expect(host.providers()).toHaveLength(1);
    expect(Reflect.get(globalThis, 'loadedProviders')).toBe(0);
    const [one, other] = await Promise.all([start(), start()]);
    expect(Reflect.get(globalThis, 'loadedProviders')).toBe(1);
    expect(one.instanceId).not.toBe(other.instanceId);
  });

  it('tells the schema of a configuration once the code of its provider was loaded, also after the next scan', async () => {
    const { host, start } = await bench('');
    await host.rescan();
    expect(host.providers()[0]?.configurationSchema).toBeUndefined();
    const instance = await start();
    await host.rescan();
    for (const { configurationSchema } of [...host.providers(), instance.manifest]) {
      expect(configurationSchema).toMatchObject({ properties: { password: { secret: true } } });
    }
  });

  it.each([
    ['create', `later: globalThis.later('create', configuration)`],
    ['start', `start() { globalThis.later('start', configuration); }`],
    ['refresh', `async refresh() { await null; globalThis.later('refresh', configuration); }`],
  ])('knows whose %s left an error behind that nobody caught', async (hook, hooks) => {
    const traced: StrayReport[] = [];
    const errors = new Promise<void>((resolve) => {
      Reflect.set(globalThis, 'later', (name: string, { password }: { password: string }) =>
        setTimeout(() => {
          traced.push(processStrays.trace(new Error(`${name} with ${password}`)));
          resolve();
        }, 0),
      );
    });
    const { start, strays } = await bench(hooks);
    const instance = await start({ password: '${env:PASSWORD}' });
    await instance.refresh(request(), new RecordingSink(), signal());
    await errors;
    expect(traced).toEqual([
      expect.objectContaining({ connector: 'landing', group: 'group', message: `${hook} with ***` }),
    ]);
    expect(strays).toEqual(traced);
    await instance.stop(signal());
  });

  it('lists a provider whose code throws, and says so only when it is wanted', async () => {
    const { host, start } = await bench('', 'throw new Error("top level");');
    await host.rescan();
    expect(host.providers()[0]?.problem).toBeUndefined();
    await expect(start()).rejects.toMatchObject({
      code: 'PROVIDER_UNUSABLE',
      message: expect.stringContaining('index.mjs:1:7: top level'),
    });
    // the list goes on saying so, until its code could be loaded
    expect(host.providers()[0]?.problem).toMatchObject({ message: expect.stringContaining('top level') });
    await host.rescan();
    expect(host.providers()[0]?.problem).toMatchObject({ code: 'PROVIDER_UNUSABLE' });
  });

  it.each([
    ['a number', 'export const connector = 5;', 'not a connector definition'],
    ['another provider', code('').replace("provider: 'sample'", "provider: 'other'"), 'says provider "other"'],
    ['no create', code('').replace('create(', 'make('), 'no function `create`'],
    ['no such name', 'export const other = {};', 'no export `connector`: it exports other'],
    ['misspelt', 'export const conector = {};', 'no export `connector`: did you mean `conector`?'],
  ])('refuses an export that is %s', async (_, module, fault) => {
    const { start } = await bench('', module);
    await expect(start()).rejects.toMatchObject({ code: 'PROVIDER_UNUSABLE', message: expect.stringContaining(fault) });
  });

  it('refuses a connector that comes later: its hooks would never be called', async () => {
    const { start } = await bench('', code('').replace('create(', 'async create('));
    await expect(start()).rejects.toMatchObject({
      code: 'CONNECTOR_FAILED',
      message: expect.stringContaining('no promise of one'),
    });
  });

  it('gives what a connector lists to the sink of its run, and nothing of its secrets', async () => {
    const { start, lines } = await bench(
      `${listsOneFile}, async start() { context.log.info('using ' + configuration.password, { configuration }); }`,
    );
    const instance = await start({ root: '/data', password: '${env:PASSWORD}' });
    const sink = new RecordingSink();
    await instance.refresh(request(), sink, signal());
    expect(sink.calls).toEqual([
      'offer folder:/ 1',
      'deliver folder:/ 1',
      'complete folder:/',
      'finding undefined SEEN',
    ]);
    expect(sink.bodies[0]?.elements[0].qualifiedName).toBe('DataFile::source:/a');
    expect(sink.findings[0]?.finding.message).toBe('saw ***');
    expect(lines.join('\n')).toContain('using ***');
    expect(lines.join('\n')).not.toContain('hunter22');
  });

  it.each([
    ['create', 'get start() { throw new Error("broken"); }'],
    ['start', 'async start() { throw new Error("broken"); }, async stop() { context.log.info("closed"); }'],
  ])('closes what was begun when %s fails', async (_, hooks) => {
    const { start, lines } = await bench(hooks);
    await expect(start()).rejects.toMatchObject({
      code: 'CONNECTOR_FAILED',
      message: expect.stringContaining('broken'),
    });
    await rest();
    if (hooks.includes('closed')) expect(lines.join()).toContain('closed');
  });

  it('gives up a start that hangs, in bounded time', async () => {
    const { start, clock } = await bench(
      'start() { return new Promise(() => {}); }, stop() { return new Promise(() => {}); }',
    );
    const failed = expect(start()).rejects.toMatchObject({
      code: 'CONNECTOR_TIMEOUT',
      details: { ignoredAbort: true },
    });
    while (clock.armedTimers === 0) await rest();
    await clock.pass(30_000 + 3_000 + 3_000);
    await failed;
    expect(clock.armedTimers).toBe(0);
  });

  it('wraps what each hook throws, once', async () => {
    const { start } = await bench(`
      async refresh() { throw new Error('refresh broke'); }, async engage() { throw new Error('engage broke'); },
      async reconfigure() { throw new Error('reconfigure broke'); }, async probe() { throw new Error('probe broke'); },
      async stop() { throw new Error('stop broke'); }`);
    const instance = await start();
    const fails = (hook: string) => ({
      code: 'CONNECTOR_FAILED',
      message: `connector landing failed in ${hook}: ${hook} broke`,
    });
    await expect(instance.refresh(request(), new RecordingSink(), signal())).rejects.toMatchObject(fails('refresh'));
    await expect(instance.engage(signal())).rejects.toMatchObject(fails('engage'));
    await expect(instance.reconfigure(spec({}), signal())).rejects.toMatchObject(fails('reconfigure'));
    await expect(instance.probe(signal())).rejects.toMatchObject(fails('probe'));
    await expect(instance.stop(signal())).rejects.toMatchObject(fails('stop'));
  });

  it('answers no call of a stopped or abandoned instance, and none of a run that is over', async () => {
    const { start, clock, changes } = await bench(`async refresh(run) {
      globalThis.late = () => run.scope('folder:/').complete();
      globalThis.change = () => context.changed(['folder:/']);
      if (run.id === 'hangs') await new Promise(() => {});
    }`);
    const late = (): unknown => Reflect.apply(Reflect.get(globalThis, 'late'), undefined, []);
    const change = (): unknown => Reflect.apply(Reflect.get(globalThis, 'change'), undefined, []);
    const instance = await start();
    const sink = new RecordingSink();
    await instance.refresh(request('first'), sink, signal());
    await expect(late()).rejects.toMatchObject({ code: 'CONNECTOR_STOPPED' });
    change();
    expect(changes).toEqual([['folder:/']]);

    const stop = new AbortController();
    const hanging = expect(instance.refresh(request('hangs'), sink, stop.signal)).rejects.toMatchObject({
      code: 'CONNECTOR_TIMEOUT',
      details: { ignoredAbort: true },
    });
    await rest();
    stop.abort();
    await clock.pass(3_000);
    await hanging;
    await expect(late()).rejects.toMatchObject({ code: 'CONNECTOR_STOPPED' });
    instance.abandon();
    change();
    await expect(late()).rejects.toMatchObject({ code: 'CONNECTOR_STOPPED' });
    expect(changes).toHaveLength(1);
    expect(sink.calls).toEqual([]);
  });

  it('refuses to write for a connector of direction TO_THIRD_PARTY', async () => {
    const { start } = await bench(listsOneFile);
    const instance = await start({}, { permittedSynchronization: 'TO_THIRD_PARTY' });
    await expect(instance.refresh(request(), new RecordingSink(), signal())).rejects.toMatchObject({
      code: 'WRITE_NOT_PERMITTED',
      message: expect.stringContaining('is registered with direction TO_THIRD_PARTY'),
      next: expect.stringMatching(/isthmus connector update \S+ --direction both/),
    });
  });

  it('refuses to write for a connector whose code is made for TO_THIRD_PARTY alone, whatever is registered', async () => {
    const module = code(listsOneFile).replace("kind: 'files',", "kind: 'files', direction: 'TO_THIRD_PARTY',");
    const { start, host } = await bench('', module);
    const instance = await start();
    await expect(instance.refresh(request(), new RecordingSink(), signal())).rejects.toMatchObject({
      code: 'WRITE_NOT_PERMITTED',
      message: expect.stringMatching(/^the code of provider \S+ fixes direction TO_THIRD_PARTY/),
      next: expect.not.stringContaining('registration'),
    });
    const invalid = { code: 'CONNECTOR_CONFIGURATION_INVALID', details: { field: 'permittedSynchronization' } };
    await expect(start({}, { permittedSynchronization: 'FROM_THIRD_PARTY' })).rejects.toMatchObject(invalid);
    const registered = { ...registration({}), permittedSynchronization: 'FROM_THIRD_PARTY' } as const;
    await expect(host.check(registered)).rejects.toMatchObject(invalid);
  });

  it('runs over a catalog target by its configuration, under its names and in its direction', async () => {
    const module = code(`async refresh(run) {
      const scope = run.scope('folder:/');
      await scope.file({ key: 'a', path: '/a', name: run.target.configuration.root, pathName: '/a', folder: '/', typeName: 'DataFile', sizeInBytes: 1 });
      await scope.complete();
      await run.finding({ severity: 'info', code: 'SEEN', message: 'saw ' + run.target.configuration.password });
    }, async targetsChanged(changes) {
      context.log.info('targets', { added: changes.added.map((target) => [target.name, target.configuration]), removed: changes.removed });
    }`).replace("kind: 'files',", "kind: 'files', targets: true,");
    const { start, lines } = await bench('', module);
    const instance = await start({ root: '/own' });
    expect(instance.capabilities.targets).toBe(true);
    const target = (properties: Properties, change: Partial<TargetSpec> = {}): TargetSpec => ({
      name: 'north',
      element: { guid: 'guid', typeName: 'FileFolder', properties: {} },
      source: 'north',
      permittedSynchronization: 'BOTH_DIRECTIONS',
      templates: {},
      registration: registration(properties),
      ...change,
    });
    const good = target({ root: '/north', password: '$' + '{env:PASSWORD}' });
    const sink = new RecordingSink();
    await instance.refresh({ ...request(), target: good }, sink, signal());
    expect(sink.bodies).toMatchObject([
      { elements: [{ qualifiedName: 'DataFile::north:/a', properties: { displayName: '/north' } }] },
    ]);
    expect(JSON.stringify(sink.findings)).not.toContain('hunter22');
    expect(await instance.targetBoundary(good)).toMatchObject({ root: '/north' });

    const readOnly = target({}, { permittedSynchronization: 'TO_THIRD_PARTY' });
    await expect(instance.refresh({ ...request('two'), target: readOnly }, sink, signal())).rejects.toMatchObject({
      code: 'WRITE_NOT_PERMITTED',
      message: expect.stringContaining('catalog target north'),
    });
    const wrong = target({ root: ['not', 'a', 'text'] });
    await expect(instance.refresh({ ...request('three'), target: wrong }, sink, signal())).rejects.toMatchObject({
      code: 'CONNECTOR_CONFIGURATION_INVALID',
    });
    await instance.targetsChanged({ added: [target({ root: '/a' }), wrong], changed: [], removed: ['gone'] }, signal());
    expect(lines.filter((line) => line.startsWith('info targets'))).toEqual([
      'info targets {"added":[["north",{"root":"/a"}]],"removed":["gone"]}',
    ]);
  });

  it("tells a connector of events one by one, with a deadline, and counts what fails as the connector's own", async () => {
    const module = code(`
      async openLineageEvent({ event }, signal) {
        context.log.info('told', event);
        if (event.n === 1) throw new Error('no ' + configuration.password);
        if (event.n === 2) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('late'))));
        if (event.n === 3) context.publishOpenLineageEvent({ n: 4 });
      }, async elementsChanged() {}`).replace("kind: 'files',", "kind: 'files', listensTo: ['Asset'],");
    const { start, lines, strays, clock, published } = await bench('', module);
    const instance = await start({ password: '$' + '{env:PASSWORD}' });
    expect(instance.capabilities.listens).toEqual({ elements: ['Asset'], lineage: true });
    for (const n of [1, 2, 3]) instance.notify({ type: 'lineage', event: { n } });
    await clock.pass(60_000);
    await clock.pass(10_000);
    expect(lines.filter((line) => line.startsWith('info told'))).toHaveLength(3);
    expect(strays.map(({ message, connector }) => [message, connector])).toEqual([
      ['openLineageEvent failed: connector landing failed in openLineageEvent: no ***', 'landing'],
      ['openLineageEvent failed: openLineageEvent of connector landing did not end in 60 s', 'landing'],
    ]);
    expect(published).toEqual([{ n: 4 }]);
    await instance.stop(signal());
    instance.notify({ type: 'lineage', event: { n: 5 } });
    await clock.pass(1_000);
    expect(lines.filter((line) => line.startsWith('info told'))).toHaveLength(3);
  });

  it('refuses a provider whose direction is none', async () => {
    const { start } = await bench('', code('').replace("kind: 'files',", "kind: 'files', direction: 'OTHER',"));
    await expect(start()).rejects.toMatchObject({ code: 'PROVIDER_UNUSABLE' });
  });

  it.each([
    ["pushes: ['Asset'], direction: 'FROM_THIRD_PARTY',", /`pushes`.*FROM_THIRD_PARTY/],
    ["pushes: 'Asset',", /`pushes` is not a list/],
    ["boundary: 'root',", /`boundary` is not a function/],
  ])('refuses a provider with %s and says why, before anything of it runs', async (words, fault) => {
    const { start } = await bench('', code('').replace("kind: 'files',", `kind: 'files', ${words}`));
    await expect(start()).rejects.toMatchObject({ code: 'PROVIDER_UNUSABLE', message: expect.stringMatching(fault) });
  });

  it('counts every call as progress, and a call that the store answers slowly for as long as it lasts', async () => {
    const { start, clock } = await bench(listsOneFile);
    const instance = await start();
    await clock.pass(1_000);
    const sink = new RecordingSink();
    let release: () => void = () => undefined;
    sink.gate = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    const running = instance.refresh(request(), sink, signal());
    await clock.pass(60_000);
    expect(instance.lastProgressAt()).toBe(clock.monotonic());
    sink.gate = () => Promise.resolve();
    release();
    await running;
    await clock.pass(60_000);
    expect(clock.monotonic() - instance.lastProgressAt()).toBe(60_000);
  });

  it('keeps the old configuration when the new one is wrong, and hands over a right one', async () => {
    const { start, lines } = await bench(
      `async reconfigure(next) { context.log.info('root ' + next.root); return 'applied'; }`,
    );
    const instance = await start({ root: '/a' });
    await expect(instance.reconfigure(spec({ root: {} }), signal())).rejects.toMatchObject({
      code: 'CONNECTOR_CONFIGURATION_INVALID',
    });
    await expect(instance.reconfigure(spec({ root: '/b' }), signal())).resolves.toBe('applied');
    expect(lines.filter((line) => line.includes('root '))).toEqual(['info root /b {}']);
    const plain = await bench('');
    await expect((await plain.start()).reconfigure(spec({ root: '/b' }), signal())).resolves.toBe('restart');
  });

  it('tells what decides what belongs to the source: all of the configuration, and the new one once it is applied', async () => {
    const { start } = await bench(`async reconfigure() { return 'applied'; }`);
    const instance = await start({ root: '/a' });
    expect(instance.boundary?.()).toMatchObject({ root: '/a' });
    await instance.reconfigure(spec({ root: '/b' }), signal());
    expect(instance.boundary?.()).toMatchObject({ root: '/b' });
  });

  it('bounds how much a connector logs', async () => {
    const { start, lines, clock } = await bench(
      `async refresh() { for (let i = 0; i < 5000; i++) context.log.info('line ' + i); }`,
    );
    const instance = await start();
    await instance.refresh(request(), new RecordingSink(), signal());
    expect(lines).toHaveLength(500);
    await clock.pass(1_000);
    await instance.refresh(request('second'), new RecordingSink(), signal());
    expect(lines.filter((line) => line.includes('dropped'))).toEqual([
      'warn log lines of the connector were dropped {"dropped":4500}',
    ]);
  });

  it('does not hold the event loop while a connector lists many items at once', async () => {
    const { start } = await bench(`async refresh(run) {
      const scope = run.scope('folder:/');
      for (let i = 0; i < 20000; i++) await scope.file({ key: 'k' + i, path: '/' + i, name: '' + i, pathName: '/d/' + i,
        folder: '/', typeName: 'DataFile', sizeInBytes: i });
      await scope.complete();
    }`);
    const instance = await start();
    const sink = new RecordingSink();
    let turns = 0;
    let isRunning = true;
    const count = () => {
      turns += 1;
      if (isRunning) setImmediate(count);
    };
    setImmediate(count);
    await instance.refresh(request(), sink, signal());
    isRunning = false;
    expect(sink.bodies).toHaveLength(20_000);
    expect(turns).toBeGreaterThan(10);
  });
});
