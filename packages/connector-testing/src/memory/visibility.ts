import { isDeepStrictEqual } from 'node:util';
import type {
  Conditions,
  MetadataElement,
  PageOptions,
  Properties,
  PropertyCondition,
  PropertyValue,
  QueryOptions,
  ReadOptions,
  SearchOptions,
} from '@isthmus/model';

/** Archived elements are hidden unless asked for, and what does not count at the time asked about. */
export function isVisible(
  of: {
    readonly effectivity: { readonly effectiveFrom?: number; readonly effectiveTo?: number };
    readonly classifications?: ReadonlyMap<string, unknown>;
  },
  { forLineage, effectiveTime }: ReadOptions,
): boolean {
  if (of.classifications?.has('Memento') === true && forLineage !== true) return false;
  if (effectiveTime === undefined) return true;
  const { effectiveFrom = Number.NEGATIVE_INFINITY, effectiveTo = Number.POSITIVE_INFINITY } = of.effectivity;
  return effectiveFrom <= effectiveTime && effectiveTime < effectiveTo;
}

export function pageOf<T>(items: readonly T[], { startFrom = 0, pageSize = 1_000 }: PageOptions): readonly T[] {
  return items.slice(startFrom, startFrom + (pageSize === 0 ? 1_000 : pageSize));
}

/** As asked for; ties by GUID, so that pages do not overlap. */
export function ordered(elements: readonly MetadataElement[], options: QueryOptions): readonly MetadataElement[] {
  const { sequencingOrder = 'GUID', sequencingProperty = 'qualifiedName' } = options;
  const created = ({ versions }: MetadataElement) => versions.createTime;
  const updated = ({ versions }: MetadataElement) => versions.updateTime ?? versions.createTime;
  const property = ({ properties }: MetadataElement) => String(properties[sequencingProperty] ?? '');
  const by = {
    GUID: () => 0,
    CREATION_DATE_RECENT: (one: MetadataElement, other: MetadataElement) => created(other) - created(one),
    CREATION_DATE_OLDEST: (one: MetadataElement, other: MetadataElement) => created(one) - created(other),
    LAST_UPDATE_RECENT: (one: MetadataElement, other: MetadataElement) => updated(other) - updated(one),
    LAST_UPDATE_OLDEST: (one: MetadataElement, other: MetadataElement) => updated(one) - updated(other),
    PROPERTY_ASCENDING: (one: MetadataElement, other: MetadataElement) => compared(property(one), property(other)),
    PROPERTY_DESCENDING: (one: MetadataElement, other: MetadataElement) => compared(property(other), property(one)),
  }[sequencingOrder];
  return [...elements].sort((one, other) => by(one, other) || compared(one.guid, other.guid));
}

export function textOccurs(properties: Properties, search: string, options: SearchOptions): boolean {
  const fold = (text: string) => ((options.ignoreCase ?? true) ? text.toLowerCase() : text);
  const wanted = fold(search);
  return Object.values(properties).some((value) => {
    if (typeof value !== 'string') return false;
    const text = fold(value);
    if (options.startsWith === true && !text.startsWith(wanted)) return false;
    if (options.endsWith === true && !text.endsWith(wanted)) return false;
    return text.includes(wanted);
  });
}

export function conditionsHold({ matchCriteria, conditions }: Conditions, properties: Properties): boolean {
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
