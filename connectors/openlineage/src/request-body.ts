import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { codeOf } from '@isthmus/connector-sdk/helpers';
import { Refusal } from './refusal.js';

const unpack = promisify(gunzip);

/**
 * Reads a body of JSON, packed with gzip or not, and no more of it than it may have.
 *
 * @returns what it says, and its size in bytes once unpacked
 * @throws Refusal
 */
export async function readBody(
  request: IncomingMessage,
  mostBytes: number,
): Promise<{ readonly value: unknown; readonly bytes: number }> {
  const { headers } = request;
  if (!/^application\/(?:[\w.-]+\+)?json *(?:;|$)/i.test(headers['content-type'] ?? ''))
    throw new Refusal(415, 'REQUEST_NOT_JSON', 'send JSON with `Content-Type: application/json`');
  const encoding = (headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding !== 'identity' && encoding !== 'gzip')
    throw new Refusal(415, 'REQUEST_INVALID', 'the header `Content-Encoding` must be gzip, or left out');
  if (Number(headers['content-length'] ?? 0) > mostBytes) throw tooLarge(mostBytes);
  const body = await unpacked(await whole(request, mostBytes), encoding, mostBytes);
  try {
    return { value: JSON.parse(body.toString('utf8')), bytes: body.length };
  } catch {
    throw new Refusal(400, 'REQUEST_NOT_JSON', 'the body of the request is not JSON');
  }
}

/** By its events: going through it as an iterator costs several times as much. */
function whole(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= mostBytes) chunks.push(chunk);
      else {
        request.off('data', take);
        reject(tooLarge(mostBytes));
      }
    };
    request.on('data', take);
    request.once('end', () => resolve(Buffer.concat(chunks, size)));
    request.once('error', reject);
    request.once('close', () => {
      if (!request.readableEnded) reject(new Error('the client went before its request had arrived'));
    });
  });
}

async function unpacked(body: Buffer, encoding: string, mostBytes: number): Promise<Buffer> {
  if (encoding === 'identity') return body;
  try {
    return await unpack(body, { maxOutputLength: mostBytes });
  } catch (error) {
    if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(mostBytes);
    throw new Refusal(400, 'REQUEST_INVALID', 'the body of the request is not packed with gzip as its header says');
  }
}

function tooLarge(mostBytes: number): Refusal {
  return new Refusal(
    413,
    'REQUEST_TOO_LARGE',
    `the request has more than ${mostBytes} bytes: send fewer events at once, or raise \`maxBodyKilobytes\``,
  );
}
