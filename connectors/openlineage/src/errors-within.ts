/** An error with all those that it was made of, outermost first: of several brokers each has its own. */
export function errorsWithin(error: unknown): readonly unknown[] {
  const found: unknown[] = [error];
  for (let place = 0; place < found.length && found.length < 50; place += 1) {
    const one = found[place];
    if (!isRecord(one)) continue;
    if (Array.isArray(one.errors)) found.push(...one.errors);
    if (one.cause !== undefined) found.push(one.cause);
  }
  return found;
}

/** What a broker has refused, as Kafka's protocol calls it; undefined: it was something else. */
export function refusalWithin(error: unknown, code: string): unknown {
  return errorsWithin(error).find((one) => isRecord(one) && one.apiId === code);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
