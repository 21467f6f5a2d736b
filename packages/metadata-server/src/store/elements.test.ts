import { describe, expect, it } from '@jest/globals';
import { alice, refusal, steward, withStore } from './test-store.js';

const file = (qualifiedName: string, properties = {}) => ({
  typeName: 'DataFile',
  properties: { qualifiedName, ...properties },
});

describe('creating elements', () => {
  it('gives what was written, with header and own anchor', () =>
    withStore(async (store) => {
      const guid = await store.create(alice, file('f', { pathName: '/f', additionalProperties: { size: '1' } }));
      expect(guid).toMatch(/^DataFile-/);
      expect(await store.get(guid)).toMatchObject({
        guid,
        typeName: 'DataFile',
        superTypeNames: ['DataStore', 'DataAsset', 'Asset', 'Referenceable', 'OpenMetadataRoot'],
        status: 'ACTIVE',
        origin: { originCategory: 'LOCAL_COHORT', homeMetadataCollectionName: 'test-store' },
        versions: { createdBy: 'alice', version: 1, maintainedBy: ['alice'] },
        properties: { qualifiedName: 'f', pathName: '/f', additionalProperties: { size: '1' } },
        classifications: [
          { classificationName: 'Anchors', properties: { anchorTypeName: 'DataFile', anchorDomainName: 'Asset' } },
        ],
      });
    }));

  it.each([
    ['an unknown type', { typeName: 'Nothing', properties: { qualifiedName: 'x' } }, 'TYPE_UNKNOWN'],
    ['a relationship as type', { typeName: 'NestedFile', properties: { qualifiedName: 'x' } }, 'TYPE_UNSUITABLE'],
    ['no qualified name', { typeName: 'DataFile', properties: {} }, 'PARAMETER_MISSING'],
    ['an unknown property', file('x', { colour: 'red' }), 'PROPERTY_UNKNOWN'],
    ['a wrong primitive', file('x', { displayName: 5 }), 'PROPERTY_TYPE_WRONG'],
    ['an unknown enum value', file('x', { contentStatus: 'SOMETIMES' }), 'PROPERTY_TYPE_WRONG'],
    ['an unknown anchor', { ...file('x'), anchorGuid: 'nobody' }, 'ELEMENT_NOT_FOUND'],
    [
      'an unknown parent',
      { ...file('x'), parent: { guid: 'nobody', relationshipTypeName: 'NestedFile' } },
      'ELEMENT_NOT_FOUND',
    ],
    ['an unknown classification', { ...file('x'), classifications: { Nope: { properties: {} } } }, 'TYPE_UNKNOWN'],
    [
      'a classification that does not go with the type',
      { ...file('x'), classifications: { PrimaryKey: { properties: { keyPattern: 'LOCAL_KEY' } } } },
      'TYPE_UNSUITABLE',
    ],
    ['dates that end before they begin', { ...file('x'), effectiveFrom: 5, effectiveTo: 4 }, 'PARAMETER_INVALID'],
  ])('refuses %s and leaves nothing behind', (_name, element, code) =>
    withStore(async (store) => {
      expect(await refusal(store.create(alice, element))).toBe(code);
      expect(await store.count()).toBe(0);
      expect((await store.identity()).changeSequence).toBe((await store.changes(0, 10)).next);
      expect(await store.findByString('x')).toEqual([]);
    }));

  it('refuses the wrong end of a parent before anything is written', () =>
    withStore(async (store) => {
      const parent = { guid: await store.create(alice, file('f')), relationshipTypeName: 'NestedFile' };
      expect(await refusal(store.create(alice, { ...file('g'), parent }))).toBe('TYPE_UNSUITABLE');
      expect(await store.count()).toBe(1);
    }));

  it('refuses the name of a live and of an archived element, also under another type', () =>
    withStore(async (store) => {
      const guid = await store.create(alice, file('f'));
      expect(await refusal(store.create(alice, { ...file('f'), typeName: 'FileFolder' }))).toBe('ELEMENT_EXISTS');
      await store.archive(alice, guid);
      expect(await refusal(store.create(alice, file('f')))).toBe('ELEMENT_EXISTS');
    }));

  it('lets one of many that ask for a name at the same time win', () =>
    withStore(async (store) => {
      const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => store.create(alice, file('f'))));
      expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
      expect(await store.count()).toBe(1);
    }));
});

describe('updating elements', () => {
  it('merges, replaces, and says when nothing changed', () =>
    withStore(async (store) => {
      const guid = await store.create(alice, file('f', { displayName: 'one', description: 'kept' }));
      expect(await store.update(steward, guid, { displayName: 'two' }, 'merge')).toBe(true);
      expect(await store.update(alice, guid, { displayName: 'two' }, 'merge')).toBe(false);
      const merged = await store.get(guid);
      expect(merged.properties).toEqual({ qualifiedName: 'f', displayName: 'two', description: 'kept' });
      expect(merged.versions).toMatchObject({ version: 2, updatedBy: 'steward', maintainedBy: ['alice', 'steward'] });
      expect(await store.update(alice, guid, { displayName: 'three' }, 'replace')).toBe(true);
      expect((await store.get(guid)).properties).toEqual({ qualifiedName: 'f', displayName: 'three' });
    }));

  it('refuses the name of another element and finds the element by its new name', () =>
    withStore(async (store) => {
      const guid = await store.create(alice, file('f'));
      await store.create(alice, file('g'));
      expect(await refusal(store.update(alice, guid, { qualifiedName: 'g' }, 'merge'))).toBe('ELEMENT_EXISTS');
      await store.update(alice, guid, { qualifiedName: 'h' }, 'merge');
      expect((await store.getByQualifiedName('h'))?.guid).toBe(guid);
      expect(await store.getByQualifiedName('f')).toBeUndefined();
    }));

  it('lets only the owning source change what it owns', () =>
    withStore(async (store) => {
      const externalSource = { guid: 'source-1', name: 'catalogue' };
      const guid = await store.create({ ...alice, externalSource }, file('f'));
      expect((await store.get(guid)).origin).toMatchObject({
        originCategory: 'EXTERNAL_SOURCE',
        homeMetadataCollectionName: 'catalogue',
      });
      expect(await refusal(store.update(alice, guid, { displayName: 'x' }, 'merge'))).toBe('ELEMENT_OWNED_ELSEWHERE');
      expect(await refusal(store.delete(alice, guid))).toBe('ELEMENT_OWNED_ELSEWHERE');
      expect(await store.update({ ...alice, externalSource }, guid, { displayName: 'x' }, 'merge')).toBe(true);
      await store.delete({ ...alice, externalSource }, guid);
    }));

  it('shows an element only while it is effective, when a time is asked for', () =>
    withStore(async (store) => {
      const guid = await store.create(alice, { ...file('f'), effectiveFrom: 1000 });
      expect(await refusal(store.get(guid, { effectiveTime: 999 }))).toBe('ELEMENT_NOT_FOUND');
      expect(await store.find({ effectiveTime: 999 })).toEqual([]);
      expect(await store.find({ effectiveTime: 1000 })).toHaveLength(1);
      expect(await store.updateEffectivity(alice, guid, {})).toBe(true);
      expect(await store.find({ effectiveTime: 999 })).toHaveLength(1);
    }));
});

describe('deleting and restoring', () => {
  it('brings a deleted name back with its GUID, the work of a steward and its links', () =>
    withStore(async (store) => {
      const folder = await store.create(alice, { typeName: 'FileFolder', properties: { qualifiedName: 'folder' } });
      const guid = await store.create(alice, {
        ...file('f'),
        parent: { guid: folder, relationshipTypeName: 'NestedFile' },
      });
      await store.classify(steward, guid, 'Confidentiality', { properties: { confidentialityLevel: 3 } });
      const link = (await store.related(guid)).related[0]?.relationship.guid;
      await store.delete(alice, guid);
      expect(await refusal(store.get(guid))).toBe('ELEMENT_NOT_FOUND');
      expect((await store.related(folder)).related).toEqual([]);
      expect(await store.count({ statuses: ['DELETED'] })).toBe(1);
      expect(await store.create(alice, file('f', { displayName: 'back' }))).toBe(guid);
      const back = await store.get(guid);
      expect(back.properties).toEqual({ qualifiedName: 'f', displayName: 'back' });
      expect(back.classifications.map((each) => each.classificationName)).toEqual(['Anchors', 'Confidentiality']);
      expect((await store.related(guid)).related[0]?.relationship.guid).toBe(link);
    }));

  it('brings a link back only when both ends live', () =>
    withStore(async (store) => {
      const folder = { typeName: 'FileFolder', properties: { qualifiedName: 'folder' } };
      const folderGuid = await store.create(alice, folder);
      const guid = await store.create(alice, {
        ...file('f'),
        parent: { guid: folderGuid, relationshipTypeName: 'NestedFile' },
      });
      await store.delete(alice, guid);
      await store.delete(alice, folderGuid);
      await store.create(alice, file('f'));
      expect((await store.related(guid)).related).toEqual([]);
      await store.create(alice, folder);
      expect((await store.related(guid)).related).toHaveLength(1);
    }));

  it('takes what is anchored along, however deep, and gives back what others had added', () =>
    withStore(async (store) => {
      const guid = await store.create(alice, file('f'));
      const schema = await store.create(alice, {
        typeName: 'TabularSchemaType',
        properties: { qualifiedName: 'schema' },
        anchorGuid: guid,
      });
      await store.create(alice, {
        typeName: 'TabularColumn',
        properties: { qualifiedName: 'column' },
        anchorGuid: schema,
      });
      await store.create(steward, { typeName: 'Comment', properties: { qualifiedName: 'remark' }, anchorGuid: guid });
      await store.delete(alice, guid, { cascade: false });
      expect(await store.count()).toBe(0);
      await store.create(alice, file('f'));
      expect((await store.find()).map((each) => each.properties.qualifiedName).sort()).toEqual(['f', 'remark']);
      expect(
        await store.create(alice, {
          typeName: 'TabularSchemaType',
          properties: { qualifiedName: 'schema' },
          anchorGuid: guid,
        }),
      ).toBe(schema);
    }));

  it('stops the whole cascade when a part belongs to another source', () =>
    withStore(async (store) => {
      const guid = await store.create(alice, file('f'));
      const foreign = { ...alice, externalSource: { guid: 's', name: 's' } };
      await store.create(foreign, { ...file('g'), anchorGuid: guid });
      expect(await refusal(store.delete(alice, guid))).toBe('ELEMENT_OWNED_ELSEWHERE');
      expect(await store.count()).toBe(2);
    }));

  it('hides what is archived from all but lineage, and shows it again without Memento', () =>
    withStore(async (store) => {
      const guid = await store.create(alice, file('f'));
      await store.delete(alice, guid, { method: 'ARCHIVE', archiveProcess: 'clean up' });
      expect(await refusal(store.get(guid))).toBe('ELEMENT_ARCHIVED');
      expect(await store.find()).toEqual([]);
      expect(await store.getByQualifiedName('f')).toBeUndefined();
      const archived = await store.get(guid, { forLineage: true });
      expect(archived.classifications.find((each) => each.classificationName === 'Memento')?.properties).toMatchObject({
        archiveUser: 'alice',
        archiveProcess: 'clean up',
      });
      expect(await refusal(store.delete(alice, guid, { method: 'PURGE' }))).toBe('ELEMENT_ARCHIVED');
      expect(await refusal(store.declassify(alice, guid, 'Memento'))).toBe('ELEMENT_ARCHIVED');
      expect(await store.declassify(alice, guid, 'Memento', { forLineage: true })).toBe(true);
      expect((await store.get(guid)).guid).toBe(guid);
    }));

  it('archives what lineage leads through when asked to look for it, and deletes the rest', () =>
    withStore(async (store) => {
      const one = await store.create(alice, file('one'));
      const two = await store.create(alice, file('two'));
      await store.relate(alice, { typeName: 'DataFlow', end1Guid: one, end2Guid: two });
      await store.delete(alice, one);
      expect(await refusal(store.get(one))).toBe('ELEMENT_ARCHIVED');
      const alone = await store.create(alice, file('alone'));
      await store.delete(alice, alone);
      expect(await refusal(store.get(alone))).toBe('ELEMENT_NOT_FOUND');
    }));

  it('forgets what is purged: the name makes a new element', () =>
    withStore(async (store) => {
      const guid = await store.create(alice, file('f', { description: 'old words' }));
      await store.delete(alice, guid, { method: 'PURGE' });
      expect(await store.findByString('old words', { statuses: ['DELETED', 'ACTIVE'] })).toEqual([]);
      expect(await store.create(alice, file('f'))).not.toBe(guid);
      expect(await store.count()).toBe(1);
    }));
});

describe('classifications', () => {
  it('attaches, changes, clears and detaches, each once', () =>
    withStore(async (store) => {
      const guid = await store.create(alice, file('f'));
      const level = (confidentialityLevel: number) => ({ properties: { confidentialityLevel } });
      expect(await store.classify(alice, guid, 'Confidentiality', level(1))).toBe(true);
      expect(await store.classify(alice, guid, 'Confidentiality', level(1))).toBe(false);
      expect(await store.updateClassification(alice, guid, 'Confidentiality', { notes: 'n' }, 'merge')).toBe(true);
      expect((await store.get(guid)).classifications[1]).toMatchObject({
        properties: { confidentialityLevel: 1, notes: 'n' },
        versions: { version: 2 },
      });
      expect(await store.updateClassification(alice, guid, 'Confidentiality', {}, 'replace')).toBe(true);
      expect(await store.declassify(alice, guid, 'Confidentiality')).toBe(true);
      expect(await store.declassify(alice, guid, 'Confidentiality')).toBe(false);
      expect(await store.updateClassification(alice, guid, 'Confidentiality', { notes: 'n' }, 'merge')).toBe(false);
      expect(await refusal(store.classify(alice, guid, 'DataFile', { properties: {} }))).toBe('TYPE_UNSUITABLE');
      expect(await refusal(store.classify(alice, guid, 'Confidentiality', { properties: { nope: 1 } }))).toBe(
        'PROPERTY_UNKNOWN',
      );
      const history = await store.classificationHistory(guid, 'Confidentiality');
      expect(history.map((each) => each.versions.version)).toEqual([3, 2, 1]);
    }));

  it('anchors by the classification Anchors and refuses a circle', () =>
    withStore(async (store) => {
      const one = await store.create(alice, file('one'));
      const two = await store.create(alice, file('two'));
      await store.classify(alice, two, 'Anchors', { properties: { anchorGUID: one } });
      expect((await store.get(two)).classifications[0]?.properties).toMatchObject({ anchorGUID: one });
      expect(await refusal(store.classify(alice, one, 'Anchors', { properties: { anchorGUID: two } }))).toBe(
        'PARAMETER_INVALID',
      );
      expect((await store.anchoredGraph(one)).anchoredElements.map((each) => each.guid)).toEqual([two]);
      await store.delete(alice, one);
      expect(await store.count()).toBe(0);
    }));

  it('tells the relationships that leave a graph after its own, as many as are asked for', () =>
    withStore(async (store) => {
      const one = await store.create(alice, file('one'));
      const part = await store.create(alice, file('part'));
      await store.classify(alice, part, 'Anchors', { properties: { anchorGUID: one } });
      const others = [await store.create(alice, file('two')), await store.create(alice, file('three'))];
      await store.relate(alice, { typeName: 'DataFlow', end1Guid: others[0] ?? '', end2Guid: part });
      await store.relate(alice, { typeName: 'DataFlow', end1Guid: part, end2Guid: others[1] ?? '' });
      await store.relate(alice, { typeName: 'DataFlow', end1Guid: one, end2Guid: part });
      const ends = async (outside?: number) => {
        const { relationships } = await store.anchoredGraph(one, outside === undefined ? {} : { outside });
        return relationships.map(({ end1, end2 }) => [end1.guid, end2.guid]);
      };
      expect(await ends()).toEqual([[one, part]]);
      expect(await ends(1)).toEqual([
        [one, part],
        [part, others[1]],
      ]);
      expect(await ends(5)).toEqual([
        [one, part],
        [part, others[1]],
        [others[0], part],
      ]);
    }));
});
