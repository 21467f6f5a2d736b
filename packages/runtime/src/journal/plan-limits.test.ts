import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { noPlanCounts, type PlanRecord } from '../plan/plan.js';
import { openJournal } from './sqlite-journal.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'isthmus-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function plan(id: string): PlanRecord {
  return {
    id,
    owner: { metadataCollectionId: 'collection', connectorGuid: 'connector', target: '' },
    connectorName: 'connector',
    madeAt: 0,
    state: 'open',
    counts: noPlanCounts,
    itemCount: 0,
    certificates: [],
    certificateCount: 0,
    openScopeCount: 0,
    boundaryHash: '',
    isCertified: true,
  };
}

describe('the limits of plans', () => {
  it('are those that the journal was opened with', async () => {
    const limits = { items: 10, plansPerConnector: 2, itemsInAll: 100 };
    using journal = openJournal(join(folder, 'daemon.db'), () => 1, limits);
    for (const id of ['one', 'two', 'three']) {
      await journal.plans.begin(plan(id));
      await journal.plans.publish(plan(id));
    }
    expect((await journal.plans.plansOf('connector', 10)).map(({ id }) => id)).toEqual(['three', 'two']);
    expect(journal.plans.limits).toBe(limits);
  });
});
