import { IntakeFull } from './event-intake.js';
import { EventFault } from './read-event.js';

/** What a client is told instead of being served. */
export class Refusal extends Error {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(
    readonly status: number,
    code: string,
    message: string,
    { headers = {}, more = {} }: { headers?: Record<string, string>; more?: Record<string, unknown> } = {},
  ) {
    super(message);
    this.headers = headers;
    this.body = { code, message, ...more };
  }
}

/** What is said of any error; of those that are nobody's business no more than that. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof EventFault)
    return new Refusal(400, 'REQUEST_INVALID', error.message, { more: { field: error.field } });
  if (error instanceof IntakeFull)
    return new Refusal(503, error.code, `${error.message}; send it again`, {
      headers: { 'retry-after': String(error.retryAfterSeconds) },
    });
  return new Refusal(503, 'INTERNAL', 'the event could not be kept; send it again', {
    headers: { 'retry-after': '5' },
  });
}
