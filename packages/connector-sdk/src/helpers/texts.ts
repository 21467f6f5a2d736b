/** Texts without those that are undefined, as `additionalProperties` takes them. */
export function definedTexts(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** Estimates change all the time; to one digit they change when it matters: 1234 -> "1000". */
export function oneDigit(value: number): string {
  return String(Number(value.toPrecision(1)));
}
