import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OperationEffect } from '@isthmus/connector-host';
import { printOf } from '@isthmus/model';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openJournal, type SqliteJournal } from './sqlite-journal.js';

const owner = { metadataCollectionId: 'collection', connectorGuid: 'connector', target: '' };
const element = { guid: '', typeName: 'Database', qualifiedName: 'D' };
const makes: OperationEffect = { of: 'element', element, to: { properties: { displayName: 'd' } } };
const made: OperationEffect = { ...makes, element: { ...element, guid: 'guid' } };

let folder: string;
let journal: SqliteJournal;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'isthmus-journal-'));
  journal = openJournal(join(folder, 'daemon.db'));
});
afterEach(() => {
  journal[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

const begin = (runId: string, effect: OperationEffect = makes) =>
  journal.operations.begin(owner, runId, 5, { operation: 'createDatabase', effect });

describe('what operations wrote', () => {
  it('is kept before it is done, latest first, and outlives the process', async () => {
    const first = (await begin('run')) ?? 0;
    await begin('run');
    await journal.operations.done(first, made);
    journal[Symbol.dispose]();
    journal = openJournal(join(folder, 'daemon.db'));
    expect(await journal.operations.effects('run', undefined, 10)).toMatchObject([
      { isDone: false, effect: { element: { guid: '' } } },
      { isDone: true, operation: 'createDatabase', effect: { element: { guid: 'guid' } } },
    ]);
    expect(await journal.undos.run('run')).toMatchObject({ owner, isKept: true });
  });

  it('is forgotten when it was not written, and with the runs that can no longer be taken back', async () => {
    await journal.operations.drop((await begin('old')) ?? 0);
    expect(await journal.operations.effects('old', undefined, 10)).toEqual([]);
    await begin('old');
    await begin('new');
    await journal.undos.prune(owner, 10, { runs: 1, ageMs: 1_000 });
    await journal.operations.prune(owner);
    expect(await journal.operations.effects('old', undefined, 10)).toEqual([]);
    expect(await journal.operations.effects('new', undefined, 10)).toHaveLength(1);
  });

  it('tells who made and wrote an element, and by which fields', async () => {
    await journal.operations.done((await begin('one')) ?? 0, made);
    const changed: OperationEffect = {
      of: 'element',
      element: { ...element, guid: 'guid' },
      from: { properties: { displayName: 'd' } },
      to: { properties: { displayName: 'e' } },
    };
    await journal.operations.done((await begin('two', changed)) ?? 0, changed);
    expect(await journal.operations.operated('D')).toEqual([
      {
        owner,
        guid: 'guid',
        operation: 'createDatabase',
        madeBy: { runId: 'one', at: 5 },
        wroteBy: { runId: 'two', at: 5 },
        prints: { displayName: printOf('e') },
      },
    ]);
    expect(await journal.operations.operated('other')).toEqual([]);
  });

  it('says nothing of what was made of another element of that name', async () => {
    await journal.operations.done((await begin('one')) ?? 0, made);
    const other: OperationEffect = {
      of: 'classification',
      element: { ...element, guid: 'other' },
      name: 'Confidentiality',
      to: { level: 1 },
    };
    await journal.operations.done((await begin('two', other)) ?? 0, other);
    const [told] = await journal.operations.operated('D');
    expect(told).toMatchObject({ guid: 'other', prints: { '@Confidentiality.level': printOf(1) } });
    expect(told?.madeBy).toBeUndefined();
  });
});
