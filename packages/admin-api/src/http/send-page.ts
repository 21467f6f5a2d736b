import type { FastifyReply } from 'fastify';
import { membersOf, SlicedJson } from './sliced-json.js';

/**
 * Answers `{ items, ...rest }`, made in slices. The views choose every field, so nothing is dropped by the schema of the
 * answer; a test holds one against the other.
 */
export async function sendPage<T>(
  reply: FastifyReply,
  items: readonly T[],
  view: (item: T) => object,
  rest: object,
): Promise<FastifyReply> {
  const json = await new SlicedJson().add('{"items":').list(items, view);
  const members = membersOf(rest);
  json.add(`${members === '' ? '' : ','}${members}}`);
  return reply.type('application/json; charset=utf-8').send(json.bytes());
}
