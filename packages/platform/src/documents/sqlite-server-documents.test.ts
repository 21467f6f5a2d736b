import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@isthmus/kernel';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerDocument } from '../server-kind.js';
import { resolveDocument } from './resolve-document.js';
import type { DocumentChange } from './server-documents.js';
import { type DocumentLimits, SqliteServerDocuments } from './sqlite-server-documents.js';

describe('the stored documents of servers', () => {
  let folder: string;
  let documents: SqliteServerDocuments;

  const open = (limits: DocumentLimits = {}) =>
    new SqliteServerDocuments({ dataDirectory: folder, logger: silentLogger, limits });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'isthmus-documents-'));
    documents = open();
  });
  afterEach(() => documents[Symbol.dispose]());

  it('keeps a document, who changed it and from where', async () => {
    await documents.put('daemon1', pageSize(10), change('made'));
    expect(documents.get('daemon1')).toMatchObject({ revision: 1, document: pageSize(10) });
    expect(documents.names()).toEqual(['daemon1']);
    expect(documents.audit('daemon1')).toEqual([
      { number: 1, at: expect.any(Number), by: 'ann', from: '10.0.0.1', what: 'made', revision: 1 },
    ]);
  });

  it('is the same after it was opened anew', async () => {
    await documents.put('daemon1', pageSize(10), change('made'));
    documents[Symbol.dispose]();
    documents = open();
    expect(documents.get('daemon1')?.document).toEqual(pageSize(10));
  });

  it('loses no change when many are made at once', async () => {
    await documents.put('daemon1', pageSize(0), change('made'));
    await Promise.all(
      Array.from({ length: 50 }, () =>
        documents.update('daemon1', (document) => pageSize(Number(document?.maxPageSize) + 1), change('counted')),
      ),
    );
    expect(documents.get('daemon1')).toMatchObject({ revision: 51, document: pageSize(50) });
    expect(documents.audit('daemon1')).toHaveLength(51);
  });

  it('makes no revision of a change that leaves the document as it was, and notes it all the same', async () => {
    const first = await documents.put('daemon1', pageSize(10), change('made'));
    const second = await documents.update('daemon1', () => pageSize(10), change('made again'));
    expect(second?.etag).toBe(first.etag);
    expect(documents.audit('daemon1').map(({ what, revision }) => [what, revision])).toEqual([
      ['made again', 1],
      ['made', 1],
    ]);
  });

  it('does nothing at all when the edit gives back what it got', async () => {
    await documents.put('daemon1', pageSize(10), change('made'));
    await documents.update('daemon1', (document) => document, change('nothing'));
    await documents.update('unknown', () => undefined, change('nothing'));
    expect(documents.audit('daemon1')).toHaveLength(1);
    expect(documents.names()).toEqual(['daemon1']);
  });

  it('refuses a change for a document that somebody else has changed', async () => {
    const { etag } = await documents.put('daemon1', pageSize(10), change('made'));
    await documents.put('daemon1', pageSize(20), { ...change('changed'), ifMatch: etag });
    const stale = { ...change('late'), ifMatch: etag };
    await expect(documents.put('daemon1', pageSize(30), stale)).rejects.toMatchObject({ code: 'DOCUMENT_CHANGED' });
    await expect(documents.delete('daemon1', stale)).rejects.toMatchObject({ code: 'DOCUMENT_CHANGED' });
    await expect(documents.put('daemon1', pageSize(30), { ...change('new'), ifNoneMatch: '*' })).rejects.toMatchObject({
      code: 'DOCUMENT_CHANGED',
    });
    await expect(documents.put('none', { ...pageSize(1), localServerName: 'none' }, stale)).rejects.toMatchObject({
      code: 'DOCUMENT_CHANGED',
    });
    expect(documents.get('daemon1')?.document).toEqual(pageSize(20));
    expect(documents.audit('daemon1')).toHaveLength(2);
  });

  it('stores nothing that is not valid', async () => {
    const put = (document: ServerDocument) => documents.put('daemon1', document, change('wrong'));
    const group = { class: 'IntegrationGroupConfig', omagserverPlatformRootURL: 'http://x', omagserverName: 'mds1' };
    await expect(put({ ...pageSize(1), localServerName: 'other' })).rejects.toMatchObject(invalid('localServerName'));
    await expect(put({ ...pageSize(1), versionId: 'V9.9' })).rejects.toMatchObject(invalid('versionId'));
    await expect(put(pageSize(-1))).rejects.toMatchObject(invalid('maxPageSize'));
    await expect(put({ ...pageSize(1), dynamicIntegrationGroupsConfig: [null] })).rejects.toMatchObject(
      invalid('integrationGroupConfig'),
    );
    await expect(put({ ...pageSize(1), dynamicIntegrationGroupsConfig: [group] })).rejects.toMatchObject(
      invalid('integrationGroupQualifiedName'),
    );
    expect(documents.get('daemon1')).toBeUndefined();
    expect(documents.audit('daemon1')).toEqual([]);
  });

  it('restores an earlier revision as the newest', async () => {
    await documents.put('daemon1', pageSize(10), change('made'));
    await documents.put('daemon1', pageSize(20), change('changed'));
    const restored = await documents.restore('daemon1', 1, change('restored'));
    expect(restored).toMatchObject({ revision: 3, document: pageSize(10) });
    expect(documents.revisions('daemon1').map(({ revision, what }) => [revision, what])).toEqual([
      [3, ['restored']],
      [2, ['changed']],
      [1, ['made']],
    ]);
    await expect(documents.restore('daemon1', 9, change('restored'))).rejects.toMatchObject({
      code: 'DOCUMENT_REVISION_NOT_FOUND',
    });
  });

  it('brings a removed document back', async () => {
    await documents.put('daemon1', pageSize(10), change('made'));
    expect(await documents.delete('daemon1', change('removed'))).toBe(true);
    expect(await documents.delete('daemon1', change('removed'))).toBe(false);
    expect(documents.get('daemon1')).toBeUndefined();
    expect(documents.names()).toEqual([]);
    expect(documents.revisions('daemon1')[0]).toMatchObject({ revision: 2, removed: true });
    await documents.restore('daemon1', 1, change('restored'));
    expect(documents.get('daemon1')).toMatchObject({ revision: 3, document: pageSize(10) });
  });

  it('begins the trail of a document anew when it is replaced, and forgets no line of the audit', async () => {
    await documents.update('daemon1', () => pageSize(1), change('made'));
    await documents.put('daemon1', { ...pageSize(2), auditTrail: ['brought along', 7] }, change('replaced'));
    await documents.update('daemon1', () => pageSize(3), change('changed'));
    const { brought, lines } = documents.trail('daemon1');
    expect([...brought, ...lines.map(({ what }) => what)]).toEqual(['brought along', 'replaced', 'changed']);
    expect(documents.get('daemon1')?.document).toEqual(pageSize(3));
    expect(documents.audit('daemon1')).toHaveLength(3);
  });

  it('keeps as many revisions, lines and documents as it is told, and no larger ones', async () => {
    documents[Symbol.dispose]();
    documents = open({ keptRevisions: 3, keptAuditLines: 4, largestDocumentBytes: 400, largestDocumentCount: 1 });
    for (let size = 1; size <= 10; size += 1) await documents.put('daemon1', pageSize(size), change(`size ${size}`));
    expect(documents.revisions('daemon1').map(({ revision }) => revision)).toEqual([10, 9, 8]);
    expect(documents.audit('daemon1').map(({ what }) => what)).toEqual(['size 10', 'size 9', 'size 8', 'size 7']);
    await expect(
      documents.put('daemon2', { ...pageSize(1), localServerName: 'daemon2' }, change('made')),
    ).rejects.toMatchObject({ code: 'DOCUMENTS_TOO_MANY' });
    await expect(
      documents.put('daemon1', { ...pageSize(1), localServerDescription: 'x'.repeat(400) }, change('made')),
    ).rejects.toMatchObject({ code: 'DOCUMENT_TOO_LARGE' });
  });

  it('forgets the removed documents that went first', async () => {
    documents[Symbol.dispose]();
    documents = open({ largestDocumentCount: 2 });
    for (const name of ['a', 'b', 'c']) {
      await documents.put(name, { ...pageSize(1), localServerName: name }, change('made'));
      await documents.delete(name, change('removed'));
    }
    const kept = ['a', 'b', 'c'].filter((name) => documents.revisions(name).length > 0);
    expect(kept).toHaveLength(2);
  });

  it('hands servers their documents with the variables of the platform in place', async () => {
    await documents.put('daemon1', { ...pageSize(1), localServerURL: '~{url}~/~{other}~' }, change('made'));
    await documents.setVariables(new Map([['url', 'https://isthmus.example']]), change('set'));
    expect(resolveDocument(documents.get('daemon1')?.document ?? {}, documents.variables())).toMatchObject({
      localServerURL: 'https://isthmus.example/~{other}~',
    });
  });

  it('announces what has changed once it is stored, also when a listener fails', async () => {
    const heard: string[] = [];
    documents.onChange(() => {
      throw new Error('cannot follow');
    });
    const end = documents.onChange((name) => heard.push(`${name} ${documents.get(name)?.revision ?? 'gone'}`));
    await documents.put('daemon1', pageSize(1), change('made'));
    await documents.put('daemon1', pageSize(1), change('the same'));
    await documents.delete('daemon1', change('removed'));
    end();
    await documents.put('daemon1', pageSize(2), change('unheard'));
    expect(heard).toEqual(['daemon1 1', 'daemon1 gone']);
  });
});

function pageSize(maxPageSize: number): ServerDocument {
  return { class: 'OMAGServerConfig', versionId: 'V6.0', localServerName: 'daemon1', maxPageSize };
}

function change(what: string): DocumentChange {
  return { by: 'ann', from: '10.0.0.1', what };
}

function invalid(field: string) {
  return { code: 'DOCUMENT_INVALID', details: { field } };
}
