import type { NewElement } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import { noCounts, type RunRecord } from '../journal/journal.js';
import { StoreActivityReporter } from './activity-report.js';
import { registration } from './testing/fleet-bench.js';

const run: RunRecord = {
  id: 'run-1',
  slot: 'slot',
  token: 1,
  connectorGuid: 'guid-of-files',
  connectorName: 'files',
  mode: 'apply',
  reasons: ['schedule'],
  startedAt: 1_000,
  endedAt: 2_000,
  outcome: 'succeeded',
  counts: { ...noCounts, seen: 9, created: 2, deleted: 1 },
  findings: [],
  findingCount: 0,
};

describe('the activity report of a run', () => {
  const made: NewElement[] = [];
  const create = async (element: NewElement): Promise<string> => {
    made.push(element);
    return 'guid';
  };
  const reporter = new StoreActivityReporter({ create }, 'daemon');
  const { signal } = new AbortController();

  it('is anchored to the connector and linked from it, with what was changed', async () => {
    await reporter.report(registration('files'), run, { created: ['a', 'b'], updated: [], deleted: ['c'] }, signal);
    expect(made).toEqual([
      {
        typeName: 'ConnectorActivityReport',
        anchorGuid: 'guid-of-files',
        parent: { guid: 'guid-of-files', relationshipTypeName: 'ReportSubject', parentAtEnd1: true },
        properties: expect.objectContaining({
          serverName: 'daemon',
          connectorName: 'files',
          refreshStartDate: 1_000,
          refreshCompletionDate: 2_000,
          createdElements: ['a', 'b'],
          deletedElements: ['c'],
          additionalProperties: expect.objectContaining({ run: 'run-1', created: '2', deleted: '1' }),
        }),
      },
    ]);
    expect(made[0]?.properties).not.toHaveProperty('updatedElements');
  });

  it('tells of each scope what became of it and why, and what failed', async () => {
    made.length = 0;
    const none = { unchanged: 0, created: 0, updated: 0, restored: 0, deleted: 0, setAside: 0, kept: 0 };
    const scopes = {
      items: [
        { ...none, scope: '/a', seen: 7, unchanged: 6, setAside: 1, kept: 3, why: 'the listing ended with an error' },
        { ...none, scope: '/b', seen: 2, created: 2 },
        ...Array.from({ length: 40 }, (_, index) => ({ ...none, scope: `/c${index}`, seen: 0, kept: 1 })),
      ],
      restCount: 3,
      rest: { ...none, seen: 4, kept: 2 },
    };
    const error = { code: 'SOURCE_UNREACHABLE', message: 'x'.repeat(600), retryable: true, next: 'look' } as const;
    const target = {
      id: 'run-1.1',
      name: 'shop',
      outcome: 'failed',
      counts: { ...noCounts, seen: 3 },
      findingCount: 0,
    };
    const targets = [{ ...target, outcome: 'failed', scopes: { items: scopes.items, restCount: 0 }, error }] as const;
    const partial = { ...run, outcome: 'partial', scopes, targets, findingCount: 4, error } as const;
    await reporter.report(registration('files'), partial, { created: ['a'], updated: [], deleted: [] }, signal);
    const told = made[0]?.properties.additionalProperties as Record<string, string>;
    expect(told).toMatchObject({
      'scope /a': '7 seen, 6 unchanged, 1 set aside, 3 kept: the listing ended with an error',
      'scope /b': '2 seen, 2 created',
      'target shop': expect.stringMatching(/^failed, 3 seen, 43 kept: x+…$/),
      kept: '88',
      findings: '4',
      error: expect.stringMatching(/^SOURCE_UNREACHABLE: x+…$/),
    });
    expect(Object.keys(told).filter((name) => name.startsWith('scope '))).toHaveLength(20);
  });

  it('is not made when nothing was changed', async () => {
    made.length = 0;
    await reporter.report(registration('files'), run, { created: [], updated: [], deleted: [] }, signal);
    expect(made).toEqual([]);
  });
});
