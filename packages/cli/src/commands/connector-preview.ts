import type { Command } from 'commander';
import type { CliIo } from '../io.js';
import { withExamples } from '../support/command-help.js';
import { openSession, type Session } from '../support/session.js';
import { waitMilliseconds } from '../support/values.js';
import { endOfRun, endUnlessGood } from './await-run.js';
import { printPlan } from './plan-print.js';

interface PreviewOptions {
  readonly group?: string;
  readonly wait?: boolean;
  readonly timeout: number;
}

export function addPreview(connector: Command, io: CliIo): void {
  withExamples(
    connector
      .command('preview')
      .summary('see what a run would do')
      .description('Ask for a run that writes nothing and ends in a plan, which people may approve.')
      .argument('<connector>', 'name, connector id or connector GUID')
      .option('-g, --group <name>', 'the group, where several connectors have this name')
      .option('--wait', 'wait for the plan and show it; ends with 7 unless there is one')
      .option('--timeout <time>', 'with --wait: give up after this time; the run goes on', waitMilliseconds, 600_000)
      .action(async (reference: string, options: PreviewOptions, command: Command) =>
        preview(await openSession(io, command), reference, options),
      ),
    'connector preview landing-area --wait',
    'connector preview landing-area --json',
  );
}

async function preview(session: Session, reference: string, { group, wait, timeout }: PreviewOptions): Promise<void> {
  const { client, screen, io } = session;
  const connector = wait ? await client.getConnector(reference, { group }, io.signal) : undefined;
  const started = await client.previewConnector(reference, { group }, io.signal);
  if (connector === undefined) {
    if (screen.json) return screen.answer(started);
    screen.line(`preview of ${reference} asked for: run ${started.runId}`);
    return screen.note(`See its plan with: isthmus run plan ${started.runId}`);
  }
  const run = await endOfRun(session, connector, started.runId, timeout);
  endUnlessGood(run);
  const plan = await client.getPlan(run.id, io.signal);
  const page = await client.listPlanItems(run.id, { limit: 20 }, io.signal);
  if (screen.json) return screen.answer({ plan, ...page });
  printPlan(screen, plan, page, '');
}
