import 'reflect-metadata';
import { IsthmusError } from '@isthmus/kernel';
import type { MetadataElement, Properties } from '@isthmus/model';
import { standardTypes } from '@isthmus/model/standard-types';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Fixtures, never, types } from './testing-fixtures.js';
import { startTestingStore, type TestingStore } from './testing-store.js';

const older = standardTypes('4.3');

/** Whether elements of the type can be told by 4.3 as what they are. */
const isIn43 = (typeName: string) => older.findByGuid(types.get(typeName).guid)?.category === 'ENTITY_DEF';
const standIn = (typeName: string) => (isIn43(typeName) && typeName !== 'OpenMetadataRoot' ? typeName : 'Collection');

describe('what 4.3 has words for, written to and read from the 4.3 face of the metadata server', () => {
  let testing: TestingStore;
  let fixtures: Fixtures;

  beforeAll(async () => {
    testing = await startTestingStore('4.3');
    fixtures = new Fixtures(testing.store, '', 'catalog');
  });
  afterAll(async () => {
    await testing[Symbol.asyncDispose]();
  });

  const relationships = types.list().flatMap((type) => {
    if (type.category !== 'RELATIONSHIP_DEF') return [];
    const [end1, end2] = [type.end1.entityType, type.end2.entityType];
    return isIn43(end1) && isIn43(end2) ? [[type.name, standIn(end1), standIn(end2)] as const] : [];
  });

  it.each(relationships)('%s leads from the same %s to the same %s', async (name, type1, type2) => {
    const { guid: end1 } = await fixtures.make(type1);
    const { guid: end2 } = await fixtures.make(type2);
    const guid = await said(() => testing.store.relate(name, end1, end2, {}, never));
    if (guid === undefined) return;
    const link = await testing.store.getRelationship(guid, {}, never);
    expect(link).toMatchObject({ relationship: { typeName: name }, end1: { guid: end1 }, end2: { guid: end2 } });
  });

  const classifications = types.list().flatMap(({ category, name }) => {
    const isClassification = category === 'CLASSIFICATION_DEF' && name !== 'Anchors' && name !== 'Memento';
    if (!isClassification) return [];
    return types
      .classification(name)
      .validEntityTypes.filter(isIn43)
      .slice(0, 1)
      .map((type) => [name, standIn(type)] as const);
  });

  it.each(classifications)('%s of a %s is read as what was written', async (name, typeName) => {
    const { guid } = await fixtures.make(typeName);
    const isSaid = await said(async () => {
      await testing.store.classify(guid, name, {}, never);
      return true;
    });
    if (isSaid !== undefined) expect(classificationOf(await fixtures.read(guid), name)).toEqual({});
  });

  it.each<readonly [string, string, Properties]>([
    ['Criticality', 'Collection', { criticalityLevel: 3, statusIdentifier: 1 }],
    ['Confidence', 'Collection', { confidenceLevel: 2 }],
    ['Confidentiality', 'Collection', { confidentialityLevel: 4 }],
    ['Retention', 'Collection', { retentionBasis: 5 }],
    ['SecurityTags', 'Collection', { securityLabels: ['a'], securityProperties: { clearance: 'high' } }],
    ['SecurityListMembership', 'UserIdentity', { securityGroups: ['staff'] }],
    [
      'DataAssetEncoding',
      'DataFile',
      { encodingType: 'utf8', encodingLanguage: 'en', encodingDescription: 'd', encodingProperties: { a: 'b' } },
    ],
  ])('%s of a %s keeps %j', async (name, typeName, properties) => {
    const { guid } = await fixtures.make(typeName);
    await testing.store.classify(guid, name, properties, never);
    expect(classificationOf(await fixtures.read(guid), name)).toEqual(properties);
  });

  it.each<readonly [string, string, string, Properties]>([
    ['DataFlow', 'DataFile', 'DataFile', { label: 'nightly', description: 'd', formula: 'f' }],
    ['LineageMapping', 'DataFile', 'DataFile', { label: 'by hand' }],
    ['SemanticAssignment', 'DataFile', 'GlossaryTerm', { termAssignmentStatus: 'VALIDATED' }],
    ['Synonym', 'GlossaryTerm', 'GlossaryTerm', { termRelationshipStatus: 'ACTIVE' }],
    ['CollectionMembership', 'Collection', 'DataFile', { membershipStatus: 'PROPOSED' }],
    ['ImpactedResource', 'DataFile', 'IncidentReport', { severityLevel: 2 }],
    ['DataSetContent', 'DeployedDatabaseSchema', 'Database', { query: 'q' }],
  ])('%s from a %s to a %s keeps %j', async (name, type1, type2, properties) => {
    const { guid: end1 } = await fixtures.make(type1);
    const { guid: end2 } = await fixtures.make(type2);
    await testing.store.relate(name, end1, end2, properties, never);
    const [link] = await testing.store.linksBetween(name, end1, end2, never);
    expect(link?.relationship.properties).toEqual(properties);
  });

  it('keeps the stars of a rating, so that the same rating is given once', async () => {
    const parent = await fixtures.make('DataFile');
    const rating = { parent, properties: { stars: 'TWO_STARS', review: 'fair' } };
    expect(await fixtures.call('addRating', rating)).toMatchObject({ outcome: 'created' });
    expect(await fixtures.call('addRating', rating)).toMatchObject({ outcome: 'existing' });
  });

  it('tells several links between two elements apart, and which of them was made', async () => {
    const [end1, end2] = [await fixtures.make('DataFile'), await fixtures.make('DataFile')];
    const flow = async (label: string, formula: string) =>
      await fixtures.operations.call(
        { kind: 'lineage', operation: 'linkDataFlow', input: { end1, end2, properties: { label, formula } } },
        never,
      );
    const nightly = await flow('nightly', 'a');
    const hourly = await flow('hourly', 'a');
    expect(Object(hourly)).toMatchObject({ outcome: 'created' });
    expect(Object(hourly).guid).not.toBe(Object(nightly).guid);
    expect(await flow('nightly', 'a')).toEqual({ guid: Object(nightly).guid, outcome: 'existing' });
    expect(await flow('hourly', 'b')).toEqual({ guid: Object(hourly).guid, outcome: 'updated' });
    expect(await testing.store.linksBetween('DataFlow', end1.guid, end2.guid, never)).toHaveLength(2);
  });

  it('fills the placeholders of a template in its copy, in the parts of that and in what is said of them', async () => {
    const template = await fixtures.make('Database', {
      properties: { qualifiedName: 'Database::~{name}~', additionalProperties: { owner: '~{owner}~' } },
      classifications: { Confidence: { notes: 'said by ~{owner}~' } },
    });
    const place = { guid: template.guid, relationshipTypeName: 'AssetConnection' };
    const part = { anchorGuid: template.guid, properties: { displayName: 'to ~{name}~' } };
    await fixtures.make('Connection', { ...part, parent: place });
    const { guid } = Object(
      await fixtures.operations.call(
        {
          kind: 'database',
          operation: 'createDatabaseFromTemplate',
          input: {
            template,
            qualifiedName: 'Database::shop:sales',
            placeholders: { name: 'sales', owner: 'ann $& ~{name}~' },
          },
        },
        never,
      ),
    );
    const made = await fixtures.read(guid);
    expect(made.properties.additionalProperties).toEqual({ owner: 'ann $& ~{name}~' });
    expect(classificationOf(made, 'Confidence')).toEqual({ notes: 'said by ann $& ~{name}~' });
    const options = { relationshipTypeName: 'AssetConnection', startingAtEnd: 1 } as const;
    expect(await testing.store.related(guid, options, never)).toMatchObject([
      { element: { properties: { displayName: 'to sales' } } },
    ]);
  });

  it('knows elements by the identifiers of a third party', async () => {
    const element = await fixtures.make('DataFile');
    const input = { element, key: 'T-1' };
    expect(await fixtures.call('addExternalIdentifier', input)).toMatchObject({ outcome: 'created' });
    expect(await fixtures.call('addExternalIdentifier', input)).toMatchObject({ outcome: 'existing' });
    expect(await fixtures.call('findElementsByExternalIdentifier', { key: 'T-1' })).toMatchObject({
      elements: [{ guid: element.guid }],
    });
    expect(await fixtures.call('removeExternalIdentifier', input)).toEqual({ outcome: 'deleted' });
  });
});

function classificationOf({ classifications }: MetadataElement, name: string): Properties | undefined {
  return classifications.find(({ classificationName }) => classificationName === name)?.properties;
}

/** Undefined where the adapter says that 4.3 has no word for it. */
async function said<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (IsthmusError.is(error) && /open metadata 4\.3 has no counterpart/.test(error.message)) return undefined;
    throw error;
  }
}
