import { IsthmusError } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import { FleetBench, registration } from './testing/fleet-bench.js';

const minute = 60_000;
const act = { kind: 'apply-plan', planId: 'run-x', by: 'ann', target: '' } as const;

describe('what people ask a run to do', () => {
  it('is done in a run of its own, which lists nothing and names who asked', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    const id = await bench.fleet.act('guid-of-files', act);
    await bench.rest();
    expect(bench.engine.acts).toEqual([act]);
    expect(bench.engine.opened.at(-1)).toMatchObject({ runId: id, mode: 'apply', full: false });
    expect(bench.engine.finished).toHaveLength(1);
    expect(bench.journal.records.get(id)).toMatchObject({ outcome: 'succeeded', acts: [act] });
  });

  it('says nothing about the connector when it cannot be done', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    bench.engine.actFault = new IsthmusError('PLAN_STALE', 'changed since');
    const id = await bench.fleet.act('guid-of-files', act);
    await bench.rest();
    expect(bench.journal.records.get(id)).toMatchObject({ outcome: 'failed', error: { code: 'PLAN_STALE' } });
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
    const id = await bench.fleet.act('guid-of-files', act);
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

  it('is refused of a connector that is not there', async () => {
    const bench = new FleetBench();
    await expect(bench.fleet.act('guid-of-none', act)).rejects.toMatchObject({ code: 'CONNECTOR_NOT_FOUND' });
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
