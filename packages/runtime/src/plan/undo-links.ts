import type { BatchOperation } from '@isthmus/model';
import type { UndoLink } from '../journal/undo-journal.js';
import type { ActParts } from './apply-plan.js';

const linksAtOnce = 200;

/**
 * Takes away the relationships that a run made, or makes those again that it took away. What has changed since is left as
 * it is; what anybody took away or made again since too.
 */
export async function takeBackLinks(parts: ActParts, runId: string, kind: 'made' | 'removed'): Promise<void> {
  const { journal, spec, clock } = parts;
  for (let before: number | undefined; ; ) {
    const links = await journal.undos.links(runId, kind, before, linksAtOnce);
    if (links.length === 0) return;
    before = links.at(-1)?.number;
    // First, as a process may die in between: refreshes must not make again what people took back.
    const held = await journal.undos.holdLinks(links, kind, spec.runId, clock.now());
    if (held.length > 0) await send(parts, held, kind);
  }
}

async function send(parts: ActParts, links: readonly UndoLink[], kind: 'made' | 'removed'): Promise<void> {
  const { store, spec, newId, follower, tally, signal } = parts;
  const { grant, userId } = spec;
  signal.throwIfAborted();
  tally.add('requests');
  const operations = links.map(({ link }) => operationOf(link, kind));
  const batch = { id: newId(), grant, ...(userId !== undefined && { userId }), operations };
  const result = await store.writeBatch(batch, signal);
  await follower.passOwn(result);
  for (const [index, { link }] of links.entries()) {
    const error = result.items[index]?.error;
    if (error === undefined) continue;
    const what = `${link.typeName} from ${link.end1} to ${link.end2}`;
    const why = kind === 'made' ? 'was changed since it was made, so it stays' : `stays away: ${error.message}`;
    tally.finding(undefined, { severity: 'warning', code: 'UNDO_KEPT', message: `${what} ${why}` });
  }
}

function operationOf({ typeName, end1, end2, properties }: UndoLink['link'], kind: 'made' | 'removed'): BatchOperation {
  if (kind === 'made') return { op: 'unlink', typeName, end1, end2, expects: 1 };
  return { op: 'link', typeName, end1, end2, ...(properties === undefined ? {} : { properties }) };
}
