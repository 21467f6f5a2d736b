/** Types of sampled values, from narrow to wide; open metadata's primitive names. */
export type SampledType = 'boolean' | 'int' | 'long' | 'double' | 'date' | 'timestamp' | 'string';

/** The narrowest type that holds all values; `string` without any. */
export function typeOfValues(values: Iterable<string>, decimalComma: boolean): SampledType {
  let type: SampledType | undefined;
  for (const value of values) {
    const own = typeOfValue(value, decimalComma);
    type = type === undefined ? own : wider(type, own);
    if (type === 'string') break;
  }
  return type ?? 'string';
}

export function typeOfValue(value: string, decimalComma: boolean): SampledType {
  if (/^(true|false|yes|no)$/i.test(value)) return 'boolean';
  // A leading zero marks an identifier (postcode, article number), which no number may lose.
  if (/^[+-]?(0|[1-9]\d{0,18})$/.test(value)) return integerType(value);
  if (/^[+-]?(\d+\.\d*|\.\d+|\d+)([eE][+-]?\d{1,3})?$/.test(value)) return isNumberLike(value) ? 'double' : 'string';
  if (decimalComma && /^[+-]?(0|[1-9]\d{0,2}(\.\d{3})+|[1-9]\d*),\d+$/.test(value)) return 'double';
  if (/^\d{4}-\d{2}-\d{2}$/.test(value) || /^\d{1,2}[./]\d{1,2}[./]\d{4}$/.test(value))
    return isDate(value) ? 'date' : 'string';
  if (/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?\s?(Z|[+-]\d{2}:?\d{2})?$/.test(value))
    return 'timestamp';
  return 'string';
}

function integerType(value: string): SampledType {
  const number = BigInt(value.replace('+', ''));
  if (number >= -2_147_483_648n && number <= 2_147_483_647n) return 'int';
  return number >= -(2n ** 63n) && number < 2n ** 63n ? 'long' : 'string';
}

/** Digits alone that were no integer are too long or begin with zero: identifiers. */
function isNumberLike(value: string): boolean {
  return !/^[+-]?\d+$/.test(value) && !/^[+-]?0\d/.test(value);
}

function isDate(value: string): boolean {
  const parts = value.split(/[-./]/).map(Number);
  const [first = 0, second = 0, third = 0] = parts;
  const [month, day] = value.includes('-') ? [second, third] : [Math.min(first, second), Math.max(first, second)];
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

function wider(one: SampledType, other: SampledType): SampledType {
  if (one === other) return one;
  const numbers: readonly SampledType[] = ['int', 'long', 'double'];
  const [first, second] = [numbers.indexOf(one), numbers.indexOf(other)];
  if (first >= 0 && second >= 0) return numbers[Math.max(first, second)] ?? 'string';
  const times: readonly SampledType[] = ['date', 'timestamp'];
  return times.includes(one) && times.includes(other) ? 'timestamp' : 'string';
}
