import { type Clock, delay, type ErrorReport } from '@isthmus/kernel';
import type { IntegrationDaemon, RunRecord } from '@isthmus/runtime';

export interface ScanOutput {
  /** Whether lines may be rewritten. */
  readonly isTerminal: boolean;
  write(text: string): void;
}

const lookEveryMs = 150;
const plainLineEveryMs = 5000;

/**
 * Shows how the first refresh of a connector goes until it has ended: one line that is rewritten on a terminal, a
 * line now and then elsewhere.
 *
 * @returns the run that ended, the reason why there is none, or undefined when the signal was aborted first
 */
export async function watchFirstScan(
  daemon: IntegrationDaemon,
  connectorGuid: string,
  output: ScanOutput,
  clock: Clock,
  signal: AbortSignal,
): Promise<RunRecord | ErrorReport | undefined> {
  const since = clock.now();
  const { startedAt } = await daemon.status();
  let lastLineAt = clock.monotonic();
  let shown = false;
  const clear = () => {
    if (shown && output.isTerminal) output.write('\r\u001b[2K');
  };
  while (!signal.aborted) {
    const status = daemon.connector(connectorGuid);
    const { currentRun, lastRun } = status;
    if (currentRun === undefined && lastRun?.endedAt !== undefined && lastRun.endedAt >= startedAt) {
      clear();
      return lastRun;
    }
    if (status.state === 'failed' && status.reason !== undefined) {
      clear();
      return status.reason;
    }
    if (status.state === 'paused')
      return {
        code: 'CONNECTOR_STOPPED',
        message: `${status.name} is paused`,
        next: `npx isthmus connector resume ${status.name}`,
        retryable: false,
      };
    if (currentRun !== undefined) {
      const line = `  ${currentRun.counts.seen.toLocaleString('en')} items seen, ${written(currentRun).toLocaleString('en')} written, ${seconds(clock.now() - since)}`;
      if (output.isTerminal) {
        output.write(`\r\u001b[2K${line}`);
        shown = true;
      } else if (clock.monotonic() - lastLineAt >= plainLineEveryMs) {
        output.write(`${line}\n`);
        lastLineAt = clock.monotonic();
      }
    }
    await delay(clock, lookEveryMs, signal).catch(() => undefined);
  }
  clear();
  return undefined;
}

/** What a run did, for people. */
export function describeScan(run: RunRecord): string {
  const { counts } = run;
  const parts = (['created', 'updated', 'restored', 'deleted', 'unchanged'] as const)
    .filter((key) => counts[key] > 0)
    .map((key) => `${counts[key].toLocaleString('en')} ${key}`);
  return `${counts.seen.toLocaleString('en')} folders and files in ${seconds((run.endedAt ?? run.startedAt) - run.startedAt)}${parts.length > 0 ? ` (${parts.join(', ')})` : ''}`;
}

function written({ counts }: RunRecord): number {
  return counts.created + counts.updated + counts.restored + counts.unchanged;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
