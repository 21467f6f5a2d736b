import { processSlicer } from '@isthmus/kernel';
import type { FastifyReply } from 'fastify';

/** Items whose text is made into bytes in one go. */
const itemsAPiece = 20;

/**
 * Answers `{ items, ...rest }`, made in slices: the JSON of a page of 500 connectors takes longer than the event loop may
 * be held up. The views choose every field, so nothing is dropped by the schema of the answer; a test holds one against
 * the other.
 */
export async function sendPage<T>(
  reply: FastifyReply,
  items: readonly T[],
  view: (item: T) => object,
  rest: object,
): Promise<FastifyReply> {
  // bytes, as one long text would be copied twice more on its way out, all at once
  const pieces: Buffer[] = [];
  let text = '{"items":[';
  for (const [index, item] of items.entries()) {
    if (processSlicer.isUsedUp) await processSlicer.turn('answer');
    text += `${index === 0 ? '' : ','}${JSON.stringify(view(item))}`;
    if (index % itemsAPiece !== itemsAPiece - 1) continue;
    pieces.push(Buffer.from(text));
    text = '';
  }
  const members = JSON.stringify(rest).slice(1);
  pieces.push(Buffer.from(`${text}]${members === '}' ? '' : ','}${members}`));
  return reply.type('application/json; charset=utf-8').send(Buffer.concat(pieces));
}
