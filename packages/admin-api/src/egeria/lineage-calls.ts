import type { Clock } from '@isthmus/kernel';
import { bodyMissing, type EgeriaRelease, withOtherVerbs } from '@isthmus/platform';
import type { IntegrationDaemon } from '@isthmus/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type DaemonFace, daemonOf, isFields, pathPart, sendAnswer, textOf } from './daemon-call.js';

type LineageEvent = Parameters<IntegrationDaemon['publishOpenLineage']>[0];

/** Of one event, in bytes: runs with thousands of data sets are some hundred kB. */
const eventLimitBytes = 1024 * 1024;
const tellEveryMs = 60_000;

/**
 * OpenLineage events: each is given to every connector of the daemon that listens, and told of in the log. The answer does
 * not wait for them, as Egeria's does not.
 */
export function addLineageCalls(http: FastifyInstance, face: DaemonFace, release: EgeriaRelease): void {
  addReceiver(http, face, release, '/publish-open-lineage-event', sendAnswer);
}

/** The Runtime Manager's two: an event as an object, and as text. */
export function addLineageViewCalls(http: FastifyInstance, face: DaemonFace, release: EgeriaRelease): void {
  for (const path of ['/open-lineage-events/publish-event', '/open-lineage-events/publish-event-string'])
    addReceiver(http, face, release, path, sendAnswer);
}

/** Where 4.3 takes them: an empty answer without a media type. */
export function addLineageServiceCalls(http: FastifyInstance, face: DaemonFace, release: EgeriaRelease): void {
  const path = '/lineage-integrator/users/:userId/api/v1/lineage';
  addReceiver(http, face, release, path, (_request, reply) => reply.code(200).send());
}

/** In a scope of its own, as it takes the text as it is, whatever that calls itself. */
function addReceiver(
  http: FastifyInstance,
  face: DaemonFace,
  release: EgeriaRelease,
  path: string,
  answer: (request: FastifyRequest, reply: FastifyReply) => FastifyReply,
): void {
  const log = new EventLog(face.clock);
  const config = { role: 'operator', answer: 'VoidResponse', release } as const;
  http.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, async (_request: FastifyRequest, body: string) => body);
    withOtherVerbs(scope, () => {
      scope.post(path, { config, bodyLimit: eventLimitBytes }, async (request, reply) => {
        const daemon = daemonOf(face, request);
        if (typeof request.body !== 'string' || request.body === '') throw bodyMissing();
        const event = parsed(request.body);
        const listeners = event === undefined ? 0 : daemon.publishOpenLineage(event);
        const told = log.take(pathPart(request, 'serverName'), event, listeners);
        if (told !== undefined) http.isthmusLogger.info('open lineage events were received', told);
        return answer(request, reply);
      });
    });
  });
}

/** Keeps a flood of events from flooding the log: the first one is told, then once a minute how many there were. */
class EventLog {
  #count = 0;
  #unreadable = 0;
  #tellAt = 0;

  constructor(private readonly clock: Clock) {}

  /** @returns what the log is to tell now */
  take(
    server: string,
    event: LineageEvent | undefined,
    listeners: number,
  ): Readonly<Record<string, unknown>> | undefined {
    this.#count += 1;
    if (event === undefined) this.#unreadable += 1;
    if (this.clock.monotonic() < this.#tellAt) return undefined;
    const told = { server, events: this.#count, unreadable: this.#unreadable, listeners, last: summaryOf(event) };
    this.#tellAt = this.clock.monotonic() + tellEveryMs;
    this.#count = 0;
    this.#unreadable = 0;
    return told;
  }
}

function parsed(text: string): LineageEvent | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isEvent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What was read as JSON holds nothing else. */
function isEvent(value: unknown): value is LineageEvent {
  return isFields(value);
}

function summaryOf(event: LineageEvent | undefined) {
  const job = isFields(event?.job) ? event.job : {};
  const run = isFields(event?.run) ? event.run : {};
  const short = (value: unknown) => textOf(value)?.slice(0, 200);
  return {
    type: short(event?.eventType),
    job: short(job.name),
    namespace: short(job.namespace),
    run: short(run.runId),
  };
}
