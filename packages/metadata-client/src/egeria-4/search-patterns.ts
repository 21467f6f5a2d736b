import type { ConditionOperator, PropertyValue, SearchOptions } from '@isthmus/model';

/** 4.3 knows no other comparisons of texts than equality and patterns (`LIKE`), which are Java's regular expressions. */
export function toComparison(
  operator: ConditionOperator,
  value: PropertyValue | undefined,
): { readonly operator: string; readonly value: PropertyValue | undefined } {
  if (typeof value !== 'string') return { operator, value };
  if (operator === 'LIKE') return { operator: 'LIKE', value: searchPattern(value, {}) };
  if (operator === 'STARTS_WITH') return { operator: 'LIKE', value: searchPattern(value, { startsWith: true }) };
  if (operator === 'ENDS_WITH') return { operator: 'LIKE', value: searchPattern(value, { endsWith: true }) };
  return { operator, value };
}

/** Only the forms that Egeria's repositories recognise: a quoted text, open at either end, with or without case. */
export function searchPattern(
  text: string,
  options: Pick<SearchOptions, 'startsWith' | 'endsWith' | 'ignoreCase'>,
): string {
  const before = options.startsWith ? '' : '.*';
  const after = options.endsWith ? '' : '.*';
  return `${options.ignoreCase ? '(?i)' : ''}${before}${quoted(text)}${after}`;
}

function quoted(text: string): string {
  return `\\Q${text.replaceAll('\\E', '\\E\\\\E\\Q')}\\E`;
}
