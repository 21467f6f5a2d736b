import { settle } from '@isthmus/connector-testing';
import { IsthmusError } from '@isthmus/kernel';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RunRecord } from '../journal/journal.js';
import { DaemonBench, registrationOf } from './testing/daemon-bench.js';

let bench: DaemonBench;
beforeEach(() => {
  bench = new DaemonBench();
});

const good = { providerName: 'good', configurationProperties: {} };

const acceptedList = (qualifiedName: string, server = 'store') => ({
  key: { server, qualifiedName },
  snapshot: { registrations: [], etag: 'e', metadataCollectionId: 'c' },
  acceptedAt: 0,
});

async function started(groups?: readonly string[]) {
  const daemon = bench.daemon(groups);
  await daemon.start();
  await settle();
  return daemon;
}

/** Lets waiting use cases see what happens while time passes. */
async function within<T>(work: Promise<T>, ms = 5000): Promise<T> {
  for (let passed = 0; passed < ms; passed += 20) {
    await settle();
    await bench.clock.advance(20);
  }
  return await work;
}

describe('the groups of a daemon', () => {
  it('are those of the journal at once, and those that the server lists', async () => {
    bench.accepted = [acceptedList('Kept'), acceptedList('Elsewhere', 'another-server')];
    bench.groupNames = ['Kept', 'Listed'];
    const daemon = await started();
    expect(daemon.groups().map((group) => group.key.qualifiedName)).toEqual(['Kept', 'Listed']);
    expect(bench.events.slice(0, 2)).toEqual(['fleet start', 'watch Kept']);
  });

  it('are only those named when the configuration names some', async () => {
    bench.groupNames = ['Listed'];
    const daemon = await started(['Named']);
    expect(daemon.groups().map((group) => group.key.qualifiedName)).toEqual(['Named']);
    await expect(daemon.createGroup({ qualifiedName: 'Other' }, 'me')).rejects.toMatchObject({
      code: 'GROUP_NOT_SELECTED',
    });
    expect(bench.events).not.toContain('create Other');
  });

  it('are found when a change is announced, and by polling', async () => {
    const daemon = await started();
    bench.groupNames = ['Announced'];
    bench.onChange();
    await settle();
    expect(daemon.group('Announced').state).toBe('in-step');
    bench.groupNames = ['Announced', 'Polled'];
    await bench.clock.advance(10_000);
    expect(daemon.group('Polled').state).toBe('in-step');
  });

  it('never go because the server stops listing them: that is for the watcher to judge', async () => {
    bench.groupNames = ['A'];
    const daemon = await started();
    bench.groupNames = [];
    await bench.clock.advance(30_000);
    expect(daemon.groups()).toHaveLength(1);
  });

  it('are forgotten when they are gone and nothing of them runs, and are new when they return', async () => {
    bench.groupNames = ['A'];
    const daemon = await started();
    const watcher = bench.watchers.get('A');
    bench.connector('a', 'A');
    if (watcher) watcher.state = 'missing';
    bench.groupNames = [];
    expect(daemon.groups()).toHaveLength(1);
    bench.statuses = [];
    expect(() => daemon.group('A')).toThrow(expect.objectContaining({ code: 'GROUP_NOT_FOUND' }));
    expect(watcher?.isClosed).toBe(true);
    expect(bench.events).toContain('forget A');
    bench.groupNames = ['A'];
    await bench.clock.advance(10_000);
    expect(daemon.group('A').state).toBe('in-step');
  });

  it('stay, as missing, when the configuration names them', async () => {
    const daemon = await started(['Named']);
    const watcher = bench.watchers.get('Named');
    if (watcher) watcher.state = 'missing';
    expect(daemon.group('Named').state).toBe('missing');
  });
});

describe('use cases', () => {
  it('create a group and watch it before they answer', async () => {
    const daemon = await started();
    const group = await within(daemon.createGroup({ qualifiedName: 'New' }, 'me'));
    expect(group.key.qualifiedName).toBe('New');
    expect(bench.audits).toMatchObject([{ action: 'group create', target: 'New', by: 'me', outcome: 'done' }]);
  });

  it('confirm all that deleting a group stops, not the part that waited while it was taken apart', async () => {
    bench.groupNames = ['Big'];
    const daemon = await started();
    const watcher = bench.watchers.get('Big');
    if (watcher === undefined) throw new Error('Big is not watched');
    watcher.pending = { stops: ['c0'], total: 10, since: 0 };
    bench.clock.schedule(100, () => {
      bench.events.push('gone');
      watcher.pending = { stops: ['c0', 'c1'], total: 10, since: 0, groupIsGone: true };
    });
    await within(daemon.deleteGroup('Big', 'me'));
    const told = bench.events.filter((event) => ['delete group', 'gone', 'confirm Big by me'].includes(event));
    expect(told).toEqual(['delete group', 'gone', 'confirm Big by me']);
  });

  it('confirm what deleting a group stops: who deletes it has said so', async () => {
    bench.groupNames = ['Big'];
    const daemon = await started();
    for (let number = 0; number < 10; number += 1) bench.connector(`c${number}`, 'Big');
    bench.onNudge = (watcher) => {
      if (bench.events.includes('delete group') && watcher.state !== 'missing')
        watcher.pending = { stops: ['c0'], total: 10, since: 0, groupIsGone: true };
    };
    await within(daemon.deleteGroup('Big', 'me'));
    expect(bench.events).toContain('confirm Big by me');
    expect(daemon.groups()).toEqual([]);
  });

  it('answer though the effect is slow, and do not wait for ever', async () => {
    bench.groupNames = ['A'];
    const daemon = await started();
    bench.connector('slow', 'A');
    const removal = daemon.removeConnector('slow', 'me');
    await within(removal, 4000);
    expect(await daemon.connectors('A')).toHaveLength(1);
  });

  it('refuse a second connector of one name in a group', async () => {
    bench.groupNames = ['A', 'B'];
    const daemon = await started();
    bench.connector('orders', 'A');
    await expect(daemon.addConnector('A', { name: 'orders', provider: 'files' }, 'me')).rejects.toMatchObject({
      code: 'CONNECTOR_EXISTS',
    });
    await expect(daemon.addConnector('Nowhere', { name: 'x', provider: 'files' }, 'me')).rejects.toMatchObject({
      code: 'GROUP_NOT_FOUND',
    });
    await expect(within(daemon.addConnector('B', { name: 'orders', provider: 'files' }, 'me'))).resolves.toMatchObject({
      connectorGuid: 'guid-new',
    });
  });

  it('audit what was refused, with the reason', async () => {
    bench.groupNames = ['A'];
    const daemon = await started();
    bench.connector('orders', 'A');
    bench.writeFault = new IsthmusError('STORE_UNREACHABLE', 'away');
    await expect(daemon.updateConnector('orders', { name: 'x' }, 'me')).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
    });
    expect(bench.audits).toMatchObject([
      { action: 'connector update', target: 'orders', outcome: 'STORE_UNREACHABLE' },
    ]);
  });

  it('audit who confirmed removals', async () => {
    const daemon = await started();
    bench.connector('orders', 'A');
    await daemon.refreshConnector('orders', 'me', undefined, { confirmRemovals: true });
    expect(bench.audits).toMatchObject([
      { action: 'connector refresh with confirmed removals', target: 'orders', by: 'me', outcome: 'done' },
    ]);
  });

  it('audit who probed a connector', async () => {
    const daemon = await started();
    bench.connector('orders', 'A');
    expect(await daemon.probeConnector('orders', 'me', undefined, new AbortController().signal)).toHaveLength(1);
    expect(bench.audits).toMatchObject([{ action: 'connector probe', target: 'orders', by: 'me', outcome: 'done' }]);
  });

  it('look for new providers before a restart, and before a connector is added', async () => {
    const daemon = await started();
    bench.connector('orders', 'A');
    await daemon.restartConnector('orders', 'me');
    expect(bench.events.slice(-2)).toEqual(['providers changed', 'restart']);
    bench.groupNames = ['A'];
    bench.onChange();
    await settle();
    await within(daemon.addConnector('A', { name: 'x', provider: 'new-one' }, 'me'));
    expect(bench.events.at(-1)).toBe('providers changed');
  });

  it('find what was made first before what was made for it', async () => {
    const daemon = await started();
    await daemon.findElements('orders', { startFrom: 0, pageSize: 20 }, new AbortController().signal);
    expect(bench.events).toContain('search orders CREATION_DATE_OLDEST');
  });

  it('move a connector only to a group that this daemon runs', async () => {
    bench.groupNames = ['A'];
    const daemon = await started();
    bench.connector('orders', 'A');
    await expect(daemon.moveConnector('orders', 'Unknown', 'me')).rejects.toMatchObject({ code: 'GROUP_NOT_FOUND' });
    expect(bench.events).not.toContain('move');
  });

  it('show the run that is on from memory and ended ones from the journal', async () => {
    const daemon = await started();
    const run = (id: string): RunRecord => ({ id }) as RunRecord;
    bench.connector('orders', 'A', { currentRun: run('on') });
    bench.runs.set('ended', run('ended'));
    expect((await daemon.run('on')).id).toBe('on');
    expect((await daemon.run('ended')).id).toBe('ended');
    await expect(daemon.run('none')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });
});

describe('closing', () => {
  it('stops watching before it stops connectors', async () => {
    bench.groupNames = ['A'];
    const daemon = await started();
    await daemon.close(new AbortController().signal);
    expect(bench.events.slice(-3)).toEqual(['feed close', 'close A', 'fleet close']);
    expect((await daemon.status()).state).toBe('stopped');
  });
});

describe('what operators of Egeria ask of a daemon', () => {
  it('is to read a group anew, by the connections that are registered', async () => {
    bench.groupNames = ['Group'];
    const daemon = await started();
    expect((await daemon.refreshGroup('Group', 'olga')).key.qualifiedName).toBe('Group');
    expect(bench.events.slice(-3)).toEqual(['providers changed', 'restore Group', 'read Group']);
    expect(bench.audits.at(-1)).toMatchObject({
      action: 'group refresh',
      target: 'Group',
      by: 'olga',
      outcome: 'done',
    });
    await expect(daemon.refreshGroup('Other', 'olga')).rejects.toMatchObject({ code: 'GROUP_NOT_FOUND' });
  });

  it('is to run a connector by another connection, which is written nowhere', async () => {
    bench.groupNames = ['Group'];
    bench.statuses = [bench.connector('files', 'Group')];
    const daemon = await started();
    const connection = { providerName: 'other', configurationProperties: { password: 'hidden' } };
    await daemon.overrideConnection('files', connection, 'olga');
    expect(bench.events.at(-1)).toBe('override registration-files by other');
    expect(JSON.stringify(bench.audits)).not.toContain('hidden');
    expect(bench.audits.at(-1)).toMatchObject({ action: 'connector override connection', target: 'files', by: 'olga' });
  });

  it('refuses a connection that would stop a connector which runs, and no other', async () => {
    bench.groupNames = ['Group'];
    const connector = bench.connector('files', 'Group');
    const registration = { ...registrationOf(connector), connection: good };
    bench.statuses = [{ ...connector, registration }];
    const daemon = await started();
    const bad = { ...good, providerName: 'bad' };
    await expect(daemon.overrideConnection('files', bad, 'olga')).rejects.toMatchObject({ code: 'PROVIDER_UNKNOWN' });
    expect(bench.events.join()).not.toContain('override');
    expect(bench.audits.at(-1)).toMatchObject({ outcome: 'PROVIDER_UNKNOWN' });
    bench.statuses = [{ ...connector, registration: { ...registration, connection: bad } }];
    await daemon.overrideConnection('files', { ...bad, networkAddress: '/data' }, 'olga');
    expect(bench.events.at(-1)).toBe('override registration-files by bad');
  });

  it('looks for providers once for all that are restarted together', async () => {
    bench.statuses = ['a', 'b', 'c'].map((name) => bench.connector(name, 'Group'));
    const daemon = await started();
    await Promise.all(['a', 'b', 'c'].map((name) => daemon.restartConnector(name, 'olga')));
    expect(bench.events.filter((event) => event === 'providers changed')).toHaveLength(1);
    expect(bench.events.filter((event) => event === 'restart')).toHaveLength(3);
  });
});

describe('a daemon whose groups are configured anew', () => {
  it('watches those that are new, stops those that are gone, and leaves the others alone', async () => {
    bench.groupNames = ['A', 'B', 'C'];
    const daemon = await started(['A', 'B']);
    const kept = bench.events.length;
    await daemon.select(['B', 'C']);
    await settle();
    expect(daemon.groups().map(({ key }) => key.qualifiedName)).toEqual(['B', 'C']);
    expect(bench.events.slice(kept)).toEqual(['watch C', 'forget A', 'close A', 'drop A']);
    await expect(daemon.createGroup({ qualifiedName: 'A' }, 'me')).rejects.toMatchObject({
      code: 'GROUP_NOT_SELECTED',
    });
    await daemon.select(['A', 'B', 'C']);
    await settle();
    expect(daemon.group('A').state).toBe('in-step');
  });

  it('does not run what the journal kept of groups that are configured no more', async () => {
    bench.accepted = [acceptedList('Former'), acceptedList('Kept')];
    const daemon = await started(['Kept']);
    expect(daemon.groups().map(({ key }) => key.qualifiedName)).toEqual(['Kept']);
  });
});
