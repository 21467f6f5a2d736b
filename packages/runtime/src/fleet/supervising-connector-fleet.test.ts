import { IsthmusError } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import { planGroup } from '../groups/plan-group.js';
import { ignoresAbort, never, untilAborted } from './testing/fake-host.js';
import { FleetBench, groupOf, registration } from './testing/fleet-bench.js';
import { MemoryJournal } from './testing/memory-journal.js';

const minute = 60_000;

describe('a fleet that follows its groups', () => {
  it('starts what is registered and refreshes it at once, then by its interval', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    expect(bench.status('files')).toMatchObject({
      state: 'waiting',
      health: 'ok',
      runCount: 1,
      schedule: 'every 60 min',
    });
    expect(bench.engine.opened[0]).toMatchObject({
      owner: { metadataCollectionId: 'collection', connectorGuid: 'guid-of-files', target: '' },
      full: true,
      mode: 'apply',
    });
    await bench.pass(60 * minute);
    expect(bench.status('files').runCount).toBe(2);
    expect([...bench.journal.records.values()].map(({ outcome }) => outcome)).toEqual(['succeeded', 'succeeded']);
  });

  it('writes in the name of the user that is registered, else in that of the daemon', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('named', { connectorUserId: 'c1npa' })]);
    expect(bench.engine.opened[0]).toMatchObject({ userId: 'c1npa' });
    await bench.set('group', [registration('plain'), registration('empty', { connectorUserId: '' })]);
    expect(bench.engine.opened.slice(1).map(({ userId }) => userId)).toEqual([undefined, undefined]);
  });

  it('starts nothing more of a list once its group is dropped, and follows the newer of two lists', async () => {
    const bench = new FleetBench();
    const { key } = groupOf('group');
    const many = Array.from({ length: 300 }, (_, at) => registration(`c${at}`));
    const dropped = bench.fleet.apply(groupOf('group'), planGroup(many, new Map()));
    await bench.fleet.dropGroup(key);
    await dropped;
    await bench.rest();
    expect(bench.fleet.accepted(key).size).toBe(0);
    const older = bench.fleet.apply(groupOf('group'), planGroup(many, bench.fleet.accepted(key)));
    const list = [registration('only')];
    await Promise.all([older, bench.fleet.apply(groupOf('group'), planGroup(list, bench.fleet.accepted(key)))]);
    await bench.set('group', list);
    expect([...bench.fleet.accepted(key).keys()]).toEqual(['guid-of-only']);
  });

  it('leaves what did not change alone when others come, change and go', async () => {
    const bench = new FleetBench();
    const steady = registration('steady');
    await bench.set('group', [steady, registration('hot'), registration('cold'), registration('gone')]);
    const before = bench.status('steady');
    await bench.set('group', [
      steady,
      registration('hot', {}, { include: '*.csv' }),
      registration('cold', { connectorUserId: 'other' }),
      registration('new'),
    ]);
    expect(bench.status('steady')).toEqual(before);
    expect(
      bench.fleet
        .statuses()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['cold', 'hot', 'new', 'steady']);
    expect(bench.host.startCount('steady')).toBe(1);
    expect(bench.host.startCount('hot')).toBe(1);
    expect(bench.host.startCount('cold')).toBe(2);
    expect(bench.host.of('hot')[0]?.spec.registration.connection?.configurationProperties).toEqual({
      include: '*.csv',
    });
    expect(bench.host.of('gone')[0]?.isAlive).toBe(false);
  });

  it('keeps instance, runs and due time when only what people see changes', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    const before = bench.status('files');
    await bench.set('group', [registration('files', { description: 'all of them' })]);
    const { registration: held, ...after } = bench.status('files');
    expect(held?.description).toBe('all of them');
    expect(before).toMatchObject(after);
  });

  it('changes only the due time when only the schedule changes', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    const before = bench.status('files');
    await bench.pass(minute);
    await bench.set('group', [registration('files', { refreshTimeInterval: 5 })]);
    expect(bench.status('files')).toMatchObject({
      instanceId: before.instanceId,
      runCount: 1,
      schedule: 'every 5 min',
      nextDueAt: bench.clock.now() + 4 * minute,
    });
  });

  it('stops the last connector of an emptied group', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    await bench.set('group', []);
    expect(bench.fleet.statuses()).toEqual([]);
    expect(bench.host.alive).toEqual([]);
    expect(bench.clock.armedTimers).toBe(0);
  });

  it('starts a new instance for what was removed and added again', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    const group = groupOf('group');
    const accepted = registration('files');
    const none = {
      start: [],
      stop: [],
      replace: [],
      restart: [],
      reconfigure: [],
      reschedule: [],
      relabel: [],
      unchanged: [],
    };
    await bench.fleet.apply(group, { ...none, stop: [accepted] });
    await bench.fleet.apply(group, { ...none, start: [registration('files', { connectorId: 'second' })] });
    await bench.rest();
    expect(bench.host.startCount('files')).toBe(2);
    expect(bench.host.alive).toHaveLength(1);
    expect(bench.status('files')).toMatchObject({ connectorId: 'second', state: 'waiting' });
  });

  it('stops a connector in its old group before it starts it in the new one', async () => {
    const bench = new FleetBench();
    let release: () => void = () => undefined;
    bench.host.behaviours.set('files', {
      stop: () =>
        new Promise((resolve) => {
          release = resolve;
        }),
    });
    await bench.set('one', [registration('files')]);
    await bench.set('two', [registration('files')]);
    expect(bench.status('files', 'two')).toMatchObject({
      state: 'pending',
      reason: { code: 'CONNECTOR_REGISTERED_TWICE' },
    });
    await bench.set('one', []);
    expect(bench.host.startCount('files')).toBe(1);
    release();
    await bench.rest();
    expect(bench.host.log).toEqual(['start files', 'stop files', 'stopped files', 'start files']);
    expect(bench.status('files')).toMatchObject({ group: { qualifiedName: 'two' }, state: 'waiting' });
  });

  it('runs a connector that two groups register once, and finds it by its GUID', async () => {
    const bench = new FleetBench();
    await bench.set('one', [registration('files')]);
    await bench.set('two', [registration('files', { connectorId: 'second' })]);
    expect(bench.host.startCount('files')).toBe(1);
    expect(bench.fleet.find('guid-of-files').group.qualifiedName).toBe('one');
    expect(bench.fleet.statuses()).toHaveLength(2);
  });

  it('lets another group run a connector whose stop date in the first has passed', async () => {
    const bench = new FleetBench();
    await bench.set('one', [registration('files', { connectorShutdownDate: bench.clock.now() + minute })]);
    await bench.set('two', [registration('files', { connectorId: 'second' })]);
    expect(bench.status('files', 'two')).toMatchObject({
      state: 'pending',
      reason: { code: 'CONNECTOR_REGISTERED_TWICE' },
    });
    await bench.pass(minute);
    expect(bench.status('files', 'two')).toMatchObject({ state: 'waiting' });
    expect(bench.status('files', 'one')).toMatchObject({
      state: 'stopped',
      reason: { code: 'CONNECTOR_OUTSIDE_DATES' },
    });
    expect(bench.host.alive).toHaveLength(1);
  });

  it('gives a group that was made anew another slot', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    const key = groupOf('group').key;
    const none = { start: [], stop: [], replace: [], restart: [], reconfigure: [], reschedule: [], relabel: [] };
    await bench.fleet.apply(
      { key, guid: 'another', metadataCollectionId: 'collection' },
      { ...none, unchanged: [registration('files')] },
    );
    await bench.rest();
    expect(bench.status('files')).toMatchObject({ slot: 'daemon|collection|another|guid-of-files', state: 'waiting' });
    expect(bench.host.startCount('files')).toBe(2);
  });

  it('confirms removals for one full run that writes, and no longer once the connector has changed', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    const confirmed = () => bench.engine.opened.map(({ confirmRemovals }) => confirmRemovals);
    const refresh = async (options: Parameters<typeof bench.fleet.refresh>[2]) => {
      await bench.fleet.refresh('guid-of-files', 'me', options);
      await bench.rest();
    };
    bench.engine.openFault = new IsthmusError('STORE_UNREACHABLE', 'away');
    await refresh({ confirmRemovals: true });
    bench.engine.openFault = undefined;
    await refresh({ mode: 'preview' });
    await refresh({});
    await refresh({ scopes: ['a'] });
    await refresh({});
    expect(confirmed()).toEqual([false, false, true, false, false]);
    expect(bench.engine.opened.at(-1)?.connectorName).toBe('files');

    bench.engine.openFault = new IsthmusError('STORE_UNREACHABLE', 'away');
    await refresh({ confirmRemovals: true });
    bench.engine.openFault = undefined;
    await bench.set('group', [registration('files', {}, { other: 'root' })]);
    await refresh({});
    expect(confirmed().slice(5)).toContain(false);
    expect(confirmed().slice(5)).not.toContain(true);
  });

  it('says what is ambiguous and what is not there', async () => {
    const bench = new FleetBench();
    await bench.set('one', [registration('files')]);
    await bench.set('two', [registration('files', { connectorGuid: 'other', connectorId: 'other' })]);
    expect(() => bench.fleet.find('files')).toThrow(expect.objectContaining({ code: 'CONNECTOR_AMBIGUOUS' }));
    expect(bench.fleet.find('files', 'two').connectorGuid).toBe('other');
    expect(() => bench.fleet.find('nothing')).toThrow(expect.objectContaining({ code: 'CONNECTOR_NOT_FOUND' }));
  });

  it('runs between the dates of a registration only', async () => {
    const bench = new FleetBench();
    const now = bench.clock.now();
    await bench.set('group', [
      registration('files', { startDate: now + minute, connectorShutdownDate: now + 3 * minute }),
    ]);
    expect(bench.status('files')).toMatchObject({
      state: 'pending',
      reason: { code: 'CONNECTOR_OUTSIDE_DATES' },
      nextDueAt: now + minute,
    });
    await bench.pass(minute);
    expect(bench.status('files')).toMatchObject({ state: 'waiting', runCount: 1 });
    await bench.pass(2 * minute);
    expect(bench.status('files')).toMatchObject({ state: 'stopped', reason: { code: 'CONNECTOR_OUTSIDE_DATES' } });
    expect(bench.host.alive).toEqual([]);
  });
});

describe('a schedule of one run', () => {
  it('is not due at a start date that comes after it was done', async () => {
    const bench = new FleetBench();
    const once = { refreshTimeInterval: 0 };
    await bench.set('group', [registration('files', once)]);
    expect(bench.status('files')).toMatchObject({ state: 'waiting', runCount: 1 });
    await bench.set('group', [registration('files', { ...once, startDate: bench.clock.now() + minute })]);
    expect(bench.status('files').nextDueAt).toBeUndefined();
    await bench.pass(2 * minute);
    expect(bench.status('files').runCount).toBe(1);
  });
});

describe('a fleet whose connectors fail', () => {
  it('tries a failed start again by back-off, then slowly, and forgets all of it after a success', async () => {
    const bench = new FleetBench();
    let isBroken = true;
    bench.host.behaviours.set('files', { start: () => (isBroken ? Promise.reject(fault()) : Promise.resolve()) });
    bench.random = 0.999;
    await bench.set('group', [registration('files')]);
    expect(bench.status('files')).toMatchObject({ state: 'backing-off', reason: { code: 'CONNECTOR_FAILED' } });
    await bench.pass(1_000);
    expect(bench.host.startCount('files')).toBe(2);
    await bench.pass(2_000 + 4_000 + 8_000);
    expect(bench.host.startCount('files')).toBe(5);
    expect(bench.status('files')).toMatchObject({ state: 'failed', health: 'failed' });
    await bench.pass(14 * minute);
    expect(bench.host.startCount('files')).toBe(5);
    await bench.pass(minute);
    expect(bench.host.startCount('files')).toBe(6);
    await bench.pass(15 * minute);
    expect(bench.host.startCount('files')).toBe(7);
    isBroken = false;
    await bench.pass(15 * minute);
    expect(bench.status('files')).toMatchObject({ state: 'waiting', health: 'ok' });
  });

  it('does not try a bad configuration again until it changes', async () => {
    const bench = new FleetBench();
    bench.host.behaviours.set('files', {
      start: (_, attempt) => (attempt === 1 ? Promise.reject(invalid()) : Promise.resolve()),
    });
    await bench.set('group', [registration('files')]);
    await bench.pass(24 * 60 * minute);
    expect(bench.host.startCount('files')).toBe(1);
    expect(bench.status('files')).toMatchObject({
      state: 'failed',
      reason: { code: 'CONNECTOR_CONFIGURATION_INVALID' },
    });
    await bench.set('group', [registration('files', {}, { root: '/other' })]);
    expect(bench.status('files').state).toBe('waiting');
  });

  it('tries again what wanted for a provider when one was installed', async () => {
    const bench = new FleetBench();
    bench.host.behaviours.set('files', {
      start: (_, attempt) =>
        attempt === 1 ? Promise.reject(new IsthmusError('PROVIDER_UNKNOWN', 'no such provider')) : Promise.resolve(),
    });
    await bench.set('group', [registration('files')]);
    expect(bench.status('files').state).toBe('failed');
    bench.fleet.providersChanged();
    await bench.rest();
    expect(bench.status('files').state).toBe('waiting');
  });

  it('lists a registration whose schedule cannot be read, and never starts it', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('bad', {}, { 'isthmus.schedule': 'now and then' }), registration('good')]);
    expect(bench.status('bad')).toMatchObject({
      state: 'failed',
      schedule: 'invalid',
      reason: { code: 'SCHEDULE_INVALID' },
    });
    expect(bench.host.startCount('bad')).toBe(0);
    expect(bench.status('good').state).toBe('waiting');
  });

  it('keeps the former schedule when the new one cannot be read', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    const { instanceId, nextDueAt } = bench.status('files');
    await bench.set('group', [registration('files', {}, { 'isthmus.schedule': 'now and then' })]);
    expect(bench.status('files')).toMatchObject({
      instanceId,
      nextDueAt,
      state: 'waiting',
      health: 'degraded',
      reason: { code: 'SCHEDULE_INVALID' },
    });
  });

  it('asks only a full run to complete what it opens: one over some scopes touches others', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    bench.engine.scopesOpen = 1;
    bench.host.of('files')[0]?.changed(['/a']);
    await bench.pass(1_000);
    expect(bench.status('files')).toMatchObject({ health: 'ok', runCount: 2, lastRun: { outcome: 'succeeded' } });
    await bench.fleet.refresh(bench.status('files').connectorGuid, 'me', {});
    await bench.rest();
    expect(bench.status('files').lastRun?.outcome).toBe('partial');
  });

  it('backs off after a failed refresh and recovers', async () => {
    const bench = new FleetBench();
    let isBroken = true;
    bench.host.behaviours.set('files', { refresh: () => (isBroken ? Promise.reject(fault()) : Promise.resolve()) });
    await bench.set('group', [registration('files')]);
    expect(bench.status('files')).toMatchObject({
      state: 'backing-off',
      health: 'degraded',
      reason: { code: 'CONNECTOR_FAILED' },
      lastRun: { outcome: 'failed' },
    });
    expect(bench.engine.finished).toEqual(['failed']);
    isBroken = false;
    await bench.pass(minute);
    expect(bench.status('files')).toMatchObject({ state: 'waiting', health: 'ok', restartCount: 0 });
  });

  it('calls a run partial when something in it was wrong or left open', async () => {
    const bench = new FleetBench();
    bench.engine.scopesOpen = 1;
    await bench.set('group', [registration('open')]);
    expect(bench.status('open')).toMatchObject({ health: 'degraded', lastRun: { outcome: 'partial' } });
    bench.engine.scopesOpen = 0;
    bench.host.behaviours.set('faulty', {
      refresh: (_, sink) => sink.finding('/', { severity: 'error', code: 'FILE_UNREADABLE', message: 'no' }),
    });
    await bench.set('group', [registration('faulty')]);
    expect(bench.status('faulty').lastRun?.outcome).toBe('partial');
  });

  it('tries runs that wanted for the store at once when it is back', async () => {
    const bench = new FleetBench();
    bench.engine.openFault = new IsthmusError('STORE_UNREACHABLE', 'no answer');
    await bench.set('group', [registration('files')]);
    expect(bench.status('files').state).toBe('backing-off');
    bench.engine.openFault = undefined;
    bench.fleet.storeReturned();
    await bench.rest();
    expect(bench.status('files')).toMatchObject({ state: 'waiting', lastRun: { outcome: 'succeeded' } });
  });

  it('tries a run again that failed for want of the store although it came back meanwhile', async () => {
    const bench = new FleetBench();
    let giveUp: (error: unknown) => void = () => undefined;
    let isBack = false;
    bench.host.behaviours.set('files', {
      refresh: () =>
        isBack
          ? Promise.resolve()
          : new Promise<void>((_, reject) => {
              giveUp = reject;
            }),
    });
    await bench.set('group', [registration('files')]);
    expect(bench.status('files').state).toBe('refreshing');
    await bench.pass(10);
    isBack = true;
    bench.fleet.storeReturned();
    giveUp(new IsthmusError('STORE_UNREACHABLE', 'no answer'));
    await bench.pass(100);
    expect(bench.status('files')).toMatchObject({ state: 'waiting', lastRun: { outcome: 'succeeded' }, runCount: 2 });
  });

  it('says why no run can be granted, and is well again when one can', async () => {
    const bench = new FleetBench();
    bench.journal.tokenFault = new IsthmusError('STORAGE_FULL', 'no space');
    await bench.set('group', [registration('files')]);
    expect(bench.status('files')).toMatchObject({
      state: 'waiting',
      health: 'degraded',
      reason: { code: 'STORAGE_FULL' },
    });
    bench.journal.tokenFault = undefined;
    await bench.pass(minute);
    const status = bench.status('files');
    expect(status).toMatchObject({ state: 'waiting', health: 'ok', runCount: 1 });
    expect(status.reason).toBeUndefined();
  });

  it('fails a run that cannot be journaled, without running it', async () => {
    const bench = new FleetBench();
    bench.journal.fault = new IsthmusError('STORAGE_FULL', 'no space');
    await bench.set('group', [registration('files')]);
    expect(bench.status('files')).toMatchObject({ state: 'backing-off', reason: { code: 'STORAGE_FULL' } });
    expect(bench.host.of('files')[0]?.requests).toEqual([]);
  });
});

describe('a fleet whose connectors hang', () => {
  it('shows a refresh without progress as stalled, and as well again when it goes on', async () => {
    const bench = new FleetBench();
    let touch: () => void = () => undefined;
    bench.host.behaviours.set('files', {
      refresh: (_request, _sink, signal, sign) => {
        touch = sign;
        return untilAborted(signal);
      },
    });
    await bench.set('group', [registration('files')]);
    await bench.pass(29_000);
    expect(bench.status('files')).toMatchObject({ state: 'refreshing', health: 'ok', progressAgeMs: 29_000 });
    await bench.pass(1_000);
    expect(bench.status('files')).toMatchObject({
      state: 'stalled',
      health: 'stalled',
      stateSince: bench.clock.now(),
      reason: { code: 'CONNECTOR_STALLED', message: 'no sign of progress for 30 s' },
    });
    touch();
    expect(bench.status('files')).toMatchObject({ state: 'refreshing', health: 'ok' });
    expect(bench.status('files').reason).toBeUndefined();
  });

  it('ends a refresh that stood still for ten minutes and keeps an instance that obeys', async () => {
    const bench = new FleetBench();
    let isHanging = true;
    bench.host.behaviours.set('files', {
      refresh: (_request, _sink, signal) => (isHanging ? untilAborted(signal) : Promise.resolve()),
    });
    await bench.set('group', [registration('files')]);
    isHanging = false;
    await bench.pass(10 * minute);
    expect(bench.status('files')).toMatchObject({
      state: 'backing-off',
      reason: { code: 'CONNECTOR_TIMEOUT', message: expect.stringContaining('no sign of progress for 600 s') },
      instanceId: 'instance-1',
    });
    expect(bench.engine.finished).toEqual(['aborted']);
    await bench.pass(10_000);
    expect(bench.status('files')).toMatchObject({ state: 'waiting', health: 'ok' });
  });

  it('gives a connector that ignores its abort a new instance, three times, then quarantine', async () => {
    const bench = new FleetBench();
    bench.host.behaviours.set('files', { refresh: (_request, _sink, signal) => ignoresAbort(signal) });
    await bench.set('group', [registration('files'), registration('other')]);
    await bench.pass(11 * minute);
    expect(bench.host.startCount('files')).toBe(2);
    await bench.pass(30 * minute);
    expect(bench.host.startCount('files')).toBe(3);
    expect(bench.status('files')).toMatchObject({
      state: 'quarantined',
      health: 'failed',
      reason: { code: 'CONNECTOR_QUARANTINED' },
    });
    expect(bench.status('other')).toMatchObject({ state: 'waiting', health: 'ok' });
    await bench.fleet.restart('guid-of-files', 'me');
    await bench.rest();
    expect(bench.status('files').state).toBe('refreshing');
  });

  it('lets others start while some hang in their start', async () => {
    const bench = new FleetBench(new MemoryJournal(), { startsAtOnce: 2 });
    for (const name of ['a', 'b', 'c']) bench.host.behaviours.set(name, { start: never });
    await bench.set(
      'group',
      ['a', 'b', 'c', 'good'].map((name) => registration(name)),
    );
    await bench.pass(3_000);
    expect(bench.status('good').state).toBe('waiting');
    expect(bench.status('a').state).toBe('starting');
  });

  it('takes a new configuration without waiting for a start that hangs', async () => {
    const bench = new FleetBench();
    bench.host.behaviours.set('files', {
      start: (signal, attempt) => (attempt === 1 ? untilAborted(signal) : Promise.resolve()),
    });
    await bench.set('group', [registration('files')]);
    expect(bench.status('files').state).toBe('starting');
    await bench.set('group', [registration('files', { connectorUserId: 'other' })]);
    expect(bench.status('files')).toMatchObject({ state: 'waiting', health: 'ok' });
  });

  it('cuts off what does not stop in ten seconds, then lets the next one start', async () => {
    const bench = new FleetBench();
    bench.host.behaviours.set('files', { stop: never });
    await bench.set('group', [registration('files')]);
    await bench.fleet.restart('guid-of-files', 'me');
    await bench.pass(9_999);
    expect(bench.status('files').state).toBe('stopping');
    await bench.pass(1);
    expect(bench.host.of('files')[0]?.isAbandoned).toBe(true);
    expect(bench.status('files')).toMatchObject({ state: 'waiting', restartCount: 1 });
  });

  it('cuts off what fails to stop, and goes on', async () => {
    const bench = new FleetBench();
    bench.host.behaviours.set('files', { stop: () => Promise.reject(fault()) });
    await bench.set('group', [registration('files')]);
    await bench.fleet.restart('guid-of-files', 'me');
    await bench.rest();
    expect(bench.host.of('files')[0]?.isAlive).toBe(false);
    expect(bench.status('files')).toMatchObject({ state: 'waiting', instanceId: 'instance-2' });
  });

  it('closes all in parallel and cuts off what is left at the end', async () => {
    const bench = new FleetBench();
    bench.host.behaviours.set('hangs', { stop: never, refresh: (_r, _s, signal) => ignoresAbort(signal) });
    bench.host.behaviours.set('starts', { start: never });
    await bench.set(
      'group',
      ['hangs', 'starts', 'good'].map((name) => registration(name)),
    );
    const deadline = new AbortController();
    let isClosed = false;
    const closing = bench.fleet.close(deadline.signal).then(() => {
      isClosed = true;
    });
    await bench.rest();
    expect(isClosed).toBe(false);
    expect(bench.host.log).toContain('stopped good');
    deadline.abort();
    await closing;
    expect(bench.host.alive).toEqual([]);
    expect(bench.host.of('hangs')[0]?.isAbandoned).toBe(true);
  });
});

describe('a fleet that is told what to do', () => {
  it('probes by the instance that runs, and says when there is none or it cannot', async () => {
    const bench = new FleetBench();
    const steps = [{ name: 'reach' as const, ok: false, message: 'nothing listens there' }];
    bench.host.behaviours.set('files', { probe: async () => steps });
    await bench.set('group', [registration('files'), registration('mute')]);
    const { signal } = new AbortController();
    expect(await bench.fleet.probe('guid-of-files', signal)).toEqual(steps);
    await expect(bench.fleet.probe('guid-of-mute', signal)).rejects.toMatchObject({ code: 'CONNECTOR_STOPPED' });
    await bench.fleet.close(AbortSignal.timeout(60_000));
    await expect(bench.fleet.probe('guid-of-files', signal)).rejects.toMatchObject({
      code: expect.stringMatching(/CONNECTOR_(STOPPED|NOT_FOUND)/),
    });
  });

  it('holds runs while paused, keeps the instance, and remembers over a restart of the daemon', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    await bench.fleet.pause('guid-of-files', 'ann', 'upgrade');
    await bench.pass(120 * minute);
    expect(bench.status('files')).toMatchObject({
      state: 'paused',
      runCount: 1,
      instanceId: 'instance-1',
      paused: { by: 'ann', reason: 'upgrade' },
    });
    expect(bench.status('files').nextDueAt).toBeUndefined();
    await expect(bench.fleet.refresh('guid-of-files', 'ann', {})).rejects.toMatchObject({ code: 'CONNECTOR_STOPPED' });

    const next = new FleetBench(bench.journal);
    await next.fleet.start();
    await next.set('group', [registration('files')]);
    expect(next.status('files')).toMatchObject({ state: 'paused', runCount: 0 });
    expect(next.host.startCount('files')).toBe(0);
    await next.fleet.resume('guid-of-files', 'ann');
    await next.rest();
    expect(next.status('files')).toMatchObject({ state: 'waiting', runCount: 1 });
    expect(await bench.journal.loadOverrides()).toEqual([]);
  });

  it('answers every verb, twice, in every state, with success or a named refusal', async () => {
    const verbs = ['pause', 'resume', 'refresh', 'restart'] as const;
    const outcomes: string[] = [];
    for (const [state, prepare] of Object.entries(statePreparations)) {
      for (const verb of verbs) {
        const bench = new FleetBench();
        await prepare(bench);
        expect(bench.status('files').state).toBe(state);
        for (let time = 1; time <= 2; time += 1) {
          const call =
            verb === 'refresh'
              ? bench.fleet.refresh('guid-of-files', 'me', {})
              : bench.fleet[verb]('guid-of-files', 'me');
          const outcome = await call.then(
            () => 'done',
            (error: unknown) => (IsthmusError.is(error) ? error.code : `unnamed: ${String(error)}`),
          );
          outcomes.push(outcome);
          if (outcome !== 'done') expect({ verb, outcome }).toEqual({ verb: 'refresh', outcome: 'CONNECTOR_STOPPED' });
          await bench.rest();
        }
        await bench.pass(minute);
      }
    }
    expect(outcomes).toContain('done');
    expect(outcomes).toContain('CONNECTOR_STOPPED');
  });

  it('returns the id of the run that serves a refresh', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    const id = await bench.fleet.refresh('guid-of-files', 'me', { scopes: ['/a'], mode: 'preview' });
    await bench.rest();
    expect(bench.host.of('files')[0]?.requests[1]).toMatchObject({ id, mode: 'preview', requested: new Set(['/a']) });
    expect(bench.journal.records.get(id)).toMatchObject({ mode: 'preview', reasons: ['demand'], outcome: 'succeeded' });
  });

  it('refreshes what a connector says has changed, and everything when that is very much', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    const [instance] = bench.host.of('files');
    instance?.changed(['/a']);
    instance?.changed(['/b']);
    await bench.pass(1_000);
    const last = instance?.requests.at(-1);
    expect([...(last?.requested ?? [])].sort()).toEqual(['/a', '/b']);
    for (let scope = 0; scope < 2_000; scope += 1) instance?.changed([`/${scope}`]);
    await bench.pass(1_000);
    expect(instance?.requests.at(-1)?.requested).toBeUndefined();
    expect(instance?.requests.length).toBeLessThan(6);
  });

  it('engages a connector that waits for events by itself, and again when it returns', async () => {
    const bench = new FleetBench();
    let count = 0;
    bench.host.behaviours.set('files', {
      engages: true,
      engage: (signal) => {
        count += 1;
        return count === 1 ? Promise.resolve() : untilAborted(signal);
      },
    });
    await bench.set('group', [registration('files', { usesBlockingCalls: true })]);
    await bench.pass(minute);
    expect(bench.status('files')).toMatchObject({ state: 'engaged', runCount: 2 });
    await bench.pass(60 * minute);
    expect(bench.status('files')).toMatchObject({ state: 'engaged', health: 'ok' });
    await bench.fleet.pause('guid-of-files', 'me');
    await bench.rest();
    expect(bench.status('files').state).toBe('paused');
  });
});

describe('a fleet that hands over new configurations', () => {
  it('ends the run under way first, then runs again under the new one', async () => {
    const bench = new FleetBench();
    let isFirst = true;
    bench.host.behaviours.set('files', {
      refresh: (_request, _sink, signal) => {
        const isHeld = isFirst;
        isFirst = false;
        return isHeld ? untilAborted(signal) : Promise.resolve();
      },
      reconfigure: () => {
        bench.host.log.push(`state ${bench.status('files').currentRun === undefined ? 'idle' : 'running'}`);
        return Promise.resolve('applied');
      },
    });
    await bench.set('group', [registration('files')]);
    await bench.set('group', [registration('files', {}, { include: '*.csv' })]);
    expect(bench.host.log).toEqual(['start files', 'reconfigure files', 'state idle']);
    expect(bench.status('files')).toMatchObject({ state: 'waiting', instanceId: 'instance-1', runCount: 2 });
    const [before, after] = bench.engine.opened;
    expect(after?.boundaryHash).not.toBe(before?.boundaryHash);
  });

  it('makes a new instance when the connector asks for it', async () => {
    const bench = new FleetBench();
    bench.host.behaviours.set('files', { reconfigure: () => Promise.resolve('restart') });
    await bench.set('group', [registration('files')]);
    await bench.set('group', [registration('files', {}, { include: '*.csv' })]);
    expect(bench.status('files')).toMatchObject({ state: 'waiting', instanceId: 'instance-2', restartCount: 1 });
  });

  it('keeps the old configuration running when the new one is refused, and says so', async () => {
    const bench = new FleetBench();
    bench.host.behaviours.set('files', { reconfigure: () => Promise.reject(invalid()) });
    await bench.set('group', [registration('files')]);
    await bench.set('group', [registration('files', {}, { include: 5 })]);
    expect(bench.status('files')).toMatchObject({
      state: 'waiting',
      instanceId: 'instance-1',
      health: 'degraded',
      reason: { code: 'CONNECTOR_CONFIGURATION_INVALID' },
    });
    expect(bench.host.log.filter((line) => line === 'reconfigure files')).toHaveLength(1);
    await bench.pass(61 * minute);
    expect(bench.status('files').lastRun?.outcome).toBe('succeeded');
    expect(bench.engine.opened.at(-1)?.boundaryHash).toBe(bench.engine.opened[0]?.boundaryHash);
    // Also when something else of it changes afterwards.
    await bench.set('group', [registration('files', { refreshTimeInterval: 30 }, { include: 5 })]);
    expect(bench.status('files')).toMatchObject({
      health: 'degraded',
      reason: { code: 'CONNECTOR_CONFIGURATION_INVALID' },
    });
  });

  it('lets a run go on when the new configuration is refused before anything is done', async () => {
    const bench = new FleetBench();
    bench.host.behaviours.set('files', { refresh: (_request, _sink, signal) => untilAborted(signal) });
    await bench.set('group', [registration('files')]);
    bench.host.checkFault = invalid();
    await bench.set('group', [registration('files', {}, { include: 5 })]);
    expect(bench.status('files')).toMatchObject({
      state: 'refreshing',
      health: 'degraded',
      runCount: 1,
      reason: { code: 'CONNECTOR_CONFIGURATION_INVALID' },
    });
    expect(bench.host.log).not.toContain('reconfigure files');
  });

  it('keeps its identity and loses no run over a thousand changes', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    for (let change = 1; change <= 1_000; change += 1) {
      const key = groupOf('group').key;
      const before = bench.fleet.accepted(key).get('guid-of-files');
      const after = registration('files', {}, { change });
      const none = { start: [], stop: [], replace: [], restart: [], reschedule: [], relabel: [], unchanged: [] };
      if (before === undefined) throw new Error('nothing is accepted');
      await bench.fleet.apply(groupOf('group'), { ...none, reconfigure: [{ before, after, fields: [] }] });
    }
    await bench.rest();
    expect(bench.status('files')).toMatchObject({ state: 'waiting', health: 'ok', instanceId: 'instance-1' });
    expect(bench.host.of('files')[0]?.spec.registration.connection?.configurationProperties).toEqual({ change: 1_000 });
  });
});

describe('a large fleet', () => {
  it('answers statuses without making them anew when nothing has happened', async () => {
    const bench = new FleetBench(new MemoryJournal(), { startsAtOnce: 1_000 });
    await bench.set(
      'group',
      Array.from({ length: 1_000 }, (_, index) => registration(`c${index}`)),
    );
    await bench.pass(2_000);
    const first = bench.fleet.statuses();
    const second = bench.fleet.statuses();
    expect(first).toHaveLength(1_000);
    expect(second.filter((status, index) => status === first[index])).toHaveLength(1_000);
    await bench.fleet.pause('guid-of-c7', 'me');
    await bench.rest();
    const third = bench.fleet.statuses();
    expect(third.filter((status, index) => status !== first[index]).map(({ state }) => state)).toEqual(['paused']);
  });
});

/** How to bring the connector `files` into each state. */
const statePreparations: Readonly<Record<string, (bench: FleetBench) => Promise<void>>> = {
  pending: async (bench) => bench.set('group', [registration('files', { startDate: bench.clock.now() + minute })]),
  starting: (bench) => {
    bench.host.behaviours.set('files', { start: untilAborted });
    return bench.set('group', [registration('files')]);
  },
  waiting: (bench) => bench.set('group', [registration('files')]),
  refreshing: (bench) => {
    bench.host.behaviours.set('files', { refresh: (_request, _sink, signal) => untilAborted(signal) });
    return bench.set('group', [registration('files')]);
  },
  engaged: (bench) => {
    bench.host.behaviours.set('files', { engages: true, engage: untilAborted });
    return bench.set('group', [registration('files')]);
  },
  paused: async (bench) => {
    await bench.set('group', [registration('files')]);
    await bench.fleet.pause('guid-of-files', 'me');
    await bench.rest();
  },
  'backing-off': (bench) => {
    bench.host.behaviours.set('files', { refresh: () => Promise.reject(fault()) });
    return bench.set('group', [registration('files')]);
  },
  stopping: async (bench) => {
    bench.host.behaviours.set('files', { stop: never });
    await bench.set('group', [registration('files')]);
    await bench.fleet.restart('guid-of-files', 'me');
    await bench.rest();
  },
  stopped: async (bench) =>
    bench.set('group', [registration('files', { connectorShutdownDate: bench.clock.now() - minute })]),
  failed: (bench) => {
    bench.host.behaviours.set('files', { start: () => Promise.reject(invalid()) });
    return bench.set('group', [registration('files')]);
  },
  quarantined: async (bench) => {
    bench.host.behaviours.set('files', { stop: never });
    await bench.set('group', [registration('files')]);
    for (let time = 0; time < 3; time += 1) {
      await bench.set('group', [registration('files', { connectorUserId: `user-${time}` })]);
      await bench.pass(10_000);
    }
  },
};

function fault(): IsthmusError {
  return new IsthmusError('CONNECTOR_FAILED', 'it broke');
}

function invalid(): IsthmusError {
  return new IsthmusError('CONNECTOR_CONFIGURATION_INVALID', '`include` must be a text');
}

describe('a connection that people put in place of the registered one', () => {
  const elsewhere = { providerName: 'fake', networkAddress: '/elsewhere', configurationProperties: {} };

  it('takes a new instance, is shown, and is no reason for its group to plan anything', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    bench.fleet.overrideConnection('id-of-files', elsewhere);
    await bench.rest();
    expect(bench.host.startCount('files')).toBe(2);
    expect(bench.status('files').registration?.connection).toEqual(elsewhere);
    expect([...bench.fleet.accepted(groupOf('group').key).values()]).toEqual([registration('files')]);
    await bench.set('group', [registration('files')]);
    await bench.set('group', [registration('files', { description: 'all of them' })]);
    expect(bench.host.startCount('files')).toBe(2);
    expect(bench.status('files').registration).toMatchObject({ description: 'all of them', connection: elsewhere });
  });

  it('ends when the registered one changes, or when it is asked for', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files'), registration('other')]);
    for (const name of ['files', 'other']) bench.fleet.overrideConnection(`id-of-${name}`, elsewhere);
    await bench.rest();
    await bench.set('group', [registration('files', {}, { include: '*.csv' }), registration('other')]);
    expect(bench.status('files').registration?.connection?.networkAddress).toBe('/data');
    expect(bench.status('other').registration?.connection).toEqual(elsewhere);
    bench.fleet.restoreConnections(groupOf('group').key);
    await bench.rest();
    expect(bench.status('other').registration).toEqual(registration('other'));
    expect(bench.host.startCount('other')).toBe(3);
  });

  it('goes with the connector', async () => {
    const bench = new FleetBench();
    await bench.set('group', [registration('files')]);
    bench.fleet.overrideConnection('id-of-files', elsewhere);
    await bench.set('group', []);
    expect(() => bench.fleet.overrideConnection('id-of-files', elsewhere)).toThrow(
      expect.objectContaining({ code: 'CONNECTOR_NOT_FOUND' }),
    );
    await bench.set('group', [registration('files')]);
    expect(bench.status('files').registration).toEqual(registration('files'));
  });
});
