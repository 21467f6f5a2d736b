import type { AdminClient, Connector, Run, RunSummary } from '@isthmus/admin-client';
import { IsthmusError } from '@isthmus/kernel';
import { counted } from '../support/describe.js';
import { findingSteps } from '../support/finding-steps.js';
import type { Screen } from '../terminal/screen.js';

/** What the last run that ended had to say. Part of the JSON answer. */
export interface RunFindings {
  readonly runId: string;
  /** In all; `items` holds those that the daemon kept. */
  readonly total: number;
  readonly items: Run['findings'];
}

/** @returns undefined when there are none, or the daemon no longer keeps the run */
export async function findingsOf(
  client: AdminClient,
  run: RunSummary,
  signal: AbortSignal,
): Promise<RunFindings | undefined> {
  if (run.findingCount === 0) return undefined;
  try {
    const { findings } = await client.getRun(run.id, signal);
    return { runId: run.id, total: run.findingCount, items: findings };
  } catch (error) {
    if (IsthmusError.is(error) && error.code === 'RUN_NOT_FOUND') return undefined;
    throw error;
  }
}

/** Why the connector is not well: its own reason, else what its last run came to; undefined when all is well. */
export function whyText({ health, reason, lastRun }: Connector): string | undefined {
  const report = reason ?? (health === 'ok' ? undefined : lastRun?.error);
  if (report !== undefined) return `${report.message} (${report.code})`;
  if (health !== 'degraded' || lastRun === undefined) return undefined;
  const { outcome, counts, findingCount } = lastRun;
  const facts = [
    ...(findingCount > 0 ? [counted(findingCount, 'finding')] : []),
    ...(counts.scopesOpen > 0 ? [`${counted(counts.scopesOpen, 'scope')} not listed completely`] : []),
    ...(counts.setAside > 0 ? [`${counted(counts.setAside, 'item')} set aside`] : []),
  ];
  return `the last run ended ${outcome}${facts.length === 0 ? '' : ` with ${facts.join(', ')}`}`;
}

/** The first findings as a table, what to do about them, and how to see the others. */
export function printFindings(
  screen: Screen,
  title: string,
  { total, items }: Pick<RunFindings, 'total' | 'items'>,
  allOfThem: string,
): void {
  const shown = items.slice(0, mostShown);
  screen.heading(title);
  screen.table(
    [{ title: 'SEVERITY' }, { title: 'CODE' }, { title: 'WHERE', cut: 'middle', minimum: 12 }, { title: 'MESSAGE' }],
    shown.map(({ severity, code, scope, key, message }) => [
      { text: severity, tone: severity === 'error' ? 'bad' : severity === 'warning' ? 'waiting' : 'faint' },
      code,
      [scope, key].filter((part) => part !== undefined).join(' ') || '-',
      message,
    ]),
  );
  for (const [code, step] of findingSteps(shown)) screen.line(`next for ${code}: ${step}`);
  if (total > shown.length) screen.line(`and ${total - shown.length} more: ${allOfThem}`);
}

const mostShown = 20;
