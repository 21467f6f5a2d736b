/** The values of `enum('a','b')` or `set(...)`, in their order; undefined = it is another type, or is not understood. */
export function valuesOf(type: string): readonly string[] | undefined {
  const list = /^(?:enum|set)\((.*)\)/is.exec(type)?.[1];
  if (list === undefined) return undefined;
  const values: string[] = [];
  // a quote in a value stands twice, what cannot be printed is escaped
  const value = /'((?:[^'\\]|''|\\.)*)'(?:,|$)/gsy;
  while (value.lastIndex < list.length) {
    const [, text] = value.exec(list) ?? [];
    if (text === undefined) return undefined;
    values.push(text.replace(/''|\\(.)/gs, (sign, escaped?: string) => meaningOf(sign, escaped)));
  }
  return values;
}

const escapes: Readonly<Record<string, string>> = { 0: '\0', n: '\n', r: '\r', t: '\t', Z: '\u001A' };

function meaningOf(sign: string, escaped: string | undefined): string {
  if (escaped === undefined) return sign === "''" ? "'" : sign;
  return escapes[escaped] ?? escaped;
}
