import type { StartedRun } from '@isthmus/admin-client';
import { IsthmusError } from '@isthmus/kernel';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { CliIo } from '../io.js';
import { withExamples } from '../support/command-help.js';
import { confirmed } from '../support/confirmation.js';
import { counted, errorText, planCounts, runCounts } from '../support/describe.js';
import { openSession, type Session } from '../support/session.js';
import { waitMilliseconds } from '../support/values.js';
import { awaitRun } from './await-run.js';

interface WaitOptions {
  readonly reason?: string;
  readonly wait?: boolean;
  readonly timeout: number;
  readonly yes?: boolean;
}

interface ApproveOptions extends WaitOptions {
  readonly only?: readonly number[];
  readonly except?: readonly number[];
}

export function addRunDecisions(run: Command, io: CliIo): void {
  withExamples(
    withWait(
      run
        .command('approve')
        .summary('let a plan be applied')
        .description(
          'Approve the plan of a run, as a whole or in part; a run then applies it. It is refused, and nothing is written, when an element of it has changed since.',
        )
        .argument('<run>', 'id of the run that made the plan')
        .option('--only <numbers>', 'approve only these items, e.g. 1,4,7', itemNumbers)
        .option('--except <numbers>', 'leave these items out', itemNumbers),
    ).action(async (id: string, options: ApproveOptions, command: Command) =>
      approve(await openSession(io, command), id, options),
    ),
    'run approve 6f1c0d5e-0000-4000-8000-000000000000 --wait',
    'run approve 6f1c0d5e-0000-4000-8000-000000000000 --except 12,13 --reason "ask Ann first" --yes',
  );
  withExamples(
    run
      .command('reject')
      .summary('let nothing of a plan be applied')
      .description('Decide that nothing of a plan will be applied. The next run makes a new one.')
      .argument('<run>', 'id of the run that made the plan')
      .option('--reason <text>', 'why; kept in the audit')
      .action(async (id: string, { reason }: { readonly reason?: string }, command: Command) => {
        const { client, screen } = await openSession(io, command);
        const plan = await client.rejectPlan(id, { reason }, io.signal);
        if (screen.json) screen.answer(plan);
        else screen.line(`rejected the plan of run ${id}`);
      }),
    'run reject 6f1c0d5e-0000-4000-8000-000000000000 --reason "wrong folder"',
  );
  addUndo(run, io);
}

function addUndo(run: Command, io: CliIo): void {
  withExamples(
    withWait(
      run
        .command('undo')
        .summary('take back what a run wrote')
        .description(
          'Take back what a run wrote: what it changed gets its former values, what it removed comes back, what it made goes. What anybody changed since stays and is told. The next refreshes leave what was taken back alone until its source changes; `isthmus run release` lets them write it again.',
        )
        .argument('<run>', 'id of the run that is taken back'),
    ).action(async (id: string, options: WaitOptions, command: Command) =>
      undo(await openSession(io, command), id, options),
    ),
    'run undo 6f1c0d5e-0000-4000-8000-000000000000 --wait',
    'run undo 6f1c0d5e-0000-4000-8000-000000000000 --reason "wrong folder" --yes',
  );
  withExamples(
    run
      .command('release')
      .summary('let refreshes write again what was taken back')
      .description('Let refreshes write again what a run has taken back, though its source has not changed.')
      .argument('<run>', 'id of the run that took another one back')
      .option('--reason <text>', 'why; kept in the audit')
      .action(async (id: string, { reason }: { readonly reason?: string }, command: Command) => {
        const { client, screen } = await openSession(io, command);
        const released = await client.releaseRun(id, { reason }, io.signal);
        if (screen.json) screen.answer(released);
        else
          screen.line(`released ${counted(released.itemCount, 'item')}: the next refresh writes what the source has`);
      }),
    'run release 6f1c0d5e-0000-4000-8000-000000000000',
  );
}

async function undo(session: Session, id: string, options: WaitOptions): Promise<void> {
  const { client, io } = session;
  const run = await client.getRun(id.split('.')[0] ?? id, io.signal);
  const what = `${run.connectorName}, ${runCounts(run)}`;
  await confirmed(session, `Take back what this run wrote (${what})?`, options.yes);
  const started = await client.undoRun(id, { reason: options.reason }, io.signal);
  await follow(session, run.connectorGuid, started, options, 'taking it back');
}

export function withWait(command: Command): Command {
  return command
    .option('--reason <text>', 'why; kept in the audit')
    .option('--wait', 'wait for the end of the run; ends with 7 unless it succeeded (or ended `partial`)')
    .option('--timeout <time>', 'with --wait: give up after this time; the run goes on', waitMilliseconds, 600_000)
    .option('-y, --yes', 'do not ask; needed where there is no terminal');
}

async function approve(session: Session, id: string, options: ApproveOptions): Promise<void> {
  const { client, io } = session;
  const { only, except, reason, yes } = options;
  if (only !== undefined && except !== undefined)
    throw new IsthmusError('USAGE', '--only and --except contradict each other', { next: 'give one of them' });
  const plan = await client.getPlan(id, io.signal);
  const part = only !== undefined ? `${only.length} of its items` : planCounts(plan);
  const left = except === undefined ? '' : `, without ${except.length} items`;
  await confirmed(session, `Apply the plan of ${plan.connectorName}: ${part}${left}?`, yes);
  const started = await client.approvePlan(id, { reason, only: copy(only), except: copy(except) }, io.signal);
  await follow(session, plan.connectorGuid, started, options, 'applying the plan');
}

/** Waits for the run, or says which one it is. */
export async function follow(
  session: Session,
  connectorGuid: string,
  started: StartedRun,
  { wait, timeout }: WaitOptions,
  what: string,
): Promise<void> {
  const { client, screen, io } = session;
  for (const { target, ids, code, message, next } of started.leftOut ?? [])
    screen.note(`left out: catalog target ${target} (${ids.join(', ')}): ${errorText({ code, message, next })}`);
  if (wait) {
    const connector = await client.getConnector(connectorGuid, {}, io.signal);
    return awaitRun(session, connector, started.runId, timeout);
  }
  if (screen.json) return screen.answer(started);
  screen.line(`${what}: run ${started.runId}`);
}

function copy(numbers: readonly number[] | undefined): readonly number[] | undefined {
  return numbers === undefined ? undefined : [...numbers];
}

function itemNumbers(text: string): readonly number[] {
  const numbers = text.split(',').map((part) => (/^\s*\d{1,9}\s*$/.test(part) ? Number(part) : Number.NaN));
  if (numbers.every((number) => number >= 1)) return numbers;
  throw new InvalidArgumentError('Give numbers of items, separated by commas, e.g. 1,4,7.');
}
