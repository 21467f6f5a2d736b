import type { GroupSnapshot, Registration } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { defaultChangeBudget, type GuardFacts, guardList, type PointRead } from './guard.js';

const none: GuardFacts = { pointReads: new Map() };

describe('guardList', () => {
  it('accepts the first list that it ever sees, and any that stops nobody', () => {
    expect(judge(undefined, list(['a'])).kind).toBe('accept');
    expect(judge(list(['a']), list(['a', 'b'])).kind).toBe('accept');
    expect(judge(list(['a']), list(['a'])).kind).toBe('accept');
  });

  it('asks for each connector that is missing before it lets it stop', () => {
    const verdict = judge(list(['a', 'b', 'c']), list(['c']));
    expect(verdict).toEqual({ kind: 'point-reads', connectorGuids: ['a', 'b'] });
  });

  it('accepts a removal that every point read confirms', () => {
    expect(judge(list(['a', 'b']), list([]), reads({ a: gone, b: gone })).kind).toBe('accept');
  });

  it('takes a list that lacks what the server still has for a cut one', () => {
    const verdict = judge(list(['a', 'b']), list([]), reads({ a: gone, b: present('b') }));
    expect(verdict).toMatchObject({ kind: 'reread', message: expect.stringContaining('b') });
  });

  it('stops nothing while one point read is without an answer', () => {
    const verdict = judge(list(['a', 'b']), list([]), reads({ a: gone, b: { kind: 'unknown', message: 'HTTP 500' } }));
    expect(verdict).toMatchObject({ kind: 'reject', cause: 'unknown', message: expect.stringContaining('HTTP 500') });
  });

  it('treats a missing group as the removal of all', () => {
    const { group: _, ...missing } = list([]);
    const snapshot = { ...missing, metadataCollectionId: '' };
    expect(judge(list(['a']), snapshot)).toEqual({ kind: 'point-reads', connectorGuids: ['a'] });
    expect(judge(list(['a']), snapshot, reads({ a: gone })).kind).toBe('accept');
  });

  it('asks about a connector whose connection vanished, as about one that left', () => {
    const { connection: _, ...unconnected } = registration('a');
    const read = { ...list([]), registrations: [unconnected] };
    expect(judge(list(['a']), read)).toEqual({ kind: 'point-reads', connectorGuids: ['a'] });
    expect(judge(list(['a']), read, reads({ a: { kind: 'present', registration: unconnected } })).kind).toBe('accept');
    expect(judge(list(['a']), read, reads({ a: present('a') })).kind).toBe('reread');
    expect(judge(list(['a']), read, reads({ a: gone })).kind).toBe('reread');
  });

  it('lets up to five connectors stop, and more when they are a small part of the group', () => {
    expect(judge(list(names(5)), list([])).kind).toBe('point-reads');
    expect(judge(list(names(6)), list([]))).toMatchObject({ kind: 'needs-confirmation', total: 6 });
    expect(judge(list(names(20)), list(names(14))).kind).toBe('point-reads');
    expect(judge(list(names(20)), list(names(13)))).toMatchObject({ kind: 'needs-confirmation', total: 20 });
  });

  it('lets exactly what was confirmed through, still with point reads', () => {
    const confirmed = { stops: new Set(names(6)), older: false };
    expect(judge(list(names(6)), list([]), { ...none, confirmed }).kind).toBe('point-reads');
    const all = { ...reads(Object.fromEntries(names(6).map((name) => [name, gone]))), confirmed };
    expect(judge(list(names(6)), list([]), all).kind).toBe('accept');
    expect(judge(list(names(8)), list([]), { ...none, confirmed }).kind).toBe('needs-confirmation');
  });

  it('refuses a list in which the group or a connector is older than it was known, unless confirmed', () => {
    const known = list(['a'], { version: 7 });
    const older = { ...known, registrations: [registration('a', 6)] };
    expect(judge(known, older)).toMatchObject({ kind: 'reject', cause: 'older' });
    expect(judge(known, list(['a'], { version: 7, groupVersion: 0 }))).toMatchObject({
      kind: 'reject',
      cause: 'older',
    });
    expect(judge(known, older, { ...none, confirmed: { stops: new Set(), older: true } }).kind).toBe('accept');
  });

  it('does not compare versions of different stores', () => {
    const known = list(['a'], { version: 7 });
    const other = { ...list(['a']), metadataCollectionId: 'another' };
    expect(judge(known, other).kind).toBe('accept');
  });

  it('never accepts a stop without a point read that says gone', () => {
    const sets = fc.uniqueArray(fc.constantFrom(...names(10)));
    const answers = fc.dictionary(
      fc.constantFrom(...names(10)),
      fc.constantFrom<PointRead['kind']>('gone', 'present', 'unknown'),
    );
    fc.assert(
      fc.property(sets, sets, answers, (before, after, said) => {
        const pointReads = new Map(
          Object.entries(said).map(([name, kind]): [string, PointRead] => [
            name,
            kind === 'present' ? present(name) : kind === 'gone' ? gone : { kind, message: '' },
          ]),
        );
        const verdict = judge(list(before), list(after), { pointReads });
        if (verdict.kind !== 'accept') return;
        const stopped = before.filter((name) => !after.includes(name));
        expect(stopped.every((name) => said[name] === 'gone')).toBe(true);
        expect(stopped.length <= 5 || stopped.length <= 0.3 * before.length).toBe(true);
      }),
    );
  });
});

const gone: PointRead = { kind: 'gone' };

function present(name: string): PointRead {
  return { kind: 'present', registration: registration(name) };
}

function reads(answers: Readonly<Record<string, PointRead>>): GuardFacts {
  return { pointReads: new Map(Object.entries(answers)) };
}

function judge(accepted: GroupSnapshot | undefined, read: GroupSnapshot, facts = none) {
  return guardList(accepted, read, facts, defaultChangeBudget);
}

function names(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `connector-${index}`);
}

function list(
  guids: readonly string[],
  { version = 1, groupVersion = 1 }: { readonly version?: number; readonly groupVersion?: number } = {},
): GroupSnapshot {
  return {
    group: { guid: 'group', qualifiedName: 'IntegrationGroup::g', version: groupVersion },
    registrations: guids.map((guid) => registration(guid, version)),
    etag: 'etag',
    metadataCollectionId: 'collection',
  };
}

function registration(guid: string, version = 1): Registration {
  return {
    connectorId: `id-${guid}`,
    connectorGuid: guid,
    qualifiedName: guid,
    connectorName: guid,
    refreshTimeInterval: 60,
    permittedSynchronization: 'BOTH_DIRECTIONS',
    generateConnectorActivityReports: false,
    usesBlockingCalls: false,
    connection: { providerName: 'files', configurationProperties: {} },
    version,
  };
}
