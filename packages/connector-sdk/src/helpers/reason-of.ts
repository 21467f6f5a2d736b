/**
 * What went wrong, in a sentence without the configuration's values; an error of several addresses says that of its first,
 * one of `fetch` that of its cause, as it has no other.
 */
export function reasonOf(error: unknown): string {
  if (!isRecord(error)) return String(error);
  const { code, message, cause } = error;
  if (message === 'fetch failed' && cause !== undefined) return `${message}: ${reasonOf(cause)}`;
  const text = typeof message === 'string' && message !== '' ? message : nestedReason(error);
  return typeof code === 'string' && !text.includes(code) ? `${text} (${code})` : text;
}

/** The `code` of an error, of an error of several addresses that of its first: of Node (`ECONNREFUSED`) or of a driver. */
export function codeOf(error: unknown): string | undefined {
  if (!isRecord(error)) return undefined;
  if (typeof error.code === 'string') return error.code;
  return Array.isArray(error.errors) ? codeOf(error.errors[0]) : undefined;
}

/** An AggregateError of several addresses has no message of its own. */
function nestedReason(error: Readonly<Record<string, unknown>>): string {
  const [first] = Array.isArray(error.errors) ? error.errors : [];
  return first === undefined ? 'no reason was given' : reasonOf(first);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
