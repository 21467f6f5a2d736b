import { ManualClock } from '@isthmus/connector-testing';
import { IsthmusError } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';
import { afterEach, describe, expect, it } from '@jest/globals';
import { GroupWatcher } from './group-watcher.js';
import {
  FakeFleet,
  FakeGroupJournal,
  FakeGroupReader,
  testKey,
  testLogger,
  testRegistration,
  testSnapshot,
} from './watcher-fakes.js';

const pollMs = 10_000;
const open: TestedWatcher[] = [];

afterEach(async () => {
  for (const watcher of open.splice(0)) await watcher.close(AbortSignal.abort());
});

describe('GroupWatcher', () => {
  it('brings the fleet to the list, and journals the list before it does', async () => {
    const { reader, fleet, journal, begin } = setUp();
    reader.registrations = registrations(2);
    journal.failure = new IsthmusError('STORAGE_FULL', 'no space left');
    const watcher = await begin();
    expect(fleet.names).toEqual([]);
    expect(watcher.status().state).toBe('rejected');
    journal.failure = undefined;
    await watcher.clock.advance(pollMs);
    expect(fleet.names).toEqual(['c0', 'c1']);
    expect(journal.lists[0]?.snapshot.registrations).toHaveLength(2);
    expect(watcher.status()).toMatchObject({ state: 'in-step', connectorCount: 2, guid: 'group-guid' });
  });

  it('runs from the journal while the server is away, and catches up within one poll of its return', async () => {
    const { reader, fleet, journal, begin } = setUp();
    journal.lists = [{ key: testKey, snapshot: testSnapshot(registrations(2), 'old'), acceptedAt: 5 }];
    reader.failure = unreachable();
    const watcher = await begin();
    expect(fleet.names).toEqual(['c0', 'c1']);
    expect(watcher.status()).toMatchObject({ state: 'from-journal', acceptedAt: 5, connectorCount: 2 });
    expect(condition(watcher, 'Reachable')).toMatchObject({ status: false, reason: { code: 'STORE_UNREACHABLE' } });
    await watcher.clock.advance(3_600_000);
    expect(watcher.status().state).toBe('from-journal');
    reader.failure = undefined;
    reader.registrations = registrations(3);
    await watcher.clock.advance(pollMs * 1.1);
    expect(fleet.names).toEqual(['c0', 'c1', 'c2']);
    expect(fleet.returned).toBe(1);
    expect(watcher.status().state).toBe('in-step');
  });

  it('runs from the journal as soon as that can be read, and judges no list before', async () => {
    const { reader, fleet, journal, begin } = setUp();
    journal.lists = [{ key: testKey, snapshot: testSnapshot(registrations(12), 'old'), acceptedAt: 5 }];
    journal.loadFailure = new IsthmusError('DATABASE_UNREADABLE', 'the disk does not answer');
    reader.registrations = registrations(1);
    await expect(begin()).rejects.toMatchObject({ code: 'DATABASE_UNREADABLE' });
    const watcher = open[0] as TestedWatcher;
    await watcher.clock.advance(0);
    expect(fleet.names).toEqual([]);
    expect(condition(watcher, 'ListAccepted')).toMatchObject({ reason: { code: 'DATABASE_UNREADABLE' } });
    journal.loadFailure = undefined;
    await watcher.clock.advance(pollMs);
    expect(fleet.names).toHaveLength(12);
    expect(watcher.status().pending?.stops).toHaveLength(11);
  });

  it('is in step only when the first list was judged to its end', async () => {
    const { reader, journal, begin } = setUp();
    journal.lists = [{ key: testKey, snapshot: testSnapshot(registrations(2), 'old'), acceptedAt: 5 }];
    reader.isThere = false;
    let release = () => {};
    reader.pointGate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const watcher = await begin();
    expect(watcher.status().state).toBe('from-journal');
    release();
    await watcher.clock.advance(0);
    expect(watcher.status().state).toBe('missing');
  });

  it('asks more often right after a failure, less often later, and never less than every poll', async () => {
    const { reader, begin } = setUp();
    reader.failure = unreachable();
    const watcher = await begin();
    const countDuring = async (durationMs: number) => {
      const before = reader.etags.length;
      await watcher.clock.advance(durationMs);
      return reader.etags.length - before;
    };
    expect(await countDuring(7_500)).toBe(3);
    await watcher.clock.advance(60_000);
    expect(await countDuring(100_000)).toBe(10);
  });

  it('passes the version that it knows, and touches nothing when it is unchanged', async () => {
    const { reader, fleet, begin } = setUp();
    reader.registrations = registrations(1);
    const watcher = await begin();
    await watcher.clock.advance(pollMs * 5.5);
    expect(reader.etags[0]).toBeUndefined();
    expect(new Set(reader.etags.slice(1))).toEqual(new Set([JSON.stringify([reader.registrations, 'collection'])]));
    expect(fleet.plans).toHaveLength(1);
    expect(watcher.status().lastReadAt).toBeGreaterThan(watcher.status().acceptedAt ?? Number.NaN);
  });

  it('brings back what the fleet lost, though nothing changed at the server', async () => {
    const { reader, fleet, begin } = setUp();
    reader.registrations = registrations(2);
    const watcher = await begin();
    await watcher.clock.advance(pollMs * 1.1);
    fleet.running.delete('c1');
    await watcher.clock.advance(pollMs * 1.1);
    expect(fleet.names).toEqual(['c0', 'c1']);
  });

  it('reads soon after a nudge, once for many', async () => {
    const { reader, fleet, begin } = setUp();
    const watcher = await begin();
    await watcher.clock.advance(1_000);
    const before = reader.etags.length;
    reader.registrations = registrations(1);
    for (let index = 0; index < 50; index++) watcher.nudge();
    await watcher.clock.advance(25);
    expect(fleet.names).toEqual(['c0']);
    expect(reader.etags.length - before).toBe(1);
  });

  it('reads once more when it is nudged while it reads, as it may have looked already', async () => {
    const { reader, begin } = setUp();
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    reader.gate = gate;
    const watcher = await begin();
    watcher.nudge();
    watcher.nudge();
    release();
    await watcher.clock.advance(100);
    expect(reader.etags).toHaveLength(2);
  });

  it('stops what left the group only after a point read says so', async () => {
    const { reader, fleet, begin } = setUp();
    reader.registrations = registrations(3);
    const watcher = await begin();
    reader.shown = registrations(2);
    await watcher.clock.advance(pollMs * 1.1);
    expect(fleet.names).toEqual(['c0', 'c1', 'c2']);
    expect(watcher.status().state).toBe('rejected');
    expect(condition(watcher, 'ListAccepted')).toMatchObject({
      status: false,
      reason: { code: 'GROUP_LIST_REJECTED' },
    });
    reader.shown = undefined;
    reader.registrations = registrations(2);
    await watcher.clock.advance(pollMs * 1.1);
    expect(fleet.names).toEqual(['c0', 'c1']);
    expect(watcher.status().state).toBe('in-step');
  });

  it('stops nobody while point reads fail', async () => {
    const { reader, fleet, begin } = setUp();
    reader.registrations = registrations(3);
    const watcher = await begin();
    reader.registrations = [];
    reader.pointFailure = unreachable();
    await watcher.clock.advance(pollMs * 1.1);
    expect(fleet.names).toEqual(['c0', 'c1', 'c2']);
    reader.pointFailure = undefined;
    await watcher.clock.advance(pollMs * 1.1);
    expect(fleet.names).toEqual([]);
  });

  it('empties a group and fills it again', async () => {
    const { reader, fleet, begin } = setUp();
    reader.registrations = registrations(2);
    const watcher = await begin();
    reader.registrations = [];
    await watcher.clock.advance(pollMs * 1.1);
    expect(fleet.names).toEqual([]);
    expect(watcher.status()).toMatchObject({ state: 'in-step', connectorCount: 0 });
    reader.registrations = registrations(2).map((item) => ({ ...item, connectorId: `again-${item.connectorId}` }));
    await watcher.clock.advance(pollMs * 1.1);
    expect(fleet.names).toEqual(['c0', 'c1']);
  });

  it('tells the fleet of another home though the registrations are the same, until it took it', async () => {
    const { reader, fleet, begin } = setUp();
    reader.registrations = registrations(2);
    const watcher = await begin();
    reader.metadataCollectionId = 'another';
    fleet.failure = new Error('not now');
    await watcher.clock.advance(pollMs * 1.1);
    fleet.failure = undefined;
    await watcher.clock.advance(pollMs * 1.1);
    expect(fleet.groups.at(-1)).toMatchObject({ metadataCollectionId: 'another' });
    expect(fleet.plans.at(-1)?.unchanged).toHaveLength(2);
    const told = fleet.plans.length;
    await watcher.clock.advance(pollMs * 1.1);
    expect(fleet.plans).toHaveLength(told);
  });

  it('stops all of a group that was deleted, with the home that it had, and says that it is missing', async () => {
    const { reader, fleet, begin } = setUp();
    reader.registrations = registrations(2);
    const watcher = await begin();
    reader.isThere = false;
    await watcher.clock.advance(pollMs * 1.1);
    expect(fleet.names).toEqual([]);
    expect(fleet.groups.at(-1)).toEqual({ key: testKey, guid: 'group-guid', metadataCollectionId: 'collection' });
    expect(watcher.status().state).toBe('missing');
    expect(condition(watcher, 'Found')).toMatchObject({ status: false });
  });

  it('says of a large group that is gone that its connectors wait for a person', async () => {
    const { reader, fleet, begin } = setUp();
    reader.registrations = registrations(8);
    const watcher = await begin();
    expect(watcher.status().pending).toBeUndefined();
    reader.isThere = false;
    await watcher.clock.advance(pollMs * 1.1);
    expect(fleet.names).toHaveLength(8);
    expect(watcher.status().pending).toMatchObject({ total: 8, groupIsGone: true });
  });

  it('reads at once when it is asked, and tells when that was done', async () => {
    const { reader, begin } = setUp();
    reader.registrations = registrations(1);
    const watcher = await begin();
    reader.registrations = registrations(2);
    const read = watcher.read(1_000);
    await watcher.clock.advance(30);
    await read;
    expect(watcher.status().connectorCount).toBe(2);
  });

  it('stops all of a group that was renamed: its connectors are still registered, but not with a group of this name', async () => {
    const { reader, fleet, begin } = setUp();
    reader.registrations = registrations(2);
    const watcher = await begin();
    reader.name = 'IntegrationGroup::Renamed';
    await watcher.clock.advance(pollMs * 1.1);
    expect(fleet.names).toEqual([]);
    expect(watcher.status().state).toBe('missing');
  });

  it('keeps all of a group that the list calls missing while it is there under its name', async () => {
    const { reader, fleet, begin } = setUp();
    reader.registrations = registrations(2);
    const watcher = await begin();
    reader.shownMissing = true;
    await watcher.clock.advance(pollMs * 1.1);
    expect(fleet.names).toEqual(['c0', 'c1']);
    expect(watcher.status().state).toBe('rejected');
  });

  it('waits for a person before it stops much, and then stops exactly that', async () => {
    const { reader, fleet, begin } = setUp();
    reader.registrations = registrations(8);
    const watcher = await begin();
    reader.registrations = registrations(1);
    await watcher.clock.advance(pollMs * 1.1);
    expect(fleet.names).toHaveLength(8);
    expect(reader.pointReadCount).toBe(0);
    expect(watcher.status()).toMatchObject({ state: 'waiting-for-confirmation', pending: { total: 8 } });
    expect(watcher.status().pending?.stops).toHaveLength(7);
    expect(condition(watcher, 'ConfirmationNeeded')).toMatchObject({ status: true });
    const since = watcher.status().pending?.since;
    await watcher.clock.advance(pollMs * 3);
    expect(watcher.status().pending?.since).toBe(since);
    const confirmed = watcher.confirm('olga');
    await watcher.clock.advance(30);
    await confirmed;
    expect(fleet.names).toEqual(['c0']);
    expect(watcher.status().state).toBe('in-step');
    await expect(watcher.confirm('olga')).rejects.toMatchObject({ code: 'GROUP_NOTHING_TO_CONFIRM' });
  });

  it('forgets what waited when the list comes back by itself', async () => {
    const { reader, begin } = setUp();
    reader.registrations = registrations(8);
    const watcher = await begin();
    reader.shown = [];
    await watcher.clock.advance(pollMs * 1.1);
    expect(watcher.status().pending).toBeDefined();
    reader.shown = undefined;
    await watcher.clock.advance(pollMs * 1.1);
    expect(watcher.status()).toMatchObject({ state: 'in-step' });
    expect(watcher.status().pending).toBeUndefined();
  });

  it('refuses an older list until a person says that the server was restored', async () => {
    const { reader, fleet, begin } = setUp();
    reader.registrations = [testRegistration('c0', { version: 5, description: 'new' })];
    const watcher = await begin();
    reader.registrations = [testRegistration('c0', { version: 4, description: 'old' })];
    await watcher.clock.advance(pollMs * 1.1);
    expect(watcher.status().state).toBe('rejected');
    expect(fleet.running.get('connector-c0')?.description).toBe('new');
    const confirmed = watcher.confirm('olga');
    await watcher.clock.advance(30);
    await confirmed;
    expect(fleet.running.get('connector-c0')?.description).toBe('old');
  });

  it('keeps everything when the answer makes no sense, and says so apart from being unreachable', async () => {
    const { reader, fleet, begin } = setUp();
    reader.registrations = registrations(2);
    const watcher = await begin();
    reader.failure = new IsthmusError('STORE_ANSWER_INVALID', 'elements[0].properties is no object');
    await watcher.clock.advance(pollMs * 1.1);
    expect(fleet.names).toEqual(['c0', 'c1']);
    expect(watcher.status().state).toBe('rejected');
    expect(condition(watcher, 'Reachable')).toMatchObject({ status: true });
    expect(fleet.returned).toBe(0);
  });

  it('tells the fleet when answers make sense again: what failed because of them need not wait', async () => {
    const { reader, fleet, begin } = setUp();
    reader.registrations = registrations(2);
    const watcher = await begin();
    reader.failure = new IsthmusError('STORE_ANSWER_INVALID', 'the answer is no JSON object');
    await watcher.clock.advance(pollMs * 3);
    expect(fleet.returned).toBe(0);
    reader.failure = undefined;
    await watcher.clock.advance(pollMs * 1.1);
    expect(fleet.returned).toBe(1);
    await watcher.clock.advance(pollMs * 3);
    expect(fleet.returned).toBe(1);
  });

  it('heals a fleet that did not take the plan', async () => {
    const { reader, fleet, begin } = setUp();
    reader.registrations = registrations(1);
    fleet.failure = new Error('no');
    const watcher = await begin();
    fleet.failure = undefined;
    await watcher.clock.advance(pollMs * 1.1);
    expect(fleet.names).toEqual(['c0']);
    expect(watcher.status().state).toBe('in-step');
  });

  it('does not wait for ever for a reader that does not answer, and leaves no timer behind when closed', async () => {
    const { reader, begin } = setUp();
    reader.gate = new Promise(() => undefined);
    const watcher = await begin();
    await watcher.clock.advance(61_000);
    expect(condition(watcher, 'Reachable')).toMatchObject({ status: false });
    await watcher.close(AbortSignal.timeout(60_000));
    expect(watcher.clock.armedTimers).toBe(0);
  });

  it.each([
    'is read',
    'is journaled',
  ])('starts nothing once it is closed, also when its list %s just then', async (when) => {
    const { reader, fleet, journal, begin } = setUp();
    const watcher = await begin();
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    if (when === 'is read') reader.gate = gate;
    else journal.gate = gate;
    reader.registrations = registrations(2);
    await watcher.clock.advance(pollMs * 1.1);
    await watcher.close(AbortSignal.timeout(60_000));
    await journal.forgetAccepted();
    go();
    await watcher.clock.advance(pollMs);
    expect(fleet.names).toEqual([]);
    expect(journal.lists).toEqual([]);
  });

  it('starts nothing when it is closed while it reads its journal', async () => {
    const { fleet, journal, begin } = setUp();
    journal.lists = [{ key: testKey, snapshot: testSnapshot(registrations(2), 'old'), acceptedAt: 5 }];
    let go = (): void => undefined;
    journal.gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const beginning = begin();
    await open[0]?.close(AbortSignal.timeout(60_000));
    go();
    await beginning;
    expect(fleet.names).toEqual([]);
  });

  it('reports an entry that is registered twice and runs one of it', async () => {
    const { reader, fleet, begin } = setUp();
    reader.registrations = [testRegistration('c0'), testRegistration('c0', { connectorId: 'registration-z' })];
    const watcher = await begin();
    expect(fleet.running.get('connector-c0')?.connectorId).toBe('registration-c0');
    expect(condition(watcher, 'ListAccepted')?.message).toContain('c0');
  });
});

function setUp() {
  const clock = new ManualClock();
  const reader = new FakeGroupReader();
  const fleet = new FakeFleet();
  const journal = new FakeGroupJournal();
  const begin = async () => {
    const watcher = new TestedWatcher(clock, reader, fleet, journal);
    open.push(watcher);
    await watcher.start();
    await clock.advance(0);
    return watcher;
  };
  return { reader, fleet, journal, begin };
}

class TestedWatcher extends GroupWatcher {
  constructor(
    readonly clock: ManualClock,
    reader: FakeGroupReader,
    fleet: FakeFleet,
    journal: FakeGroupJournal,
  ) {
    super({
      key: testKey,
      reader,
      fleet,
      journal,
      clock,
      logger: testLogger,
      random: () => 0,
      groupName: () => reader.groupName(),
    });
  }
}

function registrations(count: number): readonly Registration[] {
  return Array.from({ length: count }, (_, index) => testRegistration(`c${index}`));
}

function unreachable(): IsthmusError {
  return new IsthmusError('STORE_UNREACHABLE', 'connection refused');
}

function condition(watcher: GroupWatcher, type: string) {
  return watcher.status().conditions.find((candidate) => candidate.type === type);
}
