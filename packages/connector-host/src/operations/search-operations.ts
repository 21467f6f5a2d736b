import type { OperationSession } from './operation-session.js';

const atATime = 8;
const mostChanges = 1_000;

/** Of elements that an index knows, those that are gone (or archived): how it notices what was deleted. */
export async function findMissing(session: OperationSession): Promise<{ readonly missing: readonly string[] }> {
  const refs = session.input.refs('elements');
  session.input.end();
  const missing: string[] = [];
  for (let from = 0; from < refs.length; from += atATime) {
    const some = refs.slice(from, from + atATime);
    const found = await Promise.all(some.map((ref) => session.find(ref, {})));
    for (const [index, ref] of some.entries())
      if (found[index] === undefined) missing.push('guid' in ref ? ref.guid : ref.qualifiedName);
  }
  return { missing };
}

/** What has changed since a place in the server's feed; only servers that tell of changes have one. */
export async function getChanges(session: OperationSession): Promise<{
  readonly changes: readonly {
    readonly sequence: number;
    readonly eventType: string;
    readonly guid: string;
    readonly typeName: string;
  }[];
  readonly next: number;
}> {
  const { input } = session;
  const after = input.whole('after', 0, Number.MAX_SAFE_INTEGER) ?? 0;
  const limit = input.whole('limit', 1, mostChanges) ?? 100;
  const types = input.texts('types');
  input.end();
  const options = { waitMs: 0, limit, ...(types === undefined ? {} : { types }) };
  const { changes, next } = await session.store.changes(after, options, session.signal);
  return {
    changes: changes.map(({ sequence, eventType, guid, typeName }) => ({ sequence, eventType, guid, typeName })),
    next,
  };
}
