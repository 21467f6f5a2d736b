import { describe, expect, it } from '@jest/globals';
import type { SqliteElementStore } from './sqlite-element-store.js';
import { alice, refusal, withStore } from './test-store.js';

const named = (typeName: string, qualifiedName: string) => ({ typeName, properties: { qualifiedName } });

async function folderWithFiles(store: SqliteElementStore, count: number) {
  const folder = await store.create(alice, named('FileFolder', 'folder'));
  const files: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const guid = await store.create(alice, named('DataFile', `file ${index}`));
    await store.relate(alice, { typeName: 'NestedFile', end1Guid: folder, end2Guid: guid });
    files.push(guid);
  }
  return { folder, files };
}

describe('relationships', () => {
  it('gives the same link for the same ends, unless the type allows several', () =>
    withStore(async (store) => {
      const { folder, files } = await folderWithFiles(store, 2);
      const [one = '', two = ''] = files;
      const nested = { typeName: 'NestedFile', end1Guid: folder, end2Guid: one };
      expect(await store.relate(alice, nested)).toBe(await store.relate(alice, nested));
      const flow = { typeName: 'DataFlow', end1Guid: one, end2Guid: two };
      expect(await store.relate(alice, flow)).not.toBe(await store.relate(alice, flow));
      expect(await store.relationshipsBetween(two, one)).toHaveLength(2);
    }));

  it('replaces the properties when the same ends are related again', () =>
    withStore(async (store) => {
      const group = await store.create(alice, named('IntegrationGroup', 'group'));
      const connector = await store.create(alice, named('IntegrationConnector', 'connector'));
      const registration = { typeName: 'RegisteredIntegrationConnector', end1Guid: group, end2Guid: connector };
      const guid = await store.relate(alice, {
        ...registration,
        properties: { connectorName: 'a', refreshTimeInterval: 5 },
      });
      expect(await store.relate(alice, { ...registration, properties: { connectorName: 'b' } })).toBe(guid);
      const link = await store.getRelationship(guid);
      expect(link.relationship).toMatchObject({ properties: { connectorName: 'b' }, versions: { version: 2 } });
      expect(link.end1.guid).toBe(group);
      expect((await store.relationshipHistory(guid)).map((each) => each.relationship.properties)).toEqual([
        { connectorName: 'b' },
        { connectorName: 'a', refreshTimeInterval: 5 },
      ]);
      await store.deleteRelationship(alice, guid);
      expect(await refusal(store.deleteRelationship(alice, guid))).toBe('ELEMENT_NOT_FOUND');
      expect(await store.relate(alice, registration)).not.toBe(guid);
    }));

  it.each([
    ['ends the wrong way round', 'NestedFile', 'file', 'folder', {}, 'TYPE_UNSUITABLE'],
    ['an entity as type', 'DataFile', 'folder', 'file', {}, 'TYPE_UNSUITABLE'],
    ['an unknown type', 'Nope', 'folder', 'file', {}, 'TYPE_UNKNOWN'],
    ['an unknown property', 'NestedFile', 'folder', 'file', { nope: 1 }, 'PROPERTY_UNKNOWN'],
    ['an unknown end', 'NestedFile', 'folder', 'nobody', {}, 'ELEMENT_NOT_FOUND'],
  ])('refuses %s', (_name, typeName, end1, end2, properties, code) =>
    withStore(async (store) => {
      const guids: Record<string, string> = {
        folder: await store.create(alice, named('FileFolder', 'folder')),
        file: await store.create(alice, named('DataFile', 'file')),
      };
      const relationship = { typeName, end1Guid: guids[end1] ?? end1, end2Guid: guids[end2] ?? end2, properties };
      expect(await refusal(store.relate(alice, relationship))).toBe(code);
      expect(await store.countRelationships()).toBe(0);
    }));

  it('reads the neighbours by end, type, type of the neighbour and page, newest first', () =>
    withStore(async (store) => {
      const { folder, files } = await folderWithFiles(store, 5);
      const parent = await store.create(alice, named('FileFolder', 'parent'));
      await store.relate(alice, { typeName: 'FolderHierarchy', end1Guid: parent, end2Guid: folder });
      const guids = async (options: Parameters<typeof store.related>[1]) =>
        (await store.related(folder, options)).related.map((each) => each.element.guid);
      expect(await guids({ startingAtEnd: 1 })).toEqual([...files].reverse());
      expect(await guids({ startingAtEnd: 2 })).toEqual([parent]);
      expect(await guids({})).toEqual([parent, ...[...files].reverse()]);
      expect(await guids({ relationshipTypeName: 'NestedFile', startingAtEnd: 2 })).toEqual([]);
      expect(await guids({ typeName: 'FileFolder' })).toEqual([parent]);
      expect(await guids({ startFrom: 2, pageSize: 2 })).toEqual([files[3], files[2]]);
      expect(await refusal(store.related(folder, { relationshipTypeName: 'Nope' }))).toBe('TYPE_UNKNOWN');
      expect((await store.related(folder, { startingAtEnd: 2 })).related[0]?.elementAtEnd1).toBe(true);
    }));

  it('finds relationships by supertype, ends and properties', () =>
    withStore(async (store) => {
      const { folder, files } = await folderWithFiles(store, 3);
      const [one = '', two = '', three = ''] = files;
      await store.relate(alice, { typeName: 'DataFlow', end1Guid: one, end2Guid: two, properties: { label: 'x' } });
      await store.relate(alice, { typeName: 'DataFlow', end1Guid: two, end2Guid: three });
      expect(await store.countRelationships({ typeName: 'LineageRelationship' })).toBe(2);
      const count = async (options: Parameters<typeof store.findRelationships>[0]) =>
        (await store.findRelationships(options)).length;
      expect(await count({ end1Guids: [folder] })).toBe(3);
      expect(await count({ end1Guids: [folder], end2Guids: [two] })).toBe(1);
      expect(await count({ end1Guids: [two], end2Guids: [two], endMatch: 'ANY' })).toBe(3);
      expect(await count({ end1Guids: [folder], endMatch: 'NONE' })).toBe(2);
      const conditions = {
        matchCriteria: 'ALL' as const,
        conditions: [{ property: 'label', operator: 'EQ' as const, value: 'x' }],
      };
      expect(await count({ conditions })).toBe(1);
    }));

  it('counts a relationship of an element with itself once', () =>
    withStore(async (store) => {
      const guid = await store.create(alice, named('DataFile', 'file'));
      await store.relate(alice, { typeName: 'DataFlow', end1Guid: guid, end2Guid: guid });
      expect((await store.related(guid)).related).toHaveLength(1);
      expect(await store.relationshipsBetween(guid, guid)).toHaveLength(1);
    }));
});

describe('groupVersion', () => {
  it('changes with what a daemon reads of the group and with nothing else', () =>
    withStore(async (store) => {
      const make = (typeName: string, qualifiedName = typeName) => store.create(alice, named(typeName, qualifiedName));
      const [group, connector, connection, type, endpoint, other] = await Promise.all(
        ['IntegrationGroup', 'IntegrationConnector', 'Connection', 'ConnectorType', 'Endpoint', 'DataFile'].map(
          (name) => make(name),
        ),
      );
      let last: string | undefined;
      const changed = async (change: Promise<unknown>) => {
        await change;
        const before = last;
        last = await store.groupVersion(group ?? '');
        return last !== before;
      };
      const relate = (typeName: string, end1Guid = '', end2Guid = '') =>
        store.relate(alice, { typeName, end1Guid, end2Guid });
      expect(await changed(Promise.resolve())).toBe(true);
      expect(await changed(relate('RegisteredIntegrationConnector', group, connector))).toBe(true);
      expect(await changed(relate('AssetConnection', connector, connection))).toBe(true);
      expect(await changed(relate('ConnectionConnectorType', connection, type))).toBe(true);
      expect(await changed(relate('ConnectToEndpoint', connection, endpoint))).toBe(true);
      expect(await changed(store.update(alice, endpoint ?? '', { networkAddress: '/x' }, 'merge'))).toBe(true);
      expect(await changed(store.update(alice, endpoint ?? '', { networkAddress: '/x' }, 'merge'))).toBe(false);
      expect(await changed(store.update(alice, other ?? '', { displayName: 'x' }, 'merge'))).toBe(false);
      expect(await changed(make('IntegrationConnector', 'not registered'))).toBe(false);
      expect(await changed(store.delete(alice, connector ?? ''))).toBe(true);
      await store.delete(alice, group ?? '');
      expect(await store.groupVersion(group ?? '')).toBeUndefined();
    }));
});
