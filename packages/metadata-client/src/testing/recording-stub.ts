import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { isRecord } from '../guards.js';
import { type Exchange, isAccepted, type RecordedRequest, templateOf } from './recordings.js';
import type { Behaviour } from './test-server.js';

/** GUIDs for captured values, in Egeria's own form. */
export function guidOf(name: string): string {
  const digits = createHash('sha256').update(name).digest('hex').slice(0, 12);
  return `Recorded-00000000-0000-4000-8000-${digits}`;
}

/**
 * Answers each request by what a real server answered to the nearest recorded one: the same path, else one of the same
 * template that was answered well. What is not recorded is answered as a server of that release would: by its 404.
 */
export function recordedBehaviour(exchanges: readonly Exchange[], seen: RecordedRequest[]): Behaviour {
  return (request, response) => {
    const query = request.query.toString();
    const path = query === '' ? request.path : `${request.path}?${query}`;
    seen.push({ method: request.method, path, ...(request.body !== undefined && { body: request.body }) });
    const isFurther = Number(request.query.get('startFrom') ?? request.query.get('startingFrom') ?? 0) > 0;
    const alike = exchanges.filter(
      (exchange) => exchange.method === request.method && templateOf(exchange.path) === templateOf(path),
    );
    const asSent = alike.find(
      ({ body }) => body !== undefined && JSON.stringify(body) === JSON.stringify(request.body),
    );
    const [taken] = Object.entries(asSent?.capture ?? {}).flatMap(([name, pointer]) => (pointer === '' ? [name] : []));
    if (asSent !== undefined && asSent.answer === undefined && taken !== undefined)
      return send(response, 200, { text: guidOf(taken) });
    const answered = alike.filter((exchange) => isAccepted(exchange) && exchange.answer !== undefined);
    // Recorded pages are all there is.
    if (isFurther) return send(response, 200, { body: { relatedHTTPCode: 200 } });
    const exact = alike.find(
      (exchange) =>
        exchange.answer !== undefined &&
        anyUser(fill(exchange.path)) === anyUser(path) &&
        isSameNeed(exchange.body, request.body),
    );
    const chosen = exact ?? answered.find(({ body }) => isSameNeed(body, request.body)) ?? answered[0];
    if (chosen?.answer !== undefined) return send(response, chosen.answer.status, chosen.answer);
    if (alike.length === 0) return send(response, 404, { body: { status: 404, error: 'Not Found', path } });
    // It was sent to the real server and did what it should; its answer is not among those that are kept here.
    return send(response, 200, { body: { class: 'VoidResponse', relatedHTTPCode: 200, guid: guidOf('made') } });
  };
}

/** Who asked makes no difference to what is there. */
function anyUser(path: string): string {
  return decodeURIComponent(path).replace(/\/users\/[^/]*/, '/users/*');
}

/** A look-up is answered by that of the same name only. */
function isSameNeed(recorded: unknown, asked: unknown): boolean {
  return nameIn(recorded) === nameIn(asked);
}

function nameIn(body: unknown): string | undefined {
  const match = /"property":"qualifiedName","operator":"EQ","value":\{[^}]*"primitiveValue":"([^"]*)"/.exec(
    isRecord(body) ? JSON.stringify(body) : '',
  );
  return match?.[1];
}

function send(
  response: ServerResponse,
  status: number,
  { body, text }: { readonly body?: unknown; readonly text?: string },
): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(fill(text ?? JSON.stringify(body)));
}

export function fill(text: string): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (_whole, name: string) => guidOf(name));
}
