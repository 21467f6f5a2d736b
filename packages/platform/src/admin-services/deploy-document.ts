import { messageOf } from '@isthmus/kernel';
import { isRecord } from '../documents/document-check.js';
import { waitSignal } from '../http/waiting.js';
import { refused } from './admin-failures.js';
import type { AdminCall } from './admin-route.js';
import { shownDocument } from './new-document.js';
import { plainBean, textMember } from './request-beans.js';

const deadlineMs = 10_000;
const largestAnswer = 1_048_576;

/**
 * Hands the stored document to another platform, which stores it as its own. The caller's token goes along where
 * nobody can read it on the way: over TLS or within this machine.
 *
 * @throws OMAG-ADMIN-400-001, as Egeria, when the other platform cannot be reached or refuses it
 */
export async function deployDocument(call: AdminCall): Promise<undefined> {
  const { serverName, manners, request, documents } = call;
  const document = call.document();
  const target = textMember(plainBean(request, 'maybe'), 'urlRoot') ?? String(document.localServerURL);
  const url = targetUrl(target, call);
  // with its secrets: the other platform needs them
  const trail = shownDocument(document, manners, documents.trail(serverName)).auditTrail;
  const body = { ...document, versionId: manners.versionId, ...(trail === undefined ? {} : { auditTrail: trail }) };
  const { authorization } = request.headers;
  const isPrivate = url.protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  let answer: unknown;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(authorization !== undefined && isPrivate ? { authorization } : {}),
      },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.any([waitSignal(request, call.reply), AbortSignal.timeout(deadlineMs)]),
    });
    answer = await readAnswer(response);
  } catch (error) {
    throw notDeployed(target, messageOf(error));
  }
  if (!isRecord(answer) || answer.relatedHTTPCode !== 200)
    throw notDeployed(
      target,
      isRecord(answer) ? String(answer.exceptionErrorMessage) : 'it did not answer as a platform',
    );
}

function targetUrl(target: string, { serverName, manners, request }: AdminCall): URL {
  const user = manners.release === '4.3' ? `/users/${encodeURIComponent(request.caller.name)}` : '';
  try {
    const root = new URL(target);
    if (!['http:', 'https:'].includes(root.protocol)) throw new Error('it is not an HTTP address');
    const server = encodeURIComponent(serverName);
    return new URL(`${target.replace(/\/+$/, '')}/open-metadata/admin-services${user}/servers/${server}/configuration`);
  } catch (error) {
    throw notDeployed(target, messageOf(error));
  }
}

async function readAnswer(response: Response): Promise<unknown> {
  if (!response.ok) throw new Error(`it answered HTTP ${response.status}`);
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > largestAnswer) throw new Error(`its answer has more than ${largestAnswer} bytes`);
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}

function notDeployed(target: string, reason: string): Error {
  const where = target.slice(0, 200);
  return refused(
    'OMAG-ADMIN-400-001',
    `the document was not deployed to ${where}: ${reason.slice(0, 500)}`,
    'serverName',
  );
}
