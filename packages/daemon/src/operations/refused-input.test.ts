import 'reflect-metadata';
import { MemoryMetadataStore } from '@isthmus/connector-testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Fixtures } from './testing-fixtures.js';
import { startTestingStore } from './testing-store.js';

const stores: readonly (readonly [string, () => Promise<Pick<Fixtures, 'store'> & AsyncDisposable>])[] = [
  ['the embedded metadata server', () => startTestingStore()],
  [
    'the store in memory of the kit',
    async () => ({ store: new MemoryMetadataStore(), [Symbol.asyncDispose]: async () => undefined }),
  ],
];

const nowhere = { guid: 'no-such' };
const described = { properties: { description: 'x' } };

/** Operation, input besides an element (if it has one), parameter that is named, code, what is said. */
const refusals: readonly (readonly [string, Readonly<Record<string, unknown>>, string, string, string])[] = [
  ['getRelatedElements', { element: nowhere }, 'element', 'ELEMENT_NOT_FOUND', 'there is no element no-such'],
  ['getElementHistory', { element: nowhere }, 'element', 'ELEMENT_NOT_FOUND', 'there is no element no-such'],
  ['getTranslations', { element: nowhere }, 'element', 'ELEMENT_NOT_FOUND', 'there is no element no-such'],
  [
    'getTranslation',
    { element: nowhere, language: 'de' },
    'element',
    'ELEMENT_NOT_FOUND',
    'there is no element no-such',
  ],
  [
    'clearTranslation',
    { element: nowhere, language: 'de' },
    'element',
    'ELEMENT_NOT_FOUND',
    'there is no element no-such',
  ],
  ['getElement', { element: { guid: '..' } }, 'element', 'PARAMETER_INVALID', 'must name an element'],
  ['deleteElement', { element: { guid: '  ' } }, 'element', 'PARAMETER_INVALID', 'must name an element'],
  ['getRelatedElements', { relationshipTypeName: 'NoSuch' }, 'relationshipTypeName', 'TYPE_UNKNOWN', 'no type NoSuch'],
  ['findElements', { element: undefined, typeName: 'NoSuch' }, 'typeName', 'TYPE_UNKNOWN', 'no type NoSuch'],
  [
    'findElements',
    { element: undefined, classifications: ['NoSuch'] },
    'classifications[0]',
    'TYPE_UNKNOWN',
    'no type NoSuch',
  ],
  ['updateElement', { properties: { displayName: 3 } }, 'properties', 'PROPERTY_TYPE_WRONG', 'displayName'],
  ['updateElement', { properties: { noSuch: 3 } }, 'properties', 'PROPERTY_UNKNOWN', 'noSuch'],
  ['updateElement', { properties: { qualifiedName: ' ' } }, 'properties.qualifiedName', 'PARAMETER_INVALID', 'blank'],
  ['updateElement', { ...described, effectiveFrom: 2, effectiveTo: 1 }, 'effectiveTo', 'PARAMETER_INVALID', 'after'],
  ['setEffectivity', { effectiveFrom: 1, effectiveTo: 1 }, 'effectiveTo', 'PARAMETER_INVALID', 'after'],
  ['classifyElement', { classificationName: 'NoSuch' }, 'classificationName', 'TYPE_UNKNOWN', 'no type NoSuch'],
  ['classifyElement', { classificationName: 'PrimaryKey' }, 'element', 'TYPE_UNSUITABLE', 'PrimaryKey'],
  ['addExternalIdentifier', { key: '  ' }, 'key', 'PARAMETER_INVALID', 'is blank'],
  ['setTranslation', { translation: { language: ' ' } }, 'translation.language', 'PARAMETER_INVALID', 'is blank'],
];

describe.each(stores)('an operation whose input is wrong, against %s', (_name, start) => {
  let testing: Awaited<ReturnType<typeof start>>;
  let fixtures: Fixtures;
  beforeAll(async () => {
    testing = await start();
    const connector = await new Fixtures(testing.store, '', 'database').make('IntegrationConnector');
    fixtures = new Fixtures(testing.store, connector.guid, 'database');
  });
  afterAll(async () => {
    await testing[Symbol.asyncDispose]();
  });

  it.each(refusals)('%s with %j names %s', async (operation, input, parameter, code, words) => {
    const element = await fixtures.make('Collection');
    const before = await fixtures.read(element.guid);
    const call = fixtures.call(operation, { element: { guid: element.guid }, ...input });
    await expect(call).rejects.toMatchObject({
      code,
      message: expect.stringContaining(words),
      details: { operation, parameter },
    });
    await expect(call).rejects.toThrow(`${parameter} of ${operation}`);
    expect(await fixtures.read(element.guid)).toEqual(before);
  });

  it.each([
    ['impactedResources', [nowhere], 'impactedResources[0]', 'ELEMENT_NOT_FOUND'],
    ['previousIncidents', ['what is no report'], 'previousIncidents[0]', 'TYPE_UNSUITABLE'],
    ['anchor', nowhere, 'anchor', 'ELEMENT_NOT_FOUND'],
    ['effectiveTo', -1, 'effectiveTo', 'PARAMETER_INVALID'],
  ])('leaves nothing behind when its %s cannot be', async (member, value, parameter, code) => {
    const qualifiedName = fixtures.name('IncidentReport');
    const other = await fixtures.make('ExternalId');
    const given = Array.isArray(value) && value[0] !== nowhere ? [{ guid: other.guid }] : value;
    const input = { qualifiedName, effectiveFrom: 1, [member]: given };
    await expect(fixtures.call('createIncidentReport', input)).rejects.toMatchObject({ code, details: { parameter } });
    expect(await fixtures.call('getElement', { element: { qualifiedName } })).toBeUndefined();
  });
});
