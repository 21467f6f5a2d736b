import { describe, expect, it } from '@jest/globals';
import type { Dispute, DisputeJournal } from '../journal/dispute-journal.js';
import { DisputeDesk } from './dispute-desk.js';

const owner = { metadataCollectionId: 'collection', connectorGuid: 'guid', target: '' };
const field: Dispute = { id: 'f1', owner, kind: 'field', qualifiedName: 'a', at: 0, field: 'text', hubValue: 'x' };
const element: Dispute = { id: 'e1', owner, kind: 'element', qualifiedName: 'b', at: 0, scope: 's', key: 'b' };

function bench(...waiting: readonly Dispute[]) {
  const told: string[] = [];
  const names = (some: readonly Dispute[]) => some.map(({ id }) => id).join();
  const disputes: DisputeJournal = {
    open: async () => waiting,
    find: async (_connector, ids) => waiting.filter(({ id }) => ids.includes(id)),
    counts: async () => [],
    kept: async () => [],
    keep: async (some) => void told.push(`keep ${names(some)}`),
    release: async (_connector, name) => (name === 'a' ? [owner, owner] : []),
    settle: async (some) => void told.push(`settle ${names(some)}`),
    report: async () => undefined,
    decisions: async () => new Map(),
    gone: async () => undefined,
  };
  const fleet = {
    act: async (_connector: string, ...acts: readonly { readonly kind: string }[]) => {
      told.push(acts.map(({ kind }) => kind).join());
      return { runId: 'run-act', refused: [] };
    },
    refresh: async () => {
      told.push('refresh');
      return 'run-refresh';
    },
  };
  const suspectHeld = async () => void told.push('suspect');
  return { told, desk: new DisputeDesk({ fleet, journal: { disputes, suspectHeld } }) };
}

describe('what people decide of conflicts', () => {
  it('is only noted where what the metadata server has stays', async () => {
    const { desk, told } = bench(field, element);
    expect(await desk.resolve('guid', 'ann', { take: 'mine' })).toEqual({ count: 2 });
    expect(told).toEqual(['keep f1,e1']);
  });

  it('is carried out by a run where the source is taken, and elements by the next refresh', async () => {
    const { desk, told } = bench(field, element);
    expect(await desk.resolve('guid', 'ann', { take: 'source', ids: ['f1'] })).toEqual({ count: 1, runId: 'run-act' });
    expect(told.splice(0)).toEqual(['settle ', 'resolve']);
    expect(await desk.resolve('guid', 'ann', { take: 'source' })).toEqual({ count: 2, runId: 'run-refresh' });
    expect(told).toEqual(['settle e1', 'resolve', 'refresh']);
  });

  it('is asked again once it is taken back, and refused where nothing was decided', async () => {
    const { desk, told } = bench();
    expect(await desk.release('guid', 'ann', { qualifiedName: 'a' })).toEqual({ count: 2, runId: 'run-refresh' });
    expect(told.splice(0)).toEqual(['suspect', 'refresh']);
    await expect(desk.release('guid', 'ann', { qualifiedName: 'b', field: 'text' })).rejects.toMatchObject({
      code: 'CONFLICT_NOT_FOUND',
      details: { qualifiedName: 'b', field: 'text' },
    });
    expect(told).toEqual([]);
  });

  it('is refused as a whole when one of them waits no longer', async () => {
    const { desk, told } = bench(field);
    await expect(desk.resolve('guid', 'ann', { take: 'mine', ids: ['f1', 'f9'] })).rejects.toMatchObject({
      code: 'CONFLICT_NOT_FOUND',
      details: { conflict: 'f9' },
    });
    expect(told).toEqual([]);
    expect(await bench().desk.resolve('guid', 'ann', { take: 'source' })).toEqual({ count: 0 });
  });
});
