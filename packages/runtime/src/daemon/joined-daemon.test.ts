import { settle } from '@isthmus/connector-testing';
import { describe, expect, it } from '@jest/globals';
import { JoinedDaemon } from './joined-daemon.js';
import { DaemonBench } from './testing/daemon-bench.js';

/** Two metadata access servers, each with the groups of these names. */
async function joined(...groups: readonly (readonly string[])[]) {
  const benches = groups.map((names) => {
    const bench = new DaemonBench();
    bench.groupNames = [...names];
    for (const name of names) bench.connector(`of ${name}`, name);
    return bench;
  });
  const members = benches.map((bench) => bench.daemon());
  for (const member of members) await member.start();
  await settle();
  const daemon = new JoinedDaemon({ name: 'joined', startedAt: 0, members: () => members });
  return { benches, daemon };
}

describe('a group of one name at two metadata servers', () => {
  it('is shown with the connectors of both', async () => {
    const { daemon } = await joined(['A'], ['A', 'B']);
    expect(daemon.groups().map(({ key }) => key.qualifiedName)).toEqual(['A', 'A', 'B']);
    expect(await daemon.connectors('A')).toHaveLength(2);
  });

  it('is neither deleted nor added to by its name: the other one might be meant', async () => {
    const { benches, daemon } = await joined(['A'], ['A', 'B']);
    const connector = { name: 'new', provider: 'files' };
    await expect(daemon.deleteGroup('A', 'me')).rejects.toMatchObject({ code: 'GROUP_AMBIGUOUS' });
    await expect(daemon.addConnector('A', connector, 'me')).rejects.toMatchObject({ code: 'GROUP_AMBIGUOUS' });
    for (const bench of benches) expect(bench.audits).toEqual([]);
  });

  it('is confirmed where a change waits, if that is one of them', async () => {
    const { benches, daemon } = await joined(['A'], ['A', 'B']);
    await expect(daemon.confirmGroup('A', 'me')).rejects.toMatchObject({ code: 'GROUP_AMBIGUOUS' });
    const watcher = benches[1]?.watchers.get('A');
    if (watcher) watcher.pending = { stops: ['of A'], total: 1, since: 0 };
    await daemon.confirmGroup('A', 'me');
    expect(benches.map(({ events }) => events.includes('confirm A by me'))).toEqual([false, true]);
  });

  it('is read anew at both', async () => {
    const { benches, daemon } = await joined(['A'], ['A', 'B']);
    await daemon.refreshGroup('A', 'me');
    expect(benches.map(({ events }) => events.includes('read A'))).toEqual([true, true]);
    await expect(daemon.refreshGroup('none', 'me')).rejects.toMatchObject({ code: 'GROUP_NOT_FOUND' });
  });
});
