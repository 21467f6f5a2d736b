import { IsthmusError } from '@isthmus/kernel';
import type { Properties, PropertyValue } from '@isthmus/model';
import type {
  StoreCondition,
  StoreConditions,
  StoreOperator,
  StringSearchOptions,
  TextPattern,
} from './element-store.js';
import { fold, isSame } from './property-changes.js';
import { literalsOf, textMatcher } from './text-pattern.js';

export type Predicate = (properties: Properties) => boolean;

/** What must occur in the searchable text of whatever matches; what the text index is asked for. */
export type TextQuery =
  | { readonly text: string }
  | { readonly all: readonly TextQuery[] }
  | { readonly any: readonly TextQuery[] };

/** @throws PARAMETER_INVALID for a comparison without a value */
export function conditionsPredicate(conditions: StoreConditions): Predicate {
  const tests = conditions.conditions.map(conditionPredicate);
  if (tests.length === 0) return () => true;
  switch (conditions.matchCriteria) {
    case 'ALL':
      return (properties) => tests.every((test) => test(properties));
    case 'ANY':
      return (properties) => tests.some((test) => test(properties));
    case 'NONE':
      return (properties) => !tests.some((test) => test(properties));
  }
}

function conditionPredicate(condition: StoreCondition): Predicate {
  if (condition.nested !== undefined) return conditionsPredicate(condition.nested);
  const { property, operator, value, pattern } = condition;
  if (property !== undefined && pattern !== undefined) {
    const matches = textMatcher(pattern);
    return (properties) => isLike(properties[property], matches);
  }
  if (property === undefined || operator === undefined) {
    throw new IsthmusError('PARAMETER_INVALID', 'a condition needs a property and an operator, or nested conditions', {
      details: { parameter: 'searchProperties' },
    });
  }
  if (operator === 'IS_NULL') return (properties) => properties[property] === undefined;
  if (operator === 'NOT_NULL') return (properties) => properties[property] !== undefined;
  if (value === undefined) {
    throw new IsthmusError('PARAMETER_INVALID', `the condition on ${property} needs a value for ${operator}`, {
      details: { parameter: 'searchProperties', property },
    });
  }
  const compare = comparisons[operator];
  if (compare === undefined) {
    throw new IsthmusError('PARAMETER_INVALID', `there is no operator ${operator}`, {
      details: { parameter: 'searchProperties', property },
    });
  }
  return (properties) => compare(properties[property], value);
}

function isLike(value: PropertyValue | undefined, matches: (text: string) => boolean): boolean {
  return typeof value === 'string' && matches(value);
}

/** Whether some string property is like the pattern. */
export function patternPredicate(pattern: TextPattern): Predicate {
  const matches = textMatcher(pattern);
  return (properties) => Object.values(properties).some((value) => isLike(value, matches));
}

export function patternText(pattern: TextPattern): TextQuery {
  return { all: literalsOf(pattern).map((text) => ({ text })) };
}

type Comparison = (actual: PropertyValue | undefined, wanted: PropertyValue) => boolean;

const comparisons: Readonly<Partial<Record<StoreOperator, Comparison>>> = {
  EQ: (actual, wanted) => isSame(actual, wanted),
  NEQ: (actual, wanted) => !isSame(actual, wanted),
  LT: ordered((order) => order < 0),
  LTE: ordered((order) => order <= 0),
  GT: ordered((order) => order > 0),
  GTE: ordered((order) => order >= 0),
  LIKE: textual((actual, wanted) => actual.includes(wanted)),
  NOT_LIKE: negated(textual((actual, wanted) => actual.includes(wanted))),
  STARTS_WITH: textual((actual, wanted) => actual.startsWith(wanted)),
  ENDS_WITH: textual((actual, wanted) => actual.endsWith(wanted)),
  CASE_INSENSITIVE_EQ: folded((actual, wanted) => actual === wanted),
  CASE_INSENSITIVE_LIKE: folded((actual, wanted) => actual.includes(wanted)),
  CASE_INSENSITIVE_NOT_LIKE: negated(folded((actual, wanted) => actual.includes(wanted))),
  CASE_INSENSITIVE_STARTS_WITH: folded((actual, wanted) => actual.startsWith(wanted)),
  CASE_INSENSITIVE_ENDS_WITH: folded((actual, wanted) => actual.endsWith(wanted)),
};

/** Numbers by size, strings by code unit; values of different kinds have no order. */
function ordered(holds: (order: number) => boolean): Comparison {
  return (actual, wanted) => {
    if (typeof actual === 'number' && typeof wanted === 'number') return holds(actual - wanted);
    if (typeof actual === 'string' && typeof wanted === 'string')
      return holds(actual < wanted ? -1 : actual > wanted ? 1 : 0);
    return false;
  };
}

function textual(holds: (actual: string, wanted: string) => boolean): Comparison {
  return (actual, wanted) => typeof actual === 'string' && typeof wanted === 'string' && holds(actual, wanted);
}

function folded(holds: (actual: string, wanted: string) => boolean): Comparison {
  return textual((actual, wanted) => holds(fold(actual), fold(wanted)));
}

function negated(comparison: Comparison): Comparison {
  return (actual, wanted) => !comparison(actual, wanted);
}

/** Whether some string property contains (starts with, ends with, is) the text. */
export function stringPredicate(search: string, options: StringSearchOptions): Predicate {
  const ignoreCase = options.ignoreCase ?? true;
  const wanted = ignoreCase ? fold(search) : search;
  const holds = (text: string): boolean => {
    if (options.startsWith === true && options.endsWith === true) return text === wanted;
    if (options.startsWith === true) return text.startsWith(wanted);
    return options.endsWith === true ? text.endsWith(wanted) : text.includes(wanted);
  };
  return (properties) =>
    Object.values(properties).some((value) => typeof value === 'string' && holds(ignoreCase ? fold(value) : value));
}

/** Undefined when the conditions can hold without any text in common. */
export function conditionsText(conditions: StoreConditions): TextQuery | undefined {
  const parts = conditions.conditions.map(conditionText);
  const known = parts.filter((part) => part !== undefined);
  if (known.length === 0) return undefined;
  if (conditions.matchCriteria === 'ALL') return { all: known };
  return conditions.matchCriteria === 'ANY' && known.length === parts.length ? { any: known } : undefined;
}

function conditionText({ nested, operator, value, pattern }: StoreCondition): TextQuery | undefined {
  if (nested !== undefined) return conditionsText(nested);
  if (pattern !== undefined) return patternText(pattern);
  if (operator === undefined || typeof value !== 'string' || !findsText.has(operator)) return undefined;
  return { text: value };
}

const findsText: ReadonlySet<StoreOperator> = new Set<StoreOperator>([
  'EQ',
  'LIKE',
  'STARTS_WITH',
  'ENDS_WITH',
  'CASE_INSENSITIVE_EQ',
  'CASE_INSENSITIVE_LIKE',
  'CASE_INSENSITIVE_STARTS_WITH',
  'CASE_INSENSITIVE_ENDS_WITH',
]);

/** More names than this are looked for like any text. */
const mostNames = 1_000;

/** The qualified names of which one alone can match, if the conditions say so. */
export function exactNames({ conditions, matchCriteria }: StoreConditions): readonly string[] | undefined {
  const names = conditions.map(nameOf);
  const known = names.filter((name) => name !== undefined);
  if (matchCriteria === 'NONE' || known.length === 0) return undefined;
  if (matchCriteria === 'ALL') return known.slice(0, 1);
  const isEach = known.length === names.length && known.length <= mostNames;
  return isEach ? [...new Set(known)] : undefined;
}

function nameOf({ property, operator, value, nested }: StoreCondition): string | undefined {
  const isName = nested === undefined && property === 'qualifiedName' && operator === 'EQ';
  return isName && typeof value === 'string' ? value : undefined;
}

/** The query in the words of the trigram index; undefined when the texts are too short for it. */
export function trigramExpression(query: TextQuery): string | undefined {
  if ('text' in query) return trigramsOf(query.text);
  const parts = ('all' in query ? query.all : query.any).map(trigramExpression);
  const known = parts.filter((part) => part !== undefined);
  if (known.length === 0 || ('any' in query && known.length < parts.length)) return undefined;
  return known.length === 1 ? known[0] : known.map((part) => `(${part})`).join('any' in query ? ' OR ' : ' AND ');
}

const mostTrigrams = 24;

function trigramsOf(text: string): string | undefined {
  const letters = [...fold(text)];
  const found = new Set<string>();
  for (let index = 0; index + 3 <= letters.length; index += 1) {
    const trigram = letters.slice(index, index + 3).join('');
    // what cannot be stored as UTF-8 text is not in the index
    if (!/[\0\ud800-\udfff]/u.test(trigram)) found.add(trigram);
  }
  if (found.size === 0) return undefined;
  const all = [...found];
  const step = Math.max(1, all.length / mostTrigrams);
  const chosen = new Set<string>();
  for (let index = 0; index < all.length; index += step) chosen.add(all[Math.floor(index)] ?? '');
  return [...chosen].map((trigram) => `"${trigram.replaceAll('"', '""')}"`).join(' AND ');
}
