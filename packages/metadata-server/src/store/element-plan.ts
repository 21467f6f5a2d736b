import { IsthmusError } from '@isthmus/kernel';
import type { SequencingOrder, TypeSystem } from '@isthmus/model';
import {
  conditionsPredicate,
  conditionsText,
  exactNames,
  type Predicate,
  patternPredicate,
  patternText,
  stringPredicate,
  type TextQuery,
} from './conditions.js';
import type { ClassificationConditions, FindOptions, StringSearchOptions } from './element-store.js';
import { type ClassificationRow, type ElementRow, isEffective, parseProperties } from './rows.js';
import { visibility } from './store-schema.js';
import type { TypeCodes } from './type-codes.js';

/** What a search asks for, in the words of the database. */
export interface ElementPlan {
  /** Codes of the types that may match. */
  readonly types: ReadonlySet<number>;
  readonly visible: ReadonlySet<number>;
  readonly order: SequencingOrder;
  readonly orderProperty: string;
  readonly startFrom: number;
  readonly pageSize: number;
  /** Only what has one of these names can match. */
  readonly names: readonly string[] | undefined;
  readonly text: TextQuery | undefined;
  /** Only what is anchored to this element can match. */
  readonly anchorGuid: string | undefined;
  /** What else must hold; undefined = nothing, so rows need not be looked at one by one. */
  readonly test: ((row: ElementRow, classifications: readonly ClassificationRow[]) => boolean) | undefined;
  /** Whether `test` looks at classifications. */
  readonly testsClassifications: boolean;
  readonly asOfTime: number | undefined;
}

/** @throws TYPE_UNKNOWN, TYPE_UNSUITABLE, PARAMETER_INVALID */
export function planElements(
  types: TypeSystem,
  codes: TypeCodes,
  search: string | undefined,
  options: StringSearchOptions,
  maxPageSize: number,
): ElementPlan {
  const property = propertyTest(search, options);
  const rows = rowTests(types, codes, options);
  const classified = classificationTests(codes, options);
  return {
    types: typeCodes(types, codes, options),
    visible: visibleSet(options),
    order: options.sequencingOrder ?? 'LAST_UPDATE_RECENT',
    orderProperty: options.sequencingProperty ?? 'qualifiedName',
    ...pageOf(options, maxPageSize),
    names: options.conditions === undefined ? undefined : exactNames(options.conditions),
    text: textOf(search, options),
    anchorGuid: options.anchorGuid,
    test:
      property === undefined && rows.length === 0 && classified.length === 0
        ? undefined
        : (row, classifications) =>
            rows.every((test) => test(row)) &&
            (property === undefined || property(parseProperties(row.properties))) &&
            classified.every((test) => test(classifications)),
    testsClassifications: classified.length > 0,
    asOfTime: options.asOfTime,
  };
}

/** @throws PARAMETER_INVALID */
export function pageOf(
  options: Pick<FindOptions, 'startFrom' | 'pageSize'>,
  maxPageSize: number,
): { readonly startFrom: number; readonly pageSize: number } {
  const startFrom = options.startFrom ?? 0;
  // 0 is Egeria's word for "as many as you give"
  const pageSize = options.pageSize || maxPageSize;
  for (const [parameter, value, fault] of [
    ['startFrom', startFrom, startFrom < 0 || !Number.isInteger(startFrom) ? 'must be 0 or more' : undefined],
    ['pageSize', pageSize, pageSize < 0 || !Number.isInteger(pageSize) ? 'must be 0 or more' : undefined],
    ['pageSize', pageSize, pageSize > maxPageSize ? `must be ${maxPageSize} or less` : undefined],
  ] as const) {
    if (fault !== undefined) {
      throw new IsthmusError('PARAMETER_INVALID', `${parameter} ${value} ${fault}`, {
        details: { parameter, value, maximum: maxPageSize },
      });
    }
  }
  return { startFrom, pageSize };
}

function typeCodes(types: TypeSystem, codes: TypeCodes, options: FindOptions): ReadonlySet<number> {
  const wanted = types.entity(options.typeName ?? 'OpenMetadataRoot').name;
  const narrowed = options.subtypeNames?.length ? options.subtypeNames : [wanted];
  const result = new Set<number>();
  for (const name of narrowed) {
    types.entity(name);
    if (!types.isSubtypeOf(name, wanted)) {
      throw new IsthmusError('TYPE_UNSUITABLE', `${name} is not a subtype of ${wanted}`, {
        details: { typeName: name, superTypeName: wanted },
      });
    }
    for (const each of [name, ...types.subtypes(name)]) result.add(codes.code(each));
  }
  return result;
}

export function visibleSet(options: FindOptions): ReadonlySet<number> {
  const result = new Set<number>();
  const statuses = options.statuses?.length ? options.statuses : ['ACTIVE'];
  if (statuses.includes('ACTIVE')) {
    result.add(visibility.live);
    if (options.forLineage === true) result.add(visibility.archived);
  }
  if (statuses.includes('DELETED')) result.add(visibility.deleted);
  return result;
}

function propertyTest(search: string | undefined, options: StringSearchOptions): Predicate | undefined {
  const byString = search === undefined || search === '' ? undefined : stringPredicate(search, options);
  const byConditions = options.conditions === undefined ? undefined : conditionsPredicate(options.conditions);
  const byPattern = options.pattern === undefined ? undefined : patternPredicate(options.pattern);
  const tests = [byString, byConditions, byPattern].filter((test) => test !== undefined);
  return tests.length < 2 ? tests[0] : (properties) => tests.every((test) => test(properties));
}

function textOf(search: string | undefined, options: StringSearchOptions): TextQuery | undefined {
  const parts: TextQuery[] = [];
  if (search !== undefined && search !== '') parts.push({ text: search });
  const fromConditions = options.conditions === undefined ? undefined : conditionsText(options.conditions);
  if (fromConditions !== undefined) parts.push(fromConditions);
  if (options.pattern !== undefined) parts.push(patternText(options.pattern));
  return parts.length === 0 ? undefined : { all: parts };
}

function rowTests(types: TypeSystem, codes: TypeCodes, options: FindOptions): ((row: ElementRow) => boolean)[] {
  const tests: ((row: ElementRow) => boolean)[] = [];
  const { effectiveTime, asOfTime, anchorGuid, anchorDomainName, anchorScopeGuid } = options;
  if (effectiveTime !== undefined) tests.push((row) => isEffective(row, effectiveTime));
  if (asOfTime !== undefined) tests.push((row) => row.create_time <= asOfTime);
  if (anchorGuid !== undefined) tests.push((row) => row.anchor_guid === anchorGuid);
  if (anchorDomainName !== undefined) {
    tests.push((row) => row.anchor_type !== null && types.domain(codes.name(row.anchor_type)) === anchorDomainName);
  }
  if (anchorScopeGuid !== undefined)
    tests.push((row) => row.anchor_scopes !== null && JSON.parse(row.anchor_scopes).includes(anchorScopeGuid));
  return tests;
}

type ClassificationTest = (classifications: readonly ClassificationRow[]) => boolean;

function classificationTests(codes: TypeCodes, options: FindOptions): ClassificationTest[] {
  const tests: ClassificationTest[] = [];
  const { skipClassifiedElements: skip, includeOnlyClassifiedElements: only, classifications } = options;
  const any = (names: readonly string[]): ClassificationTest => {
    const wanted = new Set(names.map((name) => codes.code(name)));
    return (rows) => rows.some((row) => wanted.has(row.type));
  };
  if (skip !== undefined && skip.length > 0) {
    const test = any(skip);
    tests.push((rows) => !test(rows));
  }
  if (only !== undefined && only.length > 0) tests.push(any(only));
  if (classifications !== undefined) tests.push(matchTest(codes, classifications));
  return tests;
}

function matchTest(codes: TypeCodes, wanted: ClassificationConditions): ClassificationTest {
  const tests = wanted.conditions.map(({ name, conditions }): ClassificationTest => {
    const code = codes.code(name);
    const holds = conditions === undefined ? () => true : conditionsPredicate(conditions);
    return (rows) => rows.some((row) => row.type === code && holds(parseProperties(row.properties)));
  });
  if (tests.length === 0) return () => true;
  switch (wanted.matchCriteria) {
    case 'ALL':
      return (rows) => tests.every((test) => test(rows));
    case 'ANY':
      return (rows) => tests.some((test) => test(rows));
    case 'NONE':
      return (rows) => !tests.some((test) => test(rows));
  }
}
