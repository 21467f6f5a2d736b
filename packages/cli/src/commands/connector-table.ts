import type { ConnectorSummary } from '@isthmus/admin-client';
import { connectorState, needsAttention, runOutcome } from '../support/describe.js';
import type { Screen } from '../terminal/screen.js';
import type { Cell } from '../terminal/table.js';

/** @param withGroup - whether the group is shown: it is left out where all are of one */
export function printConnectors(screen: Screen, connectors: readonly ConnectorSummary[], withGroup: boolean): void {
  screen.table(
    [
      { title: 'NAME', minimum: 24 },
      ...(withGroup ? [{ title: 'GROUP', cut: 'middle', minimum: 14 } as const] : []),
      { title: 'STATE', minimum: 19 },
      { title: 'PROVIDER' },
      { title: 'LAST RUN', minimum: 20 },
      { title: 'NEXT', minimum: 8 },
      { title: 'SCHEDULE', spare: true },
    ],
    connectors.map((connector) => [
      connector.name,
      ...(withGroup ? [connector.group.qualifiedName] : []),
      connectorState(connector),
      connector.provider,
      lastRun(screen, connector),
      connector.nextDueAt === undefined ? '-' : screen.ago(connector.nextDueAt),
      connector.schedule,
    ]),
  );
  const failing = connectors.filter((connector) => needsAttention(connector) && connector.reason !== undefined);
  if (failing.length === 0) return;
  screen.line();
  for (const { name, reason } of failing.slice(0, shownReasons))
    if (reason !== undefined) screen.line(`${name}: ${reason.message} (${reason.code})`);
  if (failing.length > shownReasons) screen.line(`and ${failing.length - shownReasons} more that need attention`);
}

/** The table says which; `connector show` says why. */
const shownReasons = 10;

function lastRun(screen: Screen, { lastRun, currentRun }: ConnectorSummary): Cell {
  const run = lastRun ?? currentRun;
  if (run === undefined) return 'never';
  const outcome = runOutcome(run);
  const word = typeof outcome === 'string' ? outcome : outcome.text;
  const tone = typeof outcome === 'string' ? undefined : outcome.tone;
  return { text: `${word} ${screen.ago(run.endedAt ?? run.startedAt)}`, tone };
}
