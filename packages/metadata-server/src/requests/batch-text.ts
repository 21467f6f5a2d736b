import type { Batch, Grant } from '@isthmus/model';
import { readBatch } from './batch-request.js';
import { grantOfBatch } from './grant-header.js';
import { parseLargeJson } from './large-json.js';

/**
 * A batch from the JSON of its request, with the grant under which it is written.
 *
 * @param inHeader - the grant of the request's header
 * @throws REQUEST_INVALID
 */
export async function readBatchText(inHeader: Grant | undefined, body: Uint8Array): Promise<Batch> {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const batch = await readBatch(await parseLargeJson(text));
  const grant = grantOfBatch(inHeader, batch.grant);
  return grant === undefined ? batch : { ...batch, grant };
}
