import { isDeepStrictEqual } from 'node:util';
import type {
  Conditions,
  Effectivity,
  PageOptions,
  Properties,
  PropertyCondition,
  PropertyValue,
  QueryOptions,
  ReadOptions,
  SearchOptions,
  SequencingOrder,
} from '@isthmus/model';
import type { StoredElement } from './memory-rows.js';

/** Archived elements are hidden unless asked for, and what does not count at the time asked about. */
export function isVisible(
  of: { readonly effectivity: Effectivity; readonly classifications?: ReadonlyMap<string, unknown> },
  { forLineage, effectiveTime }: ReadOptions,
): boolean {
  if (isArchived(of) && forLineage !== true) return false;
  return isEffective(of.effectivity, effectiveTime);
}

export function isArchived(of: { readonly classifications?: ReadonlyMap<string, unknown> }): boolean {
  return of.classifications?.has('Memento') === true;
}

export function isEffective(effectivity: Effectivity, time: number | undefined): boolean {
  if (time === undefined) return true;
  const { effectiveFrom = Number.NEGATIVE_INFINITY, effectiveTo = Number.POSITIVE_INFINITY } = effectivity;
  return effectiveFrom <= time && time < effectiveTo;
}

export function pageOf<T>(items: readonly T[], { startFrom = 0, pageSize = 1_000 }: PageOptions): readonly T[] {
  return items.slice(startFrom, startFrom + (pageSize === 0 ? 1_000 : pageSize));
}

/** As asked for; what lacks the property comes after all that have it. Ties by GUID, so that pages do not overlap. */
export function ordered(elements: readonly StoredElement[], options: QueryOptions): readonly StoredElement[] {
  const { sequencingOrder = 'LAST_UPDATE_RECENT', sequencingProperty = 'qualifiedName' } = options;
  const created = ({ versions }: StoredElement) => versions.createTime;
  const orders: Readonly<Record<SequencingOrder, (one: StoredElement, other: StoredElement) => number>> = {
    GUID: () => 0,
    CREATION_DATE_RECENT: (one, other) => created(other) - created(one) || other.number - one.number,
    CREATION_DATE_OLDEST: (one, other) => created(one) - created(other) || one.number - other.number,
    LAST_UPDATE_RECENT: (one, other) => other.sequence - one.sequence,
    LAST_UPDATE_OLDEST: (one, other) => one.sequence - other.sequence,
    PROPERTY_ASCENDING: (one, other) =>
      inOrder(one.properties[sequencingProperty], other.properties[sequencingProperty]),
    PROPERTY_DESCENDING: (one, other) =>
      inOrder(other.properties[sequencingProperty], one.properties[sequencingProperty]),
  };
  const by = orders[sequencingOrder];
  return [...elements].sort((one, other) => by(one, other) || compared(one.guid, other.guid));
}

function inOrder(one: PropertyValue | undefined, other: PropertyValue | undefined): number {
  if (one === undefined || other === undefined) return Number(one === undefined) - Number(other === undefined);
  return order(one, other);
}

export function textOccurs(properties: Properties, search: string, options: SearchOptions): boolean {
  if (search === '') return true;
  const fold = (text: string) => ((options.ignoreCase ?? true) ? text.toLowerCase().replaceAll('ς', 'σ') : text);
  const wanted = fold(search);
  return Object.values(properties).some((value) => {
    if (typeof value !== 'string') return false;
    const text = fold(value);
    if (options.startsWith === true && options.endsWith === true) return text === wanted;
    if (options.startsWith === true && !text.startsWith(wanted)) return false;
    if (options.endsWith === true && !text.endsWith(wanted)) return false;
    return text.includes(wanted);
  });
}

export function conditionsHold({ matchCriteria, conditions }: Conditions, properties: Properties): boolean {
  if (conditions.length === 0) return true;
  const holds = (condition: PropertyCondition) => conditionHolds(condition, properties[condition.property]);
  if (matchCriteria === 'ALL') return conditions.every(holds);
  return conditions.some(holds) === (matchCriteria === 'ANY');
}

function conditionHolds({ operator, value }: PropertyCondition, actual: PropertyValue | undefined): boolean {
  switch (operator) {
    case 'EQ':
      return isDeepStrictEqual(actual, value);
    case 'NEQ':
      return !isDeepStrictEqual(actual, value);
    case 'IS_NULL':
      return actual === undefined;
    case 'NOT_NULL':
      return actual !== undefined;
    case 'LT':
      return typeof actual === typeof value && order(actual, value) < 0;
    case 'LTE':
      return typeof actual === typeof value && order(actual, value) <= 0;
    case 'GT':
      return typeof actual === typeof value && order(actual, value) > 0;
    case 'GTE':
      return typeof actual === typeof value && order(actual, value) >= 0;
    case 'LIKE':
      return isText(actual, value, (text, wanted) => text.includes(wanted));
    case 'STARTS_WITH':
      return isText(actual, value, (text, wanted) => text.startsWith(wanted));
    case 'ENDS_WITH':
      return isText(actual, value, (text, wanted) => text.endsWith(wanted));
  }
}

function isText(
  actual: PropertyValue | undefined,
  wanted: PropertyValue | undefined,
  holds: (text: string, wanted: string) => boolean,
): boolean {
  return typeof actual === 'string' && typeof wanted === 'string' && holds(actual, wanted);
}

function order(one: PropertyValue | undefined, other: PropertyValue | undefined): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return compared(String(one), String(other));
}

function compared(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
