import { IsthmusError } from '@isthmus/kernel';

const longestStack = 8_000;
const mostCauses = 5;
/** What connector code throws; the rest is told by its code and message. */
const thrownByConnectors: ReadonlySet<string> = new Set(['CONNECTOR_FAILED', 'SOURCE_UNREADABLE', 'CURSOR_REFUSED']);

/**
 * Where in its code a connector failed, for the log: its own stack and those of the causes. The host has taken the
 * secrets out. Of what the host has wrapped only what is inside counts.
 */
export function thrownStack(error: unknown): string | undefined {
  if (!IsthmusError.is(error) || !thrownByConnectors.has(error.code)) return undefined;
  const stacks: string[] = [];
  const isWrapped = error.code === 'CONNECTOR_FAILED' && error.cause !== undefined;
  let thrown: unknown = isWrapped ? error.cause : error;
  for (let count = 0; count <= mostCauses && thrown instanceof Error; count += 1) {
    if (thrown.stack !== undefined) stacks.push(thrown.stack);
    thrown = thrown.cause;
  }
  return stacks.length === 0 ? undefined : stacks.join('\ncaused by ').slice(0, longestStack);
}
