import { type PropertyValue, type ReadOptions, type SequencingOrder, unwrapValue } from '@isthmus/model';
import { EgeriaError } from '@isthmus/platform';
import type {
  ClassificationConditions,
  ElementStatus,
  FindOptions,
  HistoryOptions,
  StoreCondition,
  StoreConditions,
  StoreOperator,
} from '../store/element-store.js';
import { Fields, unreadable } from './fields.js';

const matches = ['ALL', 'ANY', 'NONE'] as const;
const statuses: readonly ElementStatus[] = ['ACTIVE', 'INVALID', 'DELETED', 'UNKNOWN', 'OTHER'];
const orders: readonly (SequencingOrder | 'ANY')[] = [
  'ANY',
  'GUID',
  'CREATION_DATE_RECENT',
  'CREATION_DATE_OLDEST',
  'LAST_UPDATE_RECENT',
  'LAST_UPDATE_OLDEST',
  'PROPERTY_ASCENDING',
  'PROPERTY_DESCENDING',
];
export const storeOperators: readonly StoreOperator[] = [
  'EQ',
  'NEQ',
  'LT',
  'LTE',
  'GT',
  'GTE',
  'IS_NULL',
  'NOT_NULL',
  'LIKE',
  'NOT_LIKE',
  'CASE_INSENSITIVE_LIKE',
  'CASE_INSENSITIVE_NOT_LIKE',
  'STARTS_WITH',
  'ENDS_WITH',
  'CASE_INSENSITIVE_STARTS_WITH',
  'CASE_INSENSITIVE_ENDS_WITH',
  'CASE_INSENSITIVE_EQ',
];
const mostConditions = 500;
const deepestNesting = 10;

export const noFields = new Fields({});

export function readOptions(fields: Fields): ReadOptions {
  return defined({
    forLineage: fields.flag('forLineage'),
    effectiveTime: fields.time('effectiveTime'),
    asOfTime: fields.time('asOfTime'),
  });
}

/**
 * Paging, type and order of a search. Page size 0 is the server's own maximum.
 *
 * @param overMaximum - `refuse` a page over the maximum, as searches do, or `clamp` it, as related elements do
 */
export function queryOptions(fields: Fields, maxPageSize: number, overMaximum: 'refuse' | 'clamp'): FindOptions {
  return defined({
    ...readOptions(fields),
    ...orderOptions(fields),
    ...pageOptions(fields.integer('startFrom'), fields.integer('pageSize'), maxPageSize, overMaximum),
    typeName: fields.text('metadataElementTypeName'),
    subtypeNames: fields.texts('metadataElementSubtypeNames'),
    statuses: statusesOf(fields),
  });
}

export function orderOptions(fields: Fields): Pick<FindOptions, 'sequencingOrder' | 'sequencingProperty'> {
  const order = fields.choice('sequencingOrder', orders);
  return defined({
    sequencingOrder: order === 'ANY' ? undefined : order,
    sequencingProperty: fields.text('sequencingProperty'),
  });
}

export function pageOptions(
  startFrom = 0,
  pageSize = 0,
  maxPageSize: number,
  overMaximum: 'refuse' | 'clamp' = 'refuse',
): { readonly startFrom: number; readonly pageSize: number } {
  if (startFrom < 0) throw badPage('OMAG-COMMON-400-008', 'startFrom', `the start ${startFrom} is negative`);
  if (pageSize < 0) throw badPage('OMAG-COMMON-400-009', 'pageSize', `the page size ${pageSize} is negative`);
  if (pageSize > maxPageSize && overMaximum === 'refuse')
    throw badPage('OMAG-COMMON-400-010', 'pageSize', `the page size ${pageSize} is over the maximum of ${maxPageSize}`);
  return { startFrom, pageSize: pageSize === 0 ? maxPageSize : Math.min(pageSize, maxPageSize) };
}

export function historyOptions(fields: Fields, maxPageSize: number): HistoryOptions {
  return defined({
    ...pageOptions(fields.integer('startFrom'), fields.integer('pageSize'), maxPageSize),
    fromTime: fields.time('fromTime'),
    toTime: fields.time('toTime'),
    // A real 6.1 answers the oldest version first even when it is not asked to; `newestFirst` is ours.
    oldestFirst: !(fields.flag('newestFirst') ?? false),
  });
}

/** Conditions on properties; an absent `matchCriteria` is ANY, as in 6.x. */
export function conditionsOf(fields: Fields | undefined): StoreConditions | undefined {
  return fields === undefined ? undefined : readConditions(fields, { left: mostConditions }, deepestNesting);
}

export function classificationConditionsOf(fields: Fields | undefined): ClassificationConditions | undefined {
  if (fields === undefined) return undefined;
  const conditions = fields.objects('conditions').map((condition) => {
    const name = condition.text('name');
    if (name === undefined) throw unreadable('matchClassifications', 'must name each classification');
    return defined({ name, conditions: conditionsOf(condition.object('searchProperties')) });
  });
  return { matchCriteria: fields.choice('matchCriteria', matches) ?? 'ANY', conditions };
}

function readConditions(fields: Fields, budget: { left: number }, depth: number): StoreConditions {
  if (depth === 0) throw unreadable('searchProperties', `must not nest deeper than ${deepestNesting}`);
  const conditions = fields.objects('conditions').map((condition) => {
    budget.left -= 1;
    if (budget.left < 0) throw unreadable('searchProperties', `must not have more than ${mostConditions} conditions`);
    return readCondition(condition, budget, depth);
  });
  return { matchCriteria: fields.choice('matchCriteria', matches) ?? 'ANY', conditions };
}

function readCondition(condition: Fields, budget: { left: number }, depth: number): StoreCondition {
  const nested = condition.object('nestedConditions');
  if (nested !== undefined) return { nested: readConditions(nested, budget, depth - 1) };
  const property = condition.text('property');
  const operator = condition.choice('operator', storeOperators);
  if (property === undefined || operator === undefined)
    throw unreadable('conditions', 'need a property and an operator, or nestedConditions');
  const value: PropertyValue | undefined = unwrapValue(condition.raw('value'), property);
  return defined({ property, operator, value });
}

function statusesOf(fields: Fields): readonly ElementStatus[] | undefined {
  return fields.texts('limitResultsByStatus')?.map((text) => {
    const status = statuses.find((known) => known === text);
    if (status === undefined) throw unreadable('limitResultsByStatus', `must name statuses, not ${text}`);
    return status;
  });
}

function badPage(messageId: string, parameterName: string, message: string): EgeriaError {
  return new EgeriaError({
    code: 400,
    messageId,
    message,
    exception: 'invalidParameter',
    properties: { parameterName },
    isthmusCode: 'PARAMETER_INVALID',
  });
}

type Defined<T> = { readonly [K in keyof T]: Exclude<T[K], undefined> };

/** Leaves undefined members out: optional members of options may be absent, not undefined. */
export function defined<T extends object>(members: T): Partial<Defined<T>> & Pick<Defined<T>, RequiredKeys<T>> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;
}

type RequiredKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? never : K }[keyof T];
