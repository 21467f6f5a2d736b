import type { FastifyReply } from 'fastify';
import type { KeptJson } from './kept-json.js';
import { membersOf, SlicedJson } from './sliced-json.js';

/**
 * Answers `{ items, ...rest }`, made in slices. The views choose every field, so nothing is dropped by the schema of the
 * answer; a test holds one against the other.
 */
export async function sendPage<T extends object>(
  reply: FastifyReply,
  items: readonly T[],
  kept: KeptJson<T>,
  rest: object,
): Promise<FastifyReply> {
  const json = await new SlicedJson().add('{"items":').keptList(items, kept);
  const members = membersOf(rest);
  json.add(`${members === '' ? '' : ','}${members}}`);
  return reply.type('application/json; charset=utf-8').send(json.bytes());
}
