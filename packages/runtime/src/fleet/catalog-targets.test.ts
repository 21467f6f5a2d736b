import { IsthmusError } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import type { StoredTarget } from '../targets/stored-target.js';
import { FleetBench, registration } from './testing/fleet-bench.js';

const minute = 60_000;

function target(name: string, change: Partial<StoredTarget> = {}): StoredTarget {
  return {
    name,
    element: { guid: `guid-of-${name}`, typeName: 'SoftwareServer', qualifiedName: `S::${name}`, properties: {} },
    consistsOf: [`guid-of-${name}`],
    configurationProperties: {},
    templates: {},
    ...change,
  };
}

/** A connector `shops` on these targets; `refreshes` says how the listing of each goes. */
async function bench(
  targets: readonly StoredTarget[],
  refreshes: (target: string) => Promise<void> = async () => undefined,
) {
  const made = new FleetBench();
  const told: string[] = [];
  made.host.behaviours.set('shops', {
    targets: true,
    refresh: (request) => refreshes(request.target?.name ?? 'own'),
    targetsChanged: async ({ added, changed, removed }) => {
      const names = (some: readonly { readonly name: string }[]) => some.map(({ name }) => name).join();
      told.push(`+${names(added)} ~${names(changed)} -${removed.join()}`);
    },
  });
  made.targets = () => targets;
  await made.set('group', [registration('shops', {}, { tables: '*' })]);
  const requests = () =>
    made.host
      .of('shops')[0]
      ?.requests.map(({ target: asked, requested }) => [
        asked?.name ?? 'own',
        requested === undefined ? 'all' : [...requested].join(),
      ]) ?? [];
  return { made, told, requests };
}

const records = (made: FleetBench) => [...made.journal.records.values()];

describe('a connector with catalog targets', () => {
  it('runs over each with a memory, names and configuration of its own', async () => {
    const { made } = await bench([
      target('north', {
        connection: { networkAddress: 'db://north', configurationProperties: { tables: 'n*', ssl: true } },
        configurationProperties: { tables: 'north_*' },
        metadataCollectionQualifiedName: 'north-shop',
        deleteMethod: 'ARCHIVE',
      }),
      target('south'),
    ]);
    expect(made.engine.opened).toMatchObject([
      { owner: { connectorGuid: 'guid-of-shops', target: 'north' }, deleteMethod: 'ARCHIVE', full: true },
      { owner: { connectorGuid: 'guid-of-shops', target: 'south' } },
    ]);
    const [north, south] = made.host.of('shops')[0]?.requests.map(({ target: asked }) => asked) ?? [];
    expect(north).toMatchObject({
      source: 'north-shop',
      registration: {
        connection: { networkAddress: 'db://north', configurationProperties: { tables: 'north_*', ssl: true } },
      },
    });
    expect(south).toMatchObject({
      source: 'IntegrationConnector::shops/south',
      registration: { connection: { networkAddress: '/data', configurationProperties: { tables: '*' } } },
    });
    expect(new Set(made.engine.opened.map(({ boundaryHash }) => boundaryHash)).size).toBe(2);
    expect(new Set(made.engine.opened.map(({ runId }) => runId)).size).toBe(2);
  });

  it('keeps each in step by the settings that are registered now, with what the target says over them', async () => {
    const targets = [target('north', { configurationProperties: { 'isthmus.adoption': 'report' } }), target('south')];
    const { made } = await bench(targets);
    const settings = { tables: '*', 'isthmus.fieldPolicy': 'ask', 'isthmus.adoption': 'adopt' };
    await made.set('group', [registration('shops', {}, settings)]);
    await made.fleet.refresh('guid-of-shops', 'ann', {});
    await made.rest();
    expect(made.host.startCount('shops')).toBe(1);
    expect(made.engine.opened.slice(-2).map((spec) => spec.settings)).toMatchObject([
      { adoption: 'report', fieldPolicy: { '*': 'ask' } },
      { adoption: 'adopt', fieldPolicy: { '*': 'ask' } },
    ]);
  });

  it('runs over its own connection when it has none', async () => {
    const { made, requests } = await bench([]);
    expect(requests()).toEqual([['own', 'all']]);
    expect(made.engine.opened).toMatchObject([{ owner: { target: '' } }]);
    expect(made.status('shops').targets).toBeUndefined();
  });

  it('is not asked for them when its code takes none', async () => {
    const made = new FleetBench();
    made.targets = () => {
      throw new Error('nobody should ask');
    };
    await made.set('group', [registration('files')]);
    expect(made.status('files')).toMatchObject({ health: 'ok', runCount: 1 });
  });

  it('goes on with the others when one fails, and shows how each fared', async () => {
    const { made, requests } = await bench([target('a'), target('b'), target('c')], async (name) => {
      if (name === 'b') throw new IsthmusError('SOURCE_UNREADABLE', 'no way to b');
    });
    expect(requests().map(([name]) => name)).toEqual(['a', 'b', 'c']);
    const status = made.status('shops');
    expect(status.health).toBe('degraded');
    expect(status.targets?.map(({ name, lastRun }) => [name, lastRun?.outcome, lastRun?.error?.code])).toEqual([
      ['a', 'succeeded', undefined],
      ['b', 'failed', 'SOURCE_UNREADABLE'],
      ['c', 'succeeded', undefined],
    ]);
    expect(records(made)).toMatchObject([
      {
        outcome: 'partial',
        targets: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
        findings: [{ severity: 'error', code: 'SOURCE_UNREADABLE', message: 'b: no way to b' }],
        findingCount: 1,
      },
    ]);
  });

  it('has failed when all of them have', async () => {
    const { made } = await bench([target('a'), target('b')], async (name) => {
      throw new IsthmusError('SOURCE_UNREADABLE', `no way to ${name}`);
    });
    expect(records(made)).toMatchObject([{ outcome: 'failed', error: { code: 'SOURCE_UNREADABLE' } }]);
  });

  it('goes on with the others when one that came fails for good, and tries again what fails for a time', async () => {
    let isLasting = true;
    const { made, requests } = await bench([target('a')], async (name) => {
      if (name === 'b') throw new IsthmusError('CONNECTOR_CONFIGURATION_INVALID', 'no', { retryable: !isLasting });
    });
    made.targets = () => [target('a'), target('b')];
    made.tellTargets('guid-of-shops');
    await made.pass(1_000);
    expect(records(made).at(-1)).toMatchObject({
      outcome: 'partial',
      findings: [{ severity: 'error', code: 'CONNECTOR_CONFIGURATION_INVALID', message: 'b: no' }],
    });
    expect(made.status('shops').state).toBe('waiting');
    await made.pass(60 * minute);
    expect(requests().map(([name]) => name)).toEqual(['a', 'b', 'a', 'b']);
    isLasting = false;
    made.host.of('shops')[0]?.changed(undefined, 'b');
    await made.pass(1_000);
    expect(records(made).at(-1)).toMatchObject({ outcome: 'failed' });
    expect(made.status('shops').state).toBe('backing-off');
  });

  it('has failed for a time only when one of them may do better by itself', async () => {
    const { made } = await bench([target('a'), target('b')], async (name) => {
      throw new IsthmusError('CONNECTOR_CONFIGURATION_INVALID', `no ${name}`, { retryable: name === 'b' });
    });
    expect(made.status('shops')).toMatchObject({ state: 'backing-off', reason: { message: 'no b' } });
  });

  it('leaves the rest for later when the metadata server fails', async () => {
    const { made } = await bench([target('a'), target('b')]);
    made.engine.opened.length = 0;
    made.engine.finishFault = new IsthmusError('STORE_UNREACHABLE', 'away');
    await made.fleet.refresh('guid-of-shops', 'me', {});
    await made.rest();
    expect(made.engine.opened.map(({ owner }) => owner.target)).toEqual(['a']);
    expect(records(made).at(-1)).toMatchObject({ outcome: 'failed', error: { code: 'STORE_UNREACHABLE' } });
  });

  it.each([
    [[target('twice'), target('twice')], 'two catalog targets are called twice'],
    [[target('odd', { permittedSynchronization: 'OTHER' })], undefined],
  ])('says of a target that cannot be used why', async (targets, message) => {
    const { made } = await bench(targets);
    const [record] = records(made);
    if (message === undefined) expect(record).toMatchObject({ outcome: 'succeeded' });
    else
      expect(record).toMatchObject({ outcome: 'partial', findings: [{ message: expect.stringContaining(message) }] });
  });

  it('says that a target and its registration permit nothing in common', async () => {
    const made = new FleetBench();
    made.host.behaviours.set('shops', { targets: true });
    made.targets = () => [target('a', { permittedSynchronization: 'TO_THIRD_PARTY' })];
    await made.set('group', [registration('shops', { permittedSynchronization: 'FROM_THIRD_PARTY' })]);
    expect(records(made)).toMatchObject([{ outcome: 'failed', error: { code: 'CONNECTOR_CONFIGURATION_INVALID' } }]);
    expect(made.engine.opened).toEqual([]);
  });

  it('is told which came, changed and went, without a restart, and another instance anew', async () => {
    const { made, told } = await bench([target('a'), target('b')]);
    made.targets = () => [target('a', { configurationProperties: { tables: 'x' } }), target('c')];
    await made.fleet.refresh('guid-of-shops', 'me', {});
    await made.rest();
    await made.fleet.refresh('guid-of-shops', 'me', {});
    await made.rest();
    expect(made.host.startCount('shops')).toBe(1);
    expect(made.status('shops').targets?.map(({ name }) => name)).toEqual(['a', 'c']);
    await made.fleet.restart('guid-of-shops', 'me');
    await made.rest();
    expect(told).toEqual(['+a,b ~ -', '+c ~a -b', '+a,c ~ -']);
  });

  it('lists within another boundary when another element has the name of a target, so that nothing is removed', async () => {
    const { made } = await bench([target('a')]);
    const element = { guid: 'made-again', typeName: 'SoftwareServer', qualifiedName: 'S::a', properties: {} };
    made.targets = () => [target('a', { element })];
    await made.fleet.refresh('guid-of-shops', 'me', {});
    await made.rest();
    made.targets = () => [target('a', { element: { ...element, qualifiedName: 'S::other' } })];
    await made.fleet.refresh('guid-of-shops', 'me', {});
    await made.rest();
    const [first, again, other] = made.engine.opened.map(({ boundaryHash }) => boundaryHash);
    expect(again).toBe(first);
    expect(other).toBeDefined();
    expect(other).not.toBe(first);
  });

  it('counts a failure of that hook as its own, and tells it again', async () => {
    const { made, told } = await bench([]);
    const behaviour = made.host.behaviours.get('shops');
    made.host.behaviours.set('shops', {
      ...behaviour,
      targetsChanged: async () => {
        told.push('failed');
        throw new IsthmusError('CONNECTOR_FAILED', 'cannot');
      },
    });
    made.targets = () => [target('a')];
    for (let run = 0; run < 2; run += 1) {
      await made.fleet.refresh('guid-of-shops', 'me', {});
      await made.rest();
    }
    expect(told).toEqual(['failed', 'failed']);
    expect(records(made).at(-1)).toMatchObject({ outcome: 'failed', error: { code: 'CONNECTOR_FAILED' } });
  });

  it('refreshes of a target what changed there, and nothing of the others', async () => {
    const { made, requests } = await bench([target('a'), target('b'), target('c')]);
    const [instance] = made.host.of('shops');
    instance?.requests.splice(0);
    instance?.changed(['schema:x'], 'a');
    instance?.changed(undefined, 'b');
    await made.pass(minute);
    expect(requests()).toEqual([
      ['a', 'schema:x'],
      ['b', 'all'],
    ]);
    expect(made.engine.opened.slice(3)).toMatchObject([{ full: false }, { full: true }]);
    instance?.requests.splice(0);
    instance?.changed(['everywhere']);
    await made.pass(minute);
    expect(requests().map(([name, scopes]) => `${name} ${scopes}`)).toEqual([
      'a everywhere',
      'b everywhere',
      'c everywhere',
    ]);
  });

  it('tries again soon when its targets cannot be read', async () => {
    const { made } = await bench([target('a')]);
    made.targets = () => {
      throw new IsthmusError('STORE_UNREACHABLE', 'away');
    };
    await made.fleet.refresh('guid-of-shops', 'me', {});
    await made.rest();
    expect(made.status('shops')).toMatchObject({ state: 'backing-off', reason: { code: 'STORE_UNREACHABLE' } });
    expect(made.status('shops').targets).toHaveLength(1);
  });

  it('says at once that one is called as another, with the field and what to do, and until it is called otherwise', async () => {
    const { made, requests } = await bench([target('a')]);
    const other = target('a', { element: { ...target('b').element } });
    made.targets = () => [target('a'), other];
    made.tellTargets('guid-of-shops');
    await made.pass(1_000);
    expect(requests()).toHaveLength(1);
    const told = made.status('shops');
    expect(told).toMatchObject({
      state: 'waiting',
      health: 'degraded',
      reason: {
        code: 'CONNECTOR_CONFIGURATION_INVALID',
        message: 'two catalog targets are called a, so that of S::b is not run over, only that of S::a',
        next: expect.stringContaining('catalogTargetName'),
      },
    });
    expect(told.targets).toMatchObject([
      { name: 'a', elementQualifiedName: 'S::a', lastRun: { outcome: 'succeeded' } },
      { name: 'a', elementQualifiedName: 'S::b', fault: { details: { field: 'catalogTargetName' } } },
    ]);
    made.targets = () => [target('a'), { ...other, name: 'b' }];
    made.tellTargets('guid-of-shops');
    await made.pass(1_000);
    expect(made.status('shops')).toMatchObject({ health: 'ok', targets: [{ name: 'a' }, { name: 'b' }] });
    expect(requests().map(([name]) => name)).toEqual(['a', 'b']);
  });

  it('runs at once what came or changed, tells what went, and leaves the others alone', async () => {
    const { made, told, requests } = await bench([target('a'), target('b'), target('c')]);
    const [instance] = made.host.of('shops');
    instance?.requests.splice(0);
    made.targets = () => [target('a'), target('b', { configurationProperties: { tables: 'x' } }), target('d')];
    made.tellTargets('guid-of-shops');
    await made.pass(1_000);
    expect(requests()).toEqual([
      ['b', 'all'],
      ['d', 'all'],
    ]);
    expect(told.at(-1)).toBe('+d ~b -c');
    expect(made.status('shops').targets?.map(({ name, lastRun }) => [name, lastRun?.outcome])).toEqual([
      ['a', 'succeeded'],
      ['b', 'succeeded'],
      ['d', 'succeeded'],
    ]);
    made.tellTargets('guid-of-shops');
    await made.pass(1_000);
    expect(requests()).toHaveLength(2);
  });

  it('shows a target that came before any run has gone over it', async () => {
    let release: () => void = () => undefined;
    const { made } = await bench([target('a')], (name) =>
      name === 'b' ? new Promise((resolve) => (release = resolve)) : Promise.resolve(),
    );
    made.targets = () => [target('a'), target('b')];
    made.tellTargets('guid-of-shops');
    await made.pass(1_000);
    expect(made.status('shops').targets).toMatchObject([
      { name: 'a', lastRun: { outcome: 'succeeded' } },
      { name: 'b', isRunning: true },
    ]);
    release();
    await made.rest();
    expect(made.status('shops').targets?.[1]).toMatchObject({ name: 'b', lastRun: { outcome: 'succeeded' } });
    expect(made.status('shops').targets?.[1]?.isRunning).toBeUndefined();
  });

  it('drops the last target at once without listing its own connection instead', async () => {
    const { made, told, requests } = await bench([target('a')]);
    made.targets = () => [];
    made.tellTargets('guid-of-shops');
    await made.pass(1_000);
    expect(told.at(-1)).toBe('+ ~ -a');
    expect(made.status('shops').targets).toBeUndefined();
    expect(requests()).toEqual([['a', 'all']]);
  });

  it('does not run a target again for a change that a plan waits for', async () => {
    const made = new FleetBench();
    made.host.behaviours.set('shops', { targets: true });
    made.targets = () => [target('a')];
    await made.set('group', [registration('shops', {}, { 'isthmus.approval': 'required' })]);
    made.targets = () => [target('a'), target('b')];
    made.tellTargets('guid-of-shops');
    await made.pass(1_000);
    made.tellTargets('guid-of-shops');
    await made.pass(1_000);
    expect(made.engine.opened.map(({ owner, mode }) => `${owner.target} ${mode}`)).toEqual(['a preview', 'b preview']);
  });

  it('looks by itself now and then, and again soon when that failed', async () => {
    const { made, requests } = await bench([target('a')]);
    made.targets = () => {
      throw new IsthmusError('STORE_UNREACHABLE', 'away');
    };
    await made.pass(5 * minute);
    expect(made.status('shops').targets).toHaveLength(1);
    made.targets = () => [target('a'), target('b')];
    await made.pass(10_000);
    expect(requests().map(([name]) => name)).toEqual(['a', 'b']);
  });
});
