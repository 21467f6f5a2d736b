import { type ReadOptions, unwrapValue } from '@isthmus/model';
import { bodyMissing } from '@isthmus/platform';
import { type Fields, unreadable } from '../requests/fields.js';
import { defined, orderOptions, pageOptions, storeOperators } from '../requests/query-options.js';
import type {
  ClassificationConditions,
  ElementStatus,
  FindOptions,
  StoreCondition,
  StoreConditions,
} from '../store/element-store.js';
import type { ReleaseNames } from './release-names.js';
import { searchPattern } from './search-pattern.js';

const matches = ['ALL', 'ANY', 'NONE'] as const;
const mostConditions = 500;
const deepestNesting = 10;

/** Type of whatever is searched when nothing is named. */
const anyEntity = 'OpenMetadataRoot';

/** These have no default in 4.3. @throws REQUEST_INVALID when one is missing */
export function needParameters(query: Fields, ...names: readonly string[]): void {
  if (names.some((name) => query.text(name) === undefined)) throw bodyMissing();
}

/** Of the address or of a body. An effective time of 0 is any time. */
export function olderReadOptions(fields: Fields): ReadOptions {
  const effectiveTime = fields.time('effectiveTime');
  return defined({
    forLineage: fields.flag('forLineage'),
    effectiveTime: effectiveTime === 0 ? undefined : effectiveTime,
  });
}

/** What is asked for in the address: how to read, and which page. */
export function olderPage(query: Fields, maxPageSize: number) {
  return {
    ...olderReadOptions(query),
    ...pageOptions(query.integer('startFrom'), query.integer('pageSize'), maxPageSize),
  };
}

/** A search of elements (4.3: FindRequestBody). Oldest first, unless asked otherwise. */
export function olderFind(query: Fields, body: Fields, names: ReleaseNames, maxPageSize: number): FindOptions {
  const older = body.text('metadataElementTypeName') ?? anyEntity;
  const subtypes = body.texts('metadataElementSubtypeName') ?? body.texts('metadataElementSubtypeNames');
  const { sequencingOrder = 'CREATION_DATE_OLDEST', sequencingProperty } = orderOptions(body);
  return defined({
    ...olderPage(query, maxPageSize),
    asOfTime: body.time('asOfTime'),
    typeName: names.newerType(older).name,
    subtypeNames: subtypes?.map((name) => names.newerType(name).name),
    statuses: statusesOf(body),
    sequencingOrder,
    sequencingProperty: sequencingProperty && names.newerProperty(older, sequencingProperty),
    conditions: olderConditions(body.object('searchProperties'), older, names),
    classifications: olderClassifications(body.object('matchClassifications'), names),
  });
}

/** Of the many statuses of 4.3 elements here have but one: a search for others finds nothing. */
function statusesOf(body: Fields): readonly ElementStatus[] | undefined {
  const wanted = body.texts('limitResultsByStatus');
  if (wanted === undefined) return undefined;
  return wanted.includes('ACTIVE') ? ['ACTIVE'] : ['OTHER'];
}

/** Conditions on the properties of a type; an absent `matchCriteria` is ALL, unlike in 6.x. */
export function olderConditions(
  fields: Fields | undefined,
  typeName: string,
  names: ReleaseNames,
): StoreConditions | undefined {
  const budget = { left: mostConditions };
  return fields === undefined ? undefined : conditionsOf(fields, typeName, names, budget, deepestNesting);
}

function conditionsOf(
  fields: Fields,
  typeName: string,
  names: ReleaseNames,
  budget: { left: number },
  depth: number,
): StoreConditions {
  if (depth === 0) throw unreadable('searchProperties', `must not nest deeper than ${deepestNesting}`);
  const conditions = fields.objects('conditions').map((condition): StoreCondition => {
    budget.left -= 1;
    if (budget.left < 0) throw unreadable('searchProperties', `must not have more than ${mostConditions} conditions`);
    const nested = condition.object('nestedConditions');
    if (nested !== undefined) return { nested: conditionsOf(nested, typeName, names, budget, depth - 1) };
    return conditionOf(condition, typeName, names);
  });
  return { matchCriteria: fields.choice('matchCriteria', matches) ?? 'ALL', conditions };
}

function conditionOf(condition: Fields, typeName: string, names: ReleaseNames): StoreCondition {
  const older = condition.text('property');
  const operator = condition.choice('operator', [...storeOperators, 'IN'] as const);
  if (older === undefined || operator === undefined)
    throw unreadable('conditions', 'need a property and an operator, or nestedConditions');
  const property = names.newerProperty(typeName, older);
  const value = unwrapValue(condition.raw('value'), older);
  if (operator === 'LIKE' && typeof value === 'string') return { property, pattern: searchPattern(value, older) };
  if (operator !== 'IN') return defined({ property, operator, value });
  const values = Array.isArray(value) ? value : [value];
  const conditions = values.map((each) => defined({ property, operator: 'EQ' as const, value: each }));
  return { nested: { matchCriteria: 'ANY', conditions } };
}

function olderClassifications(fields: Fields | undefined, names: ReleaseNames): ClassificationConditions | undefined {
  if (fields === undefined) return undefined;
  const conditions = fields.objects('conditions').map((condition) => {
    const name = condition.text('name');
    if (name === undefined) throw unreadable('matchClassifications', 'must name each classification');
    const inner = olderConditions(condition.object('searchProperties'), name, names);
    return defined({ name: names.newerType(name).name, conditions: inner });
  });
  return { matchCriteria: fields.choice('matchCriteria', matches) ?? 'ALL', conditions };
}
