import { settle } from '@isthmus/connector-testing';
import { IsthmusError, toErrorReport } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import type { GroupStatus } from '../groups/group-status.js';
import { JoinedDaemon } from './joined-daemon.js';
import { DaemonBench } from './testing/daemon-bench.js';

/** Two metadata access servers, each with the groups of these names. */
async function joined(unfit: readonly GroupStatus[], ...groups: readonly (readonly string[])[]) {
  const benches = groups.map((names) => {
    const bench = new DaemonBench();
    bench.groupNames = [...names];
    for (const name of names) bench.connector(`of ${name}`, name);
    return bench;
  });
  const members = benches.map((bench) => bench.daemon());
  for (const member of members) await member.start();
  await settle();
  const daemon = new JoinedDaemon({ name: 'joined', startedAt: 0, members: () => members, unfit: () => unfit });
  return { benches, daemon };
}

describe('a group of one name at two metadata servers', () => {
  it('is shown with the connectors of both', async () => {
    const { daemon } = await joined([], ['A'], ['A', 'B']);
    expect(daemon.groups().map(({ key }) => key.qualifiedName)).toEqual(['A', 'A', 'B']);
    expect(await daemon.connectors('A')).toHaveLength(2);
  });

  it('is neither deleted nor added to by its name: the other one might be meant', async () => {
    const { benches, daemon } = await joined([], ['A'], ['A', 'B']);
    const connector = { name: 'new', provider: 'files' };
    await expect(daemon.deleteGroup('A', 'me')).rejects.toMatchObject({ code: 'GROUP_AMBIGUOUS' });
    await expect(daemon.addConnector('A', connector, 'me')).rejects.toMatchObject({ code: 'GROUP_AMBIGUOUS' });
    for (const bench of benches) expect(bench.audits).toEqual([]);
  });

  it('is confirmed where a change waits, if that is one of them', async () => {
    const { benches, daemon } = await joined([], ['A'], ['A', 'B']);
    await expect(daemon.confirmGroup('A', 'me')).rejects.toMatchObject({ code: 'GROUP_AMBIGUOUS' });
    const watcher = benches[1]?.watchers.get('A');
    if (watcher) watcher.pending = { stops: ['of A'], total: 1, since: 0 };
    await daemon.confirmGroup('A', 'me');
    expect(benches.map(({ events }) => events.includes('confirm A by me'))).toEqual([false, true]);
  });

  it('is read anew at both', async () => {
    const { benches, daemon } = await joined([], ['A'], ['A', 'B']);
    await daemon.refreshGroup('A', 'me');
    expect(benches.map(({ events }) => events.includes('read A'))).toEqual([true, true]);
    await expect(daemon.refreshGroup('none', 'me')).rejects.toMatchObject({ code: 'GROUP_NOT_FOUND' });
  });
});

describe('a new group', () => {
  async function ofTwo(unfit: readonly GroupStatus[] = []) {
    const benches = [new DaemonBench(), new DaemonBench()] as const;
    const members = [benches[0].daemon(['A']), benches[1].daemon(['B', 'C'])];
    for (const member of members) await member.start();
    await settle();
    const daemon = new JoinedDaemon({ name: 'joined', startedAt: 0, members: () => members, unfit: () => unfit });
    const created = () => benches.map(({ events }) => events.filter((event) => event.startsWith('create')));
    return { benches, daemon, created };
  }

  it('is made at the metadata server of which it is to run', async () => {
    const { benches, daemon, created } = await ofTwo();
    const made = daemon.createGroup({ qualifiedName: 'B' }, 'me');
    await settle();
    await benches[1].clock.advance(20);
    expect((await made).key.qualifiedName).toBe('B');
    expect(created()).toEqual([[], ['create B']]);
  });

  it('is refused where none of them is to run it', async () => {
    const { daemon, created } = await ofTwo();
    await expect(daemon.createGroup({ qualifiedName: 'D' }, 'me')).rejects.toMatchObject({
      code: 'GROUP_NOT_SELECTED',
      message: 'joined runs no group D of any of its metadata servers',
    });
    expect(created()).toEqual([[], []]);
  });

  it('is not made elsewhere than the document says, though that cannot be run', async () => {
    const { daemon, created } = await ofTwo([unfit]);
    await expect(daemon.createGroup({ qualifiedName: 'Unfit' }, 'me')).rejects.toMatchObject({ code: 'GROUP_UNFIT' });
    expect(created()).toEqual([[], []]);
  });

  const unfit: GroupStatus = {
    key: { server: 'mds', qualifiedName: 'Unfit' },
    state: 'rejected',
    conditions: [
      { type: 'Reachable', status: false, since: 0, reason: toErrorReport(new IsthmusError('GROUP_UNFIT', 'no URL')) },
    ],
    connectorCount: 0,
  };
});

describe('a group that cannot be run', () => {
  const unfit: GroupStatus = {
    key: { server: 'mds', qualifiedName: 'B' },
    state: 'rejected',
    conditions: [
      { type: 'Reachable', status: false, since: 0, reason: toErrorReport(new IsthmusError('GROUP_UNFIT', 'no URL')) },
    ],
    connectorCount: 0,
  };

  it('is shown beside those that run, and refused by its name', async () => {
    const { daemon } = await joined([unfit], ['A']);
    expect(daemon.groups().map(({ key, state }) => [key.qualifiedName, state])).toEqual([
      ['A', expect.anything()],
      ['B', 'rejected'],
    ]);
    expect((await daemon.status()).groups).toHaveLength(2);
    expect(daemon.group('B')).toBe(unfit);
    expect(await daemon.connectors('B')).toEqual([]);
    expect(await daemon.refreshGroup('B', 'me')).toBe(unfit);
    await expect(daemon.deleteGroup('B', 'me')).rejects.toMatchObject({ code: 'GROUP_UNFIT', message: 'no URL' });
  });

  it('hides no group of its name that runs', async () => {
    const { daemon } = await joined([unfit], ['B']);
    expect(await daemon.connectors('B')).toHaveLength(1);
    expect(daemon.group('B').state).not.toBe('rejected');
  });

  it('is all that a daemon without members has', async () => {
    const { daemon } = await joined([unfit]);
    expect(await daemon.status()).toMatchObject({ state: 'running', groups: [unfit] });
    expect(() => daemon.group('A')).toThrow('is configured with no group');
  });
});
