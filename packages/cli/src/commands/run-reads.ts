import type { Plan, Run, RunSummary } from '@isthmus/admin-client';
import { type Command, Option } from 'commander';
import type { CliIo } from '../io.js';
import { withExamples } from '../support/command-help.js';
import {
  actsText,
  errorText,
  grouped,
  planState,
  runCounts,
  runOutcome,
  runReasons,
  shellWord,
} from '../support/describe.js';
import { openSession, type Session } from '../support/session.js';
import { wholeNumber } from '../support/values.js';
import { duration } from '../terminal/relative-time.js';
import type { Screen } from '../terminal/screen.js';
import type { Cell } from '../terminal/table.js';
import { printFindings } from './connector-findings.js';
import { printPlan } from './plan-print.js';

const actions = ['create', 'update', 'restore', 'delete', 'adopt', 'keep'] as const;
const decisions = ['open', 'approved', 'left-out', 'applied', 'stale', 'refused'] as const;

interface PlanOptions {
  readonly action?: (typeof actions)[number];
  readonly decision?: (typeof decisions)[number];
  readonly type?: string;
  readonly scope?: string;
  readonly text?: string;
  readonly after?: number;
  readonly limit: number;
}

interface ListOptions {
  readonly group?: string;
  readonly limit: number;
}

export function addRunReads(run: Command, io: CliIo): void {
  withExamples(
    run
      .command('list')
      .summary('list the last runs of a connector')
      .description('List the last runs of a connector, newest first, with the state of the plans that they made.')
      .argument('<connector>', 'name, connector id or connector GUID')
      .option('-g, --group <name>', 'the group, where several connectors have this name')
      .option('-n, --limit <count>', 'how many at most', wholeNumber(1, 200), 20)
      .action(async (reference: string, options: ListOptions, command: Command) =>
        list(await openSession(io, command), reference, options),
      ),
    'run list landing-area',
    'run list landing-area --limit 100 --json',
  );
  withExamples(
    run
      .command('show')
      .summary('show a run with what it did and found')
      .description('Show a run: why it ran, what it did and found, and who asked for it.')
      .argument('<run>', 'id, as `isthmus run list` shows it')
      .action(async (id: string, _options: unknown, command: Command) => show(await openSession(io, command), id)),
    'run show 6f1c0d5e-0000-4000-8000-000000000000',
  );
  withExamples(
    run
      .command('plan')
      .summary('show what a run would do, field by field')
      .description('Show the plan that a run made: creates, updates with old and new values, deletes with the reason.')
      .argument('<run>', 'id of the run that made the plan')
      .addOption(new Option('-a, --action <action>', 'only items with this action').choices(actions))
      .addOption(new Option('--decision <decision>', 'only items of which this became').choices(decisions))
      .option('-t, --type <type>', 'only items of this type, e.g. DataFile')
      .option('--scope <scope>', 'only items of this scope')
      .option('--text <text>', 'only items with this text in their qualified name')
      .option('-n, --limit <count>', 'how many items at most', wholeNumber(1, 500), 50)
      .option('--after <number>', 'items after the one of this number', wholeNumber(0, 1_000_000_000))
      .action(async (id: string, options: PlanOptions, command: Command) =>
        plan(await openSession(io, command), id, options),
      ),
    'run plan 6f1c0d5e-0000-4000-8000-000000000000',
    'run plan 6f1c0d5e-0000-4000-8000-000000000000 --action delete',
    'run plan 6f1c0d5e-0000-4000-8000-000000000000 --text orders --json',
  );
}

async function list({ client, screen, io }: Session, reference: string, { group, limit }: ListOptions): Promise<void> {
  const { items: runs } = await client.listRuns(reference, { group, limit }, io.signal);
  const { items: plans } = await client.listPlans(reference, { group, limit: 200 }, io.signal);
  const planOf = new Map([...plans].reverse().map((each) => [each.runId.split('.')[0] ?? '', each]));
  if (screen.json) return screen.answer({ items: runs.map((run) => ({ ...run, plan: planOf.get(run.id)?.state })) });
  if (runs.length === 0)
    return screen.note(`No runs yet: ask for one with \`isthmus connector refresh ${shellWord(reference)}\`.`);
  screen.table(
    [
      { title: 'STARTED' },
      { title: 'OUTCOME' },
      { title: 'TOOK', spare: true },
      { title: 'WHY' },
      { title: 'ITEMS', minimum: 20 },
      { title: 'PLAN' },
      { title: 'RUN', minimum: 36 },
    ],
    runs.map((run) => [
      screen.ago(run.startedAt),
      runOutcome(run),
      tookText(run),
      runReasons(run),
      runCounts(run),
      planCell(run, planOf.get(run.id)),
      run.id,
    ]),
  );
}

function planCell({ mode }: RunSummary, plan: Plan | undefined): Cell {
  if (plan !== undefined) return planState(plan);
  return mode === 'preview' ? { text: 'none', tone: 'faint' } : '-';
}

function tookText({ startedAt, endedAt }: RunSummary): string {
  return endedAt === undefined ? '-' : duration(Date.parse(endedAt) - Date.parse(startedAt));
}

async function show({ client, screen, io }: Session, id: string): Promise<void> {
  const run = await client.getRun(id, io.signal);
  if (screen.json) return screen.answer(run);
  printRun(screen, run);
  printTargets(screen, run);
  printScopes(screen, run);
  printOperations(screen, run);
  const { findings: items, findingCount: total } = run;
  const allOfThem = `isthmus run show ${shellWord(run.id)} --json`;
  if (total > 0) printFindings(screen, 'Findings', { total, items }, allOfThem);
  if (run.mode === 'preview') screen.note(`See its plan with: isthmus run plan ${shellWord(id)}`);
}

function printRun(screen: Screen, run: Run): void {
  const { counts, error, undone } = run;
  screen.fields([
    ['run', run.id],
    ['connector', run.connectorName],
    ['outcome', runOutcome(run)],
    ['why', runReasons(run)],
    ['about', actsText(run)],
    ['started', screen.at(run.startedAt)],
    ['took', tookText(run)],
    ['items', runCounts(run)],
    ['scopes', run.acts && counts.seen === 0 ? undefined : scopesText(counts)],
    ['requests', String(counts.requests)],
    ['error', error && errorText(error)],
    ['taken back', undone && `by ${undone.by} ${screen.ago(undone.at)}, in run ${undone.runId}`],
  ]);
}

function scopesText({ scopesCompleted, scopesOpen }: Run['counts']): string {
  return `${grouped(scopesCompleted)} listed completely, ${grouped(scopesOpen)} not`;
}

function printTargets(screen: Screen, { targets = [], id, mode }: Run): void {
  if (targets.length === 0) return;
  const shown = targets.slice(0, mostScopes);
  screen.heading('Catalog targets');
  screen.table(
    [
      { title: 'TARGET', minimum: 20 },
      { title: 'OUTCOME' },
      { title: 'ITEMS', minimum: 20 },
      { title: 'SCOPES' },
      { title: 'FINDINGS' },
    ],
    shown.map((target) => [
      target.name,
      runOutcome(target),
      runCounts({ ...target, mode }),
      scopesText(target.counts),
      grouped(target.findingCount),
    ]),
  );
  for (const { name, error } of shown) if (error !== undefined) screen.line(`${name}: ${errorText(error)}`);
  if (targets.length > shown.length)
    screen.note(`and ${targets.length - shown.length} more: isthmus run show ${shellWord(id)} --json`);
}

function printScopes(screen: Screen, { scopes, id, mode }: Run): void {
  const told = scopes?.items.filter(isWorthTelling) ?? [];
  if (scopes === undefined || told.length === 0) return;
  const shown = told.slice(0, mostScopes);
  screen.heading(mode === 'preview' ? 'Scopes in which something would change' : 'Scopes with changes');
  screen.table(
    [
      { title: 'SCOPE', cut: 'middle', minimum: 16 },
      { title: 'SEEN' },
      ...(mode === 'preview' ? ['CREATE', 'UPDATE', 'DELETE'] : ['CREATED', 'UPDATED', 'DELETED']).map((title) => ({
        title,
      })),
      { title: 'KEPT' },
      { title: 'FAILED' },
      { title: 'WHY', minimum: 12 },
    ],
    shown.map((scope) => [
      scope.scope,
      grouped(scope.seen),
      grouped(scope.created + scope.restored),
      grouped(scope.updated),
      grouped(scope.deleted),
      grouped(scope.kept),
      grouped(scope.setAside),
      scope.why ?? '',
    ]),
  );
  if (told.length > shown.length)
    screen.note(`and ${told.length - shown.length} more: isthmus run show ${shellWord(id)} --json`);
  if (scopes.restCount > 0) screen.note(`${grouped(scopes.restCount)} smaller scopes are only summed: see --json`);
}

function printOperations(screen: Screen, { operations = [] }: Run): void {
  if (operations.length === 0) return;
  screen.heading('Operations of the context');
  screen.table(
    [
      { title: 'OPERATION', minimum: 16 },
      { title: 'CALLS' },
      { title: 'CREATED' },
      { title: 'UPDATED' },
      { title: 'DELETED' },
    ],
    operations.map(({ operation, calls, created, updated, deleted }) => [
      operation,
      grouped(calls),
      grouped(created),
      grouped(updated),
      grouped(deleted),
    ]),
  );
}

function isWorthTelling(scope: NonNullable<Run['scopes']>['items'][number]): boolean {
  const { created, updated, restored, deleted, kept, setAside, why } = scope;
  return why !== undefined || created + updated + restored + deleted + kept + setAside > 0;
}

const mostScopes = 20;

async function plan({ client, screen, io }: Session, id: string, options: PlanOptions): Promise<void> {
  const found = await client.getPlan(id, io.signal);
  const { action, decision, type, scope, text, after, limit } = options;
  const page = await client.listPlanItems(id, { action, decision, type, scope, text, after, limit }, io.signal);
  if (screen.json) return screen.answer({ plan: found, ...page });
  const chosen = Object.entries({ action, decision, type, scope, text })
    .flatMap(([name, value]) => (value === undefined ? [] : [` --${name} ${shellWord(value)}`]))
    .join('');
  printPlan(screen, found, page, chosen);
}
