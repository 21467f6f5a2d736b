import type { SpecialVerb } from '@isthmus/connector-sdk';
import { expect } from '@jest/globals';
import type { Exercise } from './testing-exercises.js';
import { never } from './testing-fixtures.js';

const created = { guid: expect.any(String), outcome: 'created' };
const existing = { guid: expect.any(String), outcome: 'existing' };

const createFolders: Exercise = async (fixtures, row) => {
  const { guid: fileSystem } = await fixtures.make('FileSystem');
  const input = { pathName: '/north/2024/may', fileSystem: { guid: fileSystem } };
  const made = await fixtures.call(row.name, input);
  expect(made).toEqual({
    folders: ['/north', '/north/2024', '/north/2024/may'].map((pathName) => ({ ...created, pathName })),
  });
  const [north, year, may] = (made as { folders: readonly { guid: string }[] }).folders.map(({ guid }) => guid);
  expect(await fixtures.isLinked('CapabilityAssetUse', fileSystem, north ?? '')).toBe(true);
  expect(await fixtures.isLinked('FolderHierarchy', north ?? '', year ?? '')).toBe(true);
  expect(await fixtures.isLinked('FolderHierarchy', year ?? '', may ?? '')).toBe(true);
  expect((await fixtures.read(may ?? '')).properties).toMatchObject({
    displayName: 'may',
    pathName: '/north/2024/may',
  });
  expect(await fixtures.call(row.name, input)).toMatchObject({ folders: [existing, existing, existing] });
};

const addFile: Exercise = async (fixtures, row) => {
  const pathName = `/south/${row.type}/week1.csv`;
  const input = { pathName, connectorProvider: 'csv-opener', properties: { description: 'sold' } };
  const made = await fixtures.call(row.name, input);
  expect(made).toEqual({ ...created, connection: created, endpoint: created });
  const { guid, connection, endpoint } = made as {
    guid: string;
    connection: { guid: string };
    endpoint: { guid: string };
  };
  expect(await fixtures.read(guid)).toMatchObject({
    typeName: row.type,
    properties: { displayName: 'week1.csv', pathName, description: 'sold' },
  });
  expect(await fixtures.isLinked('AssetConnection', guid, connection.guid)).toBe(true);
  expect(await fixtures.isLinked('ConnectToEndpoint', connection.guid, endpoint.guid)).toBe(true);
  expect((await fixtures.read(endpoint.guid)).properties.networkAddress).toBe(pathName);
  const folder = await fixtures.store.getByQualifiedName(`FileFolder::shop:/south/${row.type}`, {}, never);
  const relationship = row.type === 'DataFile' ? 'NestedFile' : 'FolderHierarchy';
  expect(await fixtures.isLinked(relationship, folder?.guid ?? '', guid)).toBe(true);
  expect(await fixtures.call(row.name, input)).toMatchObject({ guid, outcome: 'existing' });
};

const addExternalIdentifier: Exercise = async (fixtures, row) => {
  const element = await fixtures.make('Collection');
  const input = { element, key: 'T-1', properties: { keyPattern: 'LOCAL_KEY' }, linkProperties: { usage: 'ticket' } };
  expect(await fixtures.call(row.name, input)).toEqual(created);
  const options = { relationshipTypeName: 'ExternalIdLink', startingAtEnd: 1 } as const;
  const found = await fixtures.store.related(element.guid, options, never);
  expect(found).toMatchObject([
    {
      element: { properties: { key: 'T-1', keyPattern: 'LOCAL_KEY' } },
      relationship: { properties: { usage: 'ticket', source: 'shop', lastSynchronized: expect.any(Number) } },
    },
  ]);
  expect(await fixtures.call(row.name, input)).toEqual({ guid: found[0]?.element.guid, outcome: 'existing' });
  expect(await fixtures.store.related(element.guid, options, never)).toHaveLength(1);
};

const removeExternalIdentifier: Exercise = async (fixtures, row) => {
  const element = await fixtures.make('Collection');
  await fixtures.call('addExternalIdentifier', { element, key: 'T-2' });
  expect(await fixtures.call(row.name, { element, key: 'T-3' })).toEqual({ outcome: 'unchanged' });
  expect(await fixtures.call(row.name, { element, key: 'T-2' })).toEqual({ outcome: 'deleted' });
  const options = { relationshipTypeName: 'ExternalIdLink', startingAtEnd: 1 } as const;
  expect(await fixtures.store.related(element.guid, options, never)).toEqual([]);
};

const confirmSynchronization: Exercise = async (fixtures, row) => {
  const element = await fixtures.make('Collection');
  await fixtures.call('addExternalIdentifier', { element, key: 'T-4', linkProperties: { lastSynchronized: 5 } });
  expect(await fixtures.call(row.name, { element, key: 'T-4' })).toMatchObject({ outcome: 'updated' });
  const options = { relationshipTypeName: 'ExternalIdLink', startingAtEnd: 1 } as const;
  const [link] = await fixtures.store.related(element.guid, options, never);
  expect(link?.relationship.properties.lastSynchronized).toBeGreaterThan(5);
  await expect(fixtures.call(row.name, { element, key: 'none' })).rejects.toMatchObject({ code: 'ELEMENT_NOT_FOUND' });
};

const findByExternalIdentifier: Exercise = async (fixtures, row) => {
  const element = await fixtures.make('Collection');
  const key = fixtures.name();
  await fixtures.call('addExternalIdentifier', { element, key });
  expect(await fixtures.call(row.name, { key })).toMatchObject({ elements: [{ guid: element.guid }] });
  expect(await fixtures.call(row.name, { key: 'nobody' })).toEqual({ elements: [] });
};

const inGerman = { language: 'de', displayName: 'Bestellungen', additionalTranslations: { unit: 'Stück' } };

const setTranslation: Exercise = async (fixtures, row) => {
  const element = await fixtures.make('Collection');
  expect(await fixtures.call(row.name, { element, translation: inGerman })).toEqual(created);
  const again = { element, translation: { ...inGerman, displayName: 'Aufträge' } };
  expect(await fixtures.call(row.name, again)).toMatchObject({ outcome: 'updated' });
  const options = { relationshipTypeName: 'TranslationLink', startingAtEnd: 1 } as const;
  expect(await fixtures.store.related(element.guid, options, never)).toMatchObject([
    { element: { typeName: 'TranslationDetail', properties: { ...inGerman, displayName: 'Aufträge' } } },
  ]);
};

const clearTranslation: Exercise = async (fixtures, row) => {
  const element = await fixtures.make('Collection');
  await fixtures.call('setTranslation', { element, translation: inGerman });
  expect(await fixtures.call(row.name, { element, language: 'fr' })).toEqual({ outcome: 'unchanged' });
  expect(await fixtures.call(row.name, { element, language: 'de' })).toEqual({ outcome: 'deleted' });
  const options = { relationshipTypeName: 'TranslationLink', startingAtEnd: 1 } as const;
  expect(await fixtures.store.related(element.guid, options, never)).toEqual([]);
};

const getTranslation: Exercise = async (fixtures, row) => {
  const element = await fixtures.make('Collection');
  await fixtures.call('setTranslation', { element, translation: inGerman });
  await fixtures.call('setTranslation', { element, translation: { ...inGerman, locale: 'AT', displayName: 'Order' } });
  expect(await fixtures.call(row.name, { element, language: 'de' })).toMatchObject({ displayName: 'Bestellungen' });
  expect(await fixtures.call(row.name, { element, language: 'de', locale: 'AT' })).toMatchObject({
    displayName: 'Order',
  });
  expect(await fixtures.call(row.name, { element, language: 'fr' })).toBeUndefined();
};

const getTranslations: Exercise = async (fixtures, row) => {
  const element = await fixtures.make('Collection');
  await fixtures.call('setTranslation', { element, translation: inGerman });
  await fixtures.call('setTranslation', { element, translation: { language: 'fr', displayName: 'commandes' } });
  const { translations } = (await fixtures.call(row.name, { element })) as {
    translations: readonly { language: string }[];
  };
  expect(translations.map(({ language }) => language).sort()).toEqual(['de', 'fr']);
};

const categories = { typeName: 'Asset', propertyName: 'category' };

const setMetadataValue: Exercise = async (fixtures, row) => {
  const input = { ...categories, preferredValue: fixtures.name(), properties: { description: 'sold goods' } };
  expect(await fixtures.call(row.name, input)).toEqual(created);
  const { elements } = (await fixtures.call('getValidMetadataValues', { ...categories, pageSize: 1_000 })) as {
    elements: readonly { properties: object }[];
  };
  expect(elements.map(({ properties }) => properties)).toContainEqual(
    expect.objectContaining({ preferredValue: input.preferredValue, description: 'sold goods' }),
  );
  expect(await fixtures.call(row.name, input)).toMatchObject({ outcome: 'unchanged' });
};

const clearMetadataValue: Exercise = async (fixtures, row) => {
  const input = { ...categories, preferredValue: fixtures.name() };
  await fixtures.call('setUpValidMetadataValue', input);
  expect(await fixtures.call(row.name, input)).toEqual({ outcome: 'deleted' });
  const { elements } = (await fixtures.call('getValidMetadataValues', { ...categories, pageSize: 1_000 })) as {
    elements: readonly { properties: { preferredValue?: unknown } }[];
  };
  expect(elements.map(({ properties }) => properties.preferredValue)).not.toContain(input.preferredValue);
};

const validateMetadataValue: Exercise = async (fixtures, row) => {
  const of = { propertyName: 'units', mapName: 'kitchen' };
  const ask = (actualValue: string) => fixtures.call(row.name, { ...of, actualValue });
  expect(await ask('spoon')).toEqual({ isValid: true, isKnown: false });
  await fixtures.call('setUpValidMetadataValue', {
    ...of,
    preferredValue: 'cup',
    properties: { isCaseSensitive: false },
  });
  expect(await ask('CUP')).toEqual({ isValid: true, isKnown: true });
  expect(await ask('spoon')).toEqual({ isValid: false, isKnown: false });
};

const getMetadataValues: Exercise = async (fixtures, row) => {
  const of = { propertyName: 'colour' };
  await fixtures.call('setUpValidMetadataValue', { ...of, preferredValue: 'red' });
  await fixtures.call('setUpValidMetadataValue', { ...of, preferredValue: 'blue' });
  const { elements } = (await fixtures.call(row.name, of)) as { elements: readonly { typeName: string }[] };
  expect(elements.map(({ typeName }) => typeName)).toEqual(['ValidMetadataValue', 'ValidMetadataValue']);
};

const findMissing: Exercise = async (fixtures, row) => {
  const there = await fixtures.make('Collection');
  const gone = await fixtures.make('Collection');
  await fixtures.store.delete(gone.guid, { method: 'SOFT_DELETE' }, never);
  const elements = [{ guid: there.guid }, { guid: gone.guid }];
  expect(await fixtures.call(row.name, { elements })).toEqual({ missing: [gone.guid] });
};

const getChanges: Exercise = async (fixtures, row) => {
  const { changeSequence = 0 } = await fixtures.store.identity(never);
  const { guid } = await fixtures.make('Collection');
  expect(await fixtures.call(row.name, { after: changeSequence, types: ['Collection'] })).toMatchObject({
    changes: [{ guid, typeName: 'Collection', eventType: 'NEW_ELEMENT_CREATED' }],
    next: expect.any(Number),
  });
};

export const specialExercises: Readonly<Record<SpecialVerb, Exercise>> = {
  createFolders,
  addFile,
  addExternalIdentifier,
  removeExternalIdentifier,
  confirmSynchronization,
  findByExternalIdentifier,
  setTranslation,
  clearTranslation,
  getTranslation,
  getTranslations,
  setMetadataValue,
  clearMetadataValue,
  validateMetadataValue,
  getMetadataValues,
  findMissing,
  getChanges,
};
