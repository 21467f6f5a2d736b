import { IsthmusError } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import type { RunAct } from '../journal/journal.js';
import type { StoredTarget } from '../targets/stored-target.js';
import { never, untilAborted } from './testing/fake-host.js';
import { FleetBench, registration } from './testing/fleet-bench.js';
import { MemoryJournal } from './testing/memory-journal.js';

const minute = 60_000;
const act = { kind: 'apply-plan', planId: 'run-x', by: 'ann', target: '' } as const;

describe('what people ask a run to do', () => {
  it('is done in a run of its own, which lists nothing and names who asked', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    const { runId: id } = await bench.fleet.act('guid-of-files', act);
    await bench.rest();
    expect(bench.engine.acts).toEqual([act]);
    expect(bench.engine.opened.at(-1)).toMatchObject({ runId: id, mode: 'apply', full: false });
    expect(bench.engine.finished).toHaveLength(1);
    expect(bench.journal.records.get(id)).toMatchObject({ outcome: 'succeeded', acts: [act] });
  });

  it('is done once though two ask for it, and both are told of the run', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    const asked = await Promise.all([
      bench.fleet.act('guid-of-files', act),
      bench.fleet.act('guid-of-files', { ...act, by: 'bob' }),
    ]);
    await bench.rest();
    expect(bench.engine.acts).toEqual([act]);
    expect(new Set(asked.map(({ runId }) => runId)).size).toBe(1);
  });

  it('forgets nothing of what people changed meanwhile and the source is yet to be told of', async () => {
    const bench = new FleetBench();
    bench.host.behaviours.set('files', { pushes: ['Glossary'] });
    await bench.set('group', [registration('files', { permittedSynchronization: 'BOTH_DIRECTIONS' })]);
    await bench.fleet.act('guid-of-files', act);
    await bench.rest();
    expect(bench.engine.opened.map(({ pushes }) => pushes)).toEqual([['Glossary'], ['Glossary']]);
  });

  it('says nothing about the connector when it cannot be done', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    bench.engine.actFault = new IsthmusError('PLAN_STALE', 'changed since');
    const { runId: id } = await bench.fleet.act('guid-of-files', act);
    await bench.rest();
    expect(bench.journal.records.get(id)).toMatchObject({ outcome: 'failed', error: { code: 'PLAN_STALE' } });
    expect(bench.engine.forgone).toEqual([{ act, code: 'PLAN_STALE', runId: id }]);
    expect(bench.status('files')).toMatchObject({ state: 'waiting' });
    await bench.pass(60 * minute);
    expect(bench.engine.finished).toHaveLength(2);
  });

  it('is done of a connector that is paused, which stays so and lists nothing', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    await bench.fleet.pause('guid-of-files', 'ann');
    await bench.rest();
    bench.host.of('files')[0]?.changed(['schema:x']);
    await bench.rest();
    const { runId: id } = await bench.fleet.act('guid-of-files', act);
    await bench.rest();
    expect(bench.engine.acts).toEqual([act]);
    expect(bench.journal.records.get(id)).toMatchObject({ outcome: 'succeeded', acts: [act] });
    expect(bench.engine.finished).toHaveLength(1);
    expect(bench.status('files')).toMatchObject({ state: 'paused' });
    await expect(bench.fleet.refresh('guid-of-files', 'ann', {})).rejects.toMatchObject({ code: 'CONNECTOR_STOPPED' });
    await bench.fleet.resume('guid-of-files', 'ann');
    await bench.pass(minute);
    expect(bench.engine.opened.at(-1)).toMatchObject({ full: false });
    expect(bench.engine.finished).toHaveLength(2);
  });

  it('is done of one that was paused before the daemon came, by an instance that is stopped again', async () => {
    const journal = new MemoryJournal();
    const before = new FleetBench(journal);
    await before.set('group', [registration('files')]);
    await before.fleet.pause('guid-of-files', 'ann');

    const bench = new FleetBench(journal);
    await bench.fleet.start();
    await bench.set('group', [registration('files')]);
    expect(bench.status('files')).toMatchObject({ state: 'paused' });
    const { runId } = await bench.fleet.act('guid-of-files', act);
    await bench.rest();
    expect(bench.journal.records.get(runId)).toMatchObject({ outcome: 'succeeded', acts: [act] });
    expect(bench.status('files')).toMatchObject({ state: 'paused' });
    expect([bench.host.startCount('files'), bench.host.alive.length]).toEqual([1, 0]);
    await bench.pass(120 * minute);
    expect(bench.engine.finished).toEqual([]);
    await bench.fleet.resume('guid-of-files', 'ann');
    await bench.rest();
    expect(bench.engine.finished).toHaveLength(1);
  });

  it('is done of one that was changed while it was paused', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    await bench.fleet.pause('guid-of-files', 'ann');
    await bench.set('group', [registration('files', { connectorUserId: 'cold' })]);
    expect(bench.host.alive).toEqual([]);
    await bench.fleet.act('guid-of-files', act);
    await bench.rest();
    expect([bench.engine.acts, bench.engine.finished.length, bench.host.alive.length]).toEqual([[act], 1, 0]);
  });

  it('keeps the instance when the connector is resumed meanwhile', async () => {
    const bench = new FleetBench();
    await bench.fleet.start();
    await bench.set('group', [registration('files')]);
    await bench.fleet.pause('guid-of-files', 'ann');
    await bench.set('group', [registration('files', { connectorUserId: 'cold' })]);
    const asked = bench.fleet.act('guid-of-files', act);
    await bench.fleet.resume('guid-of-files', 'ann');
    await asked;
    await bench.rest();
    expect([bench.engine.acts, bench.host.startCount('files'), bench.host.alive.length]).toEqual([[act], 2, 1]);
  });

  it('is done of one that waits for events, while that is paused', async () => {
    const bench = new FleetBench();
    bench.host.behaviours.set('files', { engages: true, engage: untilAborted });
    await bench.set('group', [registration('files', { usesBlockingCalls: true })]);
    await expect(bench.fleet.act('guid-of-files', act)).rejects.toMatchObject({
      code: 'CONNECTOR_STOPPED',
      next: expect.stringContaining('connector pause'),
    });
    await bench.fleet.pause('guid-of-files', 'ann');
    await bench.rest();
    await bench.fleet.act('guid-of-files', act);
    await bench.rest();
    expect(bench.engine.acts).toEqual([act]);
    expect(bench.status('files')).toMatchObject({ state: 'paused' });
    await bench.fleet.resume('guid-of-files', 'ann');
    await bench.rest();
    expect(bench.status('files')).toMatchObject({ state: 'engaged' });
  });

  it('is refused of a paused connector that cannot start, with the reason', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    await bench.fleet.pause('guid-of-files', 'ann');
    bench.host.behaviours.set('files', {
      start: () => Promise.reject(new IsthmusError('CONNECTOR_CONFIGURATION_INVALID', 'no')),
    });
    await bench.set('group', [registration('files', { connectorUserId: 'cold' })]);
    await expect(bench.fleet.act('guid-of-files', act)).rejects.toMatchObject({ code: 'CONNECTOR_STOPPED' });
    await bench.rest();
    expect(bench.status('files')).toMatchObject({ state: 'paused' });
    await bench.pass(120 * minute);
    expect(bench.engine.acts).toEqual([]);
  });

  it('is not waited for longer than a start may take', async () => {
    const bench = new FleetBench();
    bench.host.behaviours.set('files', { start: never });
    await bench.set('group', [registration('files')]);
    const asked = bench.fleet.act('guid-of-files', act);
    const refused = expect(asked).rejects.toMatchObject({
      code: 'CONNECTOR_STOPPED',
      next: expect.stringContaining('once it has started'),
      details: { state: 'starting' },
    });
    await bench.pass(minute);
    await refused;
  });

  it('is done after a restart of the daemon when it was approved before', async () => {
    const bench = new FleetBench();
    bench.engine.approved = new Map([['guid-of-files', [act]]]);
    await bench.fleet.start();
    await bench.set('group', [registration('files')]);
    expect(bench.engine.acts).toEqual([act]);
    expect(bench.engine.forgone).toEqual([]);
  });

  it('of which nothing can come after a restart of the daemon is told', async () => {
    const bench = new FleetBench();
    const gone = { ...act, planId: 'run-y' };
    bench.engine.approved = new Map([
      ['guid-of-files', [act]],
      ['guid-of-none', [gone]],
    ]);
    await bench.fleet.start();
    await bench.set('group', [registration('files', { startDate: bench.clock.now() + 600 * minute })]);
    expect(bench.engine.forgone).toEqual([{ act, code: 'CONNECTOR_STOPPED' }]);
    await bench.pass(61 * minute);
    expect(bench.engine.forgone).toContainEqual({ act: gone, code: 'CONNECTOR_NOT_FOUND' });
  });

  it('is done by the next instance when its run is cut short by a change of the connector', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    let isFirst = true;
    bench.engine.actFault = () => {
      if (!isFirst) return undefined;
      isFirst = false;
      return new DOMException('cut', 'AbortError');
    };
    await bench.fleet.act('guid-of-files', act);
    await bench.rest();
    expect(bench.engine.acts).toEqual([act, act]);
    expect(bench.engine.forgone).toEqual([]);
  });

  it('is refused of a connector that is not there', async () => {
    const bench = new FleetBench();
    await expect(bench.fleet.act('guid-of-none', act)).rejects.toMatchObject({ code: 'CONNECTOR_NOT_FOUND' });
  });
});

describe('what people ask of a catalog target', () => {
  const north: StoredTarget = {
    name: 'north',
    element: { guid: 'guid-of-north', typeName: 'SoftwareServer', properties: {} },
    consistsOf: [],
    configurationProperties: {},
    templates: {},
  };
  const undo = { kind: 'undo', undoneRunId: 'run-y.0', by: 'ann', target: 'north' } as const;
  const apply = { ...act, target: 'north' } as const;
  const resolve = { kind: 'resolve', disputeIds: ['f1'], by: 'ann', target: 'north' } as const;

  async function benchWith(...targets: readonly StoredTarget[]) {
    const bench = new FleetBench();
    bench.host.behaviours.set('files', { targets: true });
    bench.targets = () => [north];
    await bench.set('group', [registration('files')]);
    bench.targets = () => targets;
    return bench;
  }

  it('is done as long as the target is there and may be written for', async () => {
    const bench = await benchWith(north);
    await bench.fleet.act('guid-of-files', apply, undo);
    await bench.rest();
    expect(bench.engine.acts).toEqual([apply, undo]);
  });

  it('is done by what the target says of how it is kept in step', async () => {
    const own = { 'isthmus.fieldPolicy': 'ask' };
    const bench = await benchWith({ ...north, deleteMethod: 'ARCHIVE', configurationProperties: own });
    await bench.fleet.act('guid-of-files', apply, undo);
    await bench.rest();
    const [applied, undone] = bench.engine.opened.slice(-2);
    expect(applied).toMatchObject({ settings: { fieldPolicy: { '*': 'ask' } }, deleteMethod: 'ARCHIVE' });
    expect(undone).toMatchObject({ settings: { fieldPolicy: { '*': 'ask' } } });
  });

  it.each([apply, undo, resolve])('is refused when its direction forbids writing by now: $kind', async (each) => {
    const bench = await benchWith({ ...north, permittedSynchronization: 'TO_THIRD_PARTY' });
    await expect(bench.fleet.act('guid-of-files', each)).rejects.toMatchObject({
      code: 'WRITE_NOT_PERMITTED',
      details: { target: 'north' },
    });
    await bench.rest();
    expect(bench.engine.acts).toEqual([]);
  });

  it('is refused when its direction was narrowed after people asked', async () => {
    const bench = await benchWith(north);
    let reads = 0;
    bench.targets = () => {
      reads += 1;
      return [reads === 1 ? north : { ...north, permittedSynchronization: 'TO_THIRD_PARTY' }];
    };
    const { runId: id } = await bench.fleet.act('guid-of-files', apply);
    await bench.rest();
    expect(bench.engine.acts).toEqual([]);
    expect(bench.journal.records.get(id)).toMatchObject({ outcome: 'failed', error: { code: 'WRITE_NOT_PERMITTED' } });
  });

  it('is refused of a target that was taken away, but for taking back what was written there', async () => {
    const bench = await benchWith();
    await expect(bench.fleet.act('guid-of-files', apply)).rejects.toMatchObject({
      code: 'PLAN_NOT_OPEN',
      next: expect.stringContaining('isthmus run reject run-x'),
    });
    await expect(bench.fleet.act('guid-of-files', resolve)).rejects.toMatchObject({ code: 'CONFLICT_NOT_FOUND' });
    await bench.fleet.act('guid-of-files', undo);
    await bench.rest();
    expect(bench.engine.acts).toEqual([undo]);
  });

  it('is done at the targets that are there, and what was left out is named', async () => {
    const south = { ...apply, planId: 'run-x.1', target: 'south' };
    const bench = await benchWith(north);
    const { runId, refused } = await bench.fleet.act('guid-of-files', south, apply);
    await bench.rest();
    expect(refused).toMatchObject([{ act: south, error: { code: 'PLAN_NOT_OPEN' } }]);
    expect(bench.engine.acts).toEqual([apply]);
    expect(bench.journal.records.get(runId)).toMatchObject({ outcome: 'succeeded', acts: [apply] });
  });

  it('is done at the others when it fails at one, or when one was taken away after people asked', async () => {
    const south = { ...apply, planId: 'run-x.1', target: 'south' };
    const west = { ...apply, planId: 'run-x.2', target: 'west' };
    const all = ['north', 'south', 'west'].map((name) => ({ ...north, name }));
    const bench = await benchWith(...all);
    bench.engine.actFault = (done: RunAct) =>
      done === apply ? new IsthmusError('PLAN_STALE', 'changed since') : undefined;
    let reads = 0;
    bench.targets = () => {
      reads += 1;
      return reads === 1 ? all : all.slice(0, 2);
    };
    const { runId } = await bench.fleet.act('guid-of-files', apply, south, west);
    await bench.rest();
    expect(bench.engine.acts).toEqual([apply, south]);
    expect(bench.engine.forgone.map(({ act: { target }, code }) => [target, code])).toEqual([
      ['west', 'PLAN_NOT_OPEN'],
      ['north', 'PLAN_STALE'],
    ]);
    const { outcome, findings } = bench.journal.records.get(runId) ?? {};
    expect([outcome, findings?.map(({ message }) => message)]).toEqual([
      'partial',
      [
        expect.stringMatching(/^the plan run-x.2 at the catalog target west was not applied: .*taken away/),
        'the plan run-x at the catalog target north was not applied: changed since',
      ],
    ]);
  });

  it('is refused of a registration that writes only to the third party', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files', { permittedSynchronization: 'TO_THIRD_PARTY' })]);
    await expect(bench.fleet.act('guid-of-files', act)).rejects.toMatchObject({ code: 'WRITE_NOT_PERMITTED' });
  });
});

describe('a connector whose runs need approval', () => {
  const needing = (approval: string) => registration('files', {}, { 'isthmus.approval': approval });

  it('only plans when its time has come, and writes what was approved', async () => {
    const bench = new FleetBench();
    await bench.set('group', [needing('required')]);
    await bench.pass(60 * minute);
    expect(bench.engine.opened.map(({ mode }) => mode)).toEqual(['preview', 'preview']);
    expect([...bench.journal.records.values()].map(({ mode }) => mode)).toEqual(['preview', 'preview']);
    await bench.fleet.act('guid-of-files', act);
    await bench.rest();
    expect(bench.engine.opened.at(-1)).toMatchObject({ mode: 'apply' });
  });

  it('plans the removals that people confirmed, so that they can be approved', async () => {
    const bench = new FleetBench();
    await bench.set('group', [needing('required')]);
    await bench.fleet.refresh('guid-of-files', 'ann', { confirmRemovals: true });
    await bench.rest();
    expect(bench.engine.opened.at(-1)).toMatchObject({ mode: 'preview', confirmRemovals: true });
    await bench.fleet.refresh('guid-of-files', 'ann', {});
    await bench.rest();
    expect(bench.engine.opened.at(-1)).toMatchObject({ confirmRemovals: false });
  });

  it('writes as others do once it needs none, without a new instance', async () => {
    const bench = new FleetBench();
    await bench.set('group', [needing('required')]);
    await bench.set('group', [needing('none')]);
    await bench.pass(60 * minute);
    expect(bench.engine.opened.map(({ mode }) => mode)).toEqual(['preview', 'apply']);
    expect(bench.host.startCount('files')).toBe(1);
  });

  it('fails its runs and writes nothing when what is registered is not understood', async () => {
    const bench = new FleetBench();
    await bench.set('group', [needing('perhaps')]);
    expect(bench.engine.opened).toEqual([]);
    expect(bench.status('files').reason).toMatchObject({
      code: 'CONNECTOR_CONFIGURATION_INVALID',
      message: 'isthmus.approval must be one of required, none',
    });
  });
});
