import { messageOf } from '@isthmus/kernel';
import type { GroupReader } from '@isthmus/model';
import type { PointRead } from './guard.js';

const atATime = 8;

/**
 * Asks for each connector's registration alone, a few at a time, and adds what was said to `answers`. A failure is an
 * answer too: nothing is known.
 *
 * @param groupGuid - undefined when there is no such group: then nothing is registered with it
 * @throws only when the signal is aborted
 */
export async function readPoints(
  reader: GroupReader,
  groupGuid: string | undefined,
  connectorGuids: readonly string[],
  answers: Map<string, PointRead>,
  signal: AbortSignal,
): Promise<void> {
  const waiting = [...connectorGuids];
  const worker = async (): Promise<void> => {
    for (let guid = waiting.pop(); guid !== undefined; guid = waiting.pop())
      answers.set(guid, groupGuid === undefined ? { kind: 'gone' } : await readPoint(reader, groupGuid, guid, signal));
  };
  await Promise.all(Array.from({ length: atATime }, worker));
}

async function readPoint(
  reader: GroupReader,
  groupGuid: string,
  connectorGuid: string,
  signal: AbortSignal,
): Promise<PointRead> {
  try {
    const registration = await reader.readRegistration(groupGuid, connectorGuid, signal);
    return registration === undefined ? { kind: 'gone' } : { kind: 'present', registration };
  } catch (error) {
    signal.throwIfAborted();
    return { kind: 'unknown', message: messageOf(error) };
  }
}
