/** One exchange with a real source. Bodies are text; what is no UTF-8 is kept as base64. */
export interface RecordedExchange {
  readonly method: string;
  /** Path with query, secrets masked. */
  readonly path: string;
  /** Masked too. */
  readonly requestBody?: string;
  readonly status: number;
  /** Addresses of the source begin with `{source}`. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
  readonly isBase64?: true;
}

/** @throws Error when the text is none of a recording */
export function parsedExchanges(text: string, file: string): readonly RecordedExchange[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${file} is no JSON: record it anew`, { cause: error });
  }
  if (!Array.isArray(value) || !value.every(isExchange))
    throw new Error(`${file} is no recording of exchanges: record it anew`);
  return value;
}

/** What of a recording comes nearest to a request that it does not hold, and in what that differs. */
export function nearestTo(
  { method, path, body }: { readonly method: string; readonly path: string; readonly body: string },
  exchanges: readonly RecordedExchange[],
): string {
  const [pathname, query] = parts(path);
  const alike = exchanges.filter((exchange) => parts(exchange.path)[0] === pathname);
  if (alike.length === 0) {
    const paths = [...new Set(exchanges.map((exchange) => parts(exchange.path)[0]))];
    return `nothing of this path is recorded, only of ${paths.slice(0, mostTold).join(', ') || 'none'}`;
  }
  const differences = alike.map((exchange) => [
    ...(exchange.method === method ? [] : [`the method is ${exchange.method}`]),
    ...queryDifferences(parts(exchange.path)[1], query),
    ...(body === (exchange.requestBody ?? '') ? [] : [bodyDifference(exchange.requestBody ?? '', body)]),
  ]);
  const [least = []] = differences.sort((one, other) => one.length - other.length);
  return least.length === 0 ? 'only the order of its query differs' : `in the nearest recorded one ${least.join('; ')}`;
}

const mostTold = 5;
const longestTold = 60;

function parts(path: string): readonly [pathname: string, query: URLSearchParams] {
  const at = path.indexOf('?');
  return at < 0 ? [path, new URLSearchParams()] : [path.slice(0, at), new URLSearchParams(path.slice(at + 1))];
}

function queryDifferences(recorded: URLSearchParams, asked: URLSearchParams): readonly string[] {
  const names = [...new Set([...recorded.keys(), ...asked.keys()])];
  return names.flatMap((name) => {
    const [one, other] = [recorded.getAll(name).join(', '), asked.getAll(name).join(', ')];
    if (one === other) return [];
    if (!recorded.has(name)) return [`there is no \`${name}\``];
    return [`\`${name}\` is ${shown(one)}, ${asked.has(name) ? `not ${shown(other)}` : 'and is not asked for'}`];
  });
}

/** Where two bodies part. */
function bodyDifference(recorded: string, asked: string): string {
  let at = 0;
  while (at < recorded.length && recorded[at] === asked[at]) at += 1;
  const from = Math.max(0, at - 10);
  return `the body goes on with ${shown(recorded.slice(from))}, not ${shown(asked.slice(from))}, at character ${at}`;
}

function shown(text: string): string {
  return JSON.stringify(text.length > longestTold ? `${text.slice(0, longestTold)}…` : text);
}

function isExchange(value: unknown): value is RecordedExchange {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['method', 'path', 'body'].every(
      (name) => typeof Object.getOwnPropertyDescriptor(value, name)?.value === 'string',
    ) &&
    'status' in value &&
    typeof value.status === 'number' &&
    'headers' in value &&
    typeof value.headers === 'object' &&
    value.headers !== null
  );
}
