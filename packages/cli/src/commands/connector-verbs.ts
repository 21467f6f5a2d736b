import type { Command } from 'commander';
import { CommandEnd, ExitCode } from '../exit-code.js';
import type { CliIo } from '../io.js';
import { withExamples } from '../support/command-help.js';
import { confirmed } from '../support/confirmation.js';
import { openSession, type Session } from '../support/session.js';
import { waitMilliseconds } from '../support/values.js';
import { awaitRun } from './await-run.js';

interface GroupOption {
  readonly group?: string;
}

interface RefreshOptions extends GroupOption {
  readonly wait?: boolean;
  readonly timeout: number;
  readonly confirmRemovals?: boolean;
  readonly yes?: boolean;
}

export function addConnectorVerbs(connector: Command, io: CliIo): void {
  withExamples(
    verb(
      connector,
      'pause',
      'hold a connector: no runs',
      'Hold a connector: no runs until it is resumed, also over restarts of the daemon.',
    )
      .option('--reason <text>', 'why; shown to everybody who looks')
      .action(async (reference: string, options: GroupOption & { readonly reason?: string }, command: Command) => {
        const { client, screen } = await openSession(io, command);
        const { group, reason } = options;
        report(screen, await client.pauseConnector(reference, { reason }, { group }, io.signal), `paused ${reference}`);
      }),
    'connector pause contracts --reason "source is being moved"',
  );
  withExamples(
    verb(connector, 'resume', 'end a pause', 'End a pause.').action(
      async (reference: string, { group }: GroupOption, command: Command) => {
        const { client, screen } = await openSession(io, command);
        report(screen, await client.resumeConnector(reference, { group }, io.signal), `resumed ${reference}`);
      },
    ),
    'connector resume contracts',
  );
  withExamples(
    verb(
      connector,
      'probe',
      'try the way to what a connector reads',
      'Try the way to what a connector reads, step by step; changes nothing there. Ends with 7 when a step fails.',
    ).action(async (reference: string, { group }: GroupOption, command: Command) =>
      probe(await openSession(io, command), reference, group),
    ),
    'connector probe contracts',
  );
  withExamples(
    verb(
      connector,
      'restart',
      'give a connector a new instance',
      'Give a connector a new instance; also the way out of `failed`.',
    ).action(async (reference: string, { group }: GroupOption, command: Command) => {
      const { client, screen } = await openSession(io, command);
      report(screen, await client.restartConnector(reference, { group }, io.signal), `restarting ${reference}`);
    }),
    'connector restart contracts',
  );
  withExamples(
    verb(
      connector,
      'move',
      'register a connector with another group',
      'Register a connector with another group instead; it stays the same connector.',
    )
      .argument('<to-group>', 'qualified name of the group that it moves to')
      .action(async (reference: string, toGroup: string, { group }: GroupOption, command: Command) => {
        const { client, screen } = await openSession(io, command);
        const accepted = await client.moveConnector(reference, { toGroup }, { group }, io.signal);
        report(screen, accepted, `moved ${reference} to ${toGroup}`);
      }),
    'connector move contracts IntegrationGroup::Archive',
  );
  addRefresh(connector, io);
}

function addRefresh(connector: Command, io: CliIo): void {
  withExamples(
    verb(connector, 'refresh', 'ask for a run now', 'Ask for a run now.')
      .option('--wait', 'wait for the end of the run; ends with 7 unless it succeeded (or ended `partial`)')
      .option('--timeout <time>', 'with --wait: give up after this time; the run goes on', waitMilliseconds, 600_000)
      .option('--confirm-removals', 'what is missing is gone: remove also what runs have kept (DELETE_WITHHELD)')
      .option('-y, --yes', 'do not ask; needed with --confirm-removals where there is no terminal')
      .action(async (reference: string, options: RefreshOptions, command: Command) =>
        refresh(await openSession(io, command), reference, options),
      ),
    'connector refresh contracts',
    'connector refresh contracts --wait --timeout 30m',
    'connector refresh contracts --confirm-removals --yes',
  );
}

/** @throws CommandEnd(7) when a step fails */
async function probe({ client, screen, io }: Session, reference: string, group: string | undefined): Promise<void> {
  const found = await client.probeConnector(reference, { group }, io.signal);
  if (screen.json) screen.answer(found);
  else for (const { name, ok, message } of found.steps) screen.line(`${ok ? 'ok   ' : 'FAILS'} ${name}: ${message}`);
  if (found.steps.some(({ ok }) => !ok)) throw new CommandEnd(ExitCode.conditionNotMet);
}

async function refresh(session: Session, reference: string, options: RefreshOptions): Promise<void> {
  const { client, screen, io } = session;
  const { group, confirmRemovals } = options;
  if (confirmRemovals) {
    // a mistyped name is told before anybody is asked to confirm it
    await client.getConnector(reference, { group }, io.signal);
    const question = `Remove everything that ${reference} does not find in its next run? Make sure that its source is mounted and complete.`;
    await confirmed(session, question, options.yes);
  }
  // Read first: should the connector be renamed or its name be given twice meanwhile, the wait still knows it.
  const connector = options.wait ? await client.getConnector(reference, { group }, io.signal) : undefined;
  const started = await client.refreshConnector(
    reference,
    confirmRemovals ? { confirmRemovals } : {},
    { group },
    io.signal,
  );
  if (connector !== undefined) return awaitRun(session, connector, started.runId, options.timeout);
  if (screen.json) return screen.answer(started);
  screen.line(`refresh of ${reference} asked for: run ${started.runId}`);
}

function verb(connector: Command, name: string, summary: string, description: string): Command {
  return connector
    .command(name)
    .summary(summary)
    .description(description)
    .argument('<connector>', 'name, connector id or connector GUID')
    .option('-g, --group <name>', 'the group, where several connectors have this name');
}

function report(screen: Session['screen'], accepted: unknown, text: string): void {
  if (screen.json) screen.answer(accepted);
  else screen.line(text);
}
