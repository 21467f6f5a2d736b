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

  it('is not made when nothing was changed', async () => {
    made.length = 0;
    await reporter.report(registration('files'), run, { created: [], updated: [], deleted: [] }, signal);
    expect(made).toEqual([]);
  });
});
