import type { Connector, Plan, RunSummary } from '@isthmus/admin-client';
import { type Command, Option } from 'commander';
import type { CliIo } from '../io.js';
import { withExamples } from '../support/command-help.js';
import { allConnectors } from '../support/connector-pages.js';
import {
  conflictText,
  connectorState,
  counted,
  errorText,
  planCounts,
  runCounts,
  runOutcome,
  runReasons,
  shellWord,
  waitsForApproval,
} from '../support/describe.js';
import { openSession, type Session } from '../support/session.js';
import { duration } from '../terminal/relative-time.js';
import type { Screen } from '../terminal/screen.js';
import type { Cell } from '../terminal/table.js';
import { findingsOf, printFindings, whyText } from './connector-findings.js';
import { printConnectors } from './connector-table.js';

const states = [
  'pending',
  'starting',
  'waiting',
  'refreshing',
  'stalled',
  'engaged',
  'paused',
  'backing-off',
  'stopping',
  'stopped',
  'failed',
  'quarantined',
] as const satisfies readonly Connector['state'][];

type TargetRun = NonNullable<NonNullable<Connector['targets']>[number]['lastRun']>;

interface ListOptions {
  readonly group?: string;
  readonly state?: Connector['state'];
}

export function addConnectorReads(connector: Command, io: CliIo): void {
  withExamples(
    connector
      .command('list')
      .summary('list the connectors')
      .description('List the connectors that the daemon is held to run.')
      .option('-g, --group <name>', 'only those of this group')
      .addOption(new Option('--state <state>', 'only those in this state').choices(states))
      .action(async (options: ListOptions, command: Command) => list(await openSession(io, command), options)),
    'connector list',
    'connector list --group IntegrationGroup::Sales --state failed',
    'connector list --json',
  );
  withExamples(
    connector
      .command('show')
      .summary('show a connector, its configuration and last runs')
      .description('Show a connector: state, schedule, configuration (secrets masked) and its last runs.')
      .argument('<connector>', 'name, connector id or connector GUID')
      .option('-g, --group <name>', 'the group, where several connectors have this name')
      .action(async (reference: string, options: { readonly group?: string }, command: Command) =>
        show(await openSession(io, command), reference, options.group),
      ),
    'connector show landing-area',
    'connector show landing-area --group IntegrationGroup::QuickStart --json',
  );
}

async function list({ client, screen, io }: Session, options: ListOptions): Promise<void> {
  const { group, state } = options;
  const connectors = await allConnectors(client, { group, state }, io.signal);
  if (screen.json) return screen.answer({ items: connectors });
  if (connectors.length > 0) return printConnectors(screen, connectors, group === undefined);
  if (state !== undefined) return screen.note(`No connector is ${state}.`);
  const target = group === undefined ? '<group>' : shellWord(group);
  screen.note(
    `No connectors yet: add one with \`isthmus connector add ${target} --provider files --root <folder> --name <name>\`.`,
  );
}

async function show({ client, screen, io }: Session, reference: string, group: string | undefined): Promise<void> {
  const connector = await client.getConnector(reference, { group }, io.signal);
  const own = { group: connector.group.qualifiedName };
  const { items: runs } = await client.listRuns(connector.connectorGuid, { ...own, limit: 5 }, io.signal);
  const { items: plans } = await client.listPlans(connector.connectorGuid, { ...own, limit: 5 }, io.signal);
  const ended = runs.find(({ endedAt }) => endedAt !== undefined) ?? connector.lastRun;
  const findings = ended && (await findingsOf(client, ended, io.signal));
  if (screen.json) return screen.answer({ ...connector, runs, findings });
  printState(screen, connector, plans.find(waitsForApproval));
  printRegistration(screen, connector);
  printTargets(screen, connector);
  printRuns(screen, runs);
  const allOfThem = `isthmus connector show ${shellWord(connector.name)} --json`;
  if (findings !== undefined) printFindings(screen, 'Findings of the last run', findings, allOfThem);
}

function printState(screen: Screen, connector: Connector, waiting: Plan | undefined): void {
  const { reason, paused, progressAgeMs, currentRun } = connector;
  screen.fields([
    ['name', connector.name],
    ['group', connector.group.qualifiedName],
    ['state', connectorState(connector)],
    ['since', screen.at(connector.stateSince)],
    ['why', whyText(connector)],
    ['next step', (reason ?? connector.lastRun?.error)?.next],
    [
      'paused by',
      paused && `${paused.by}, ${screen.ago(paused.at)}${paused.reason === undefined ? '' : `: ${paused.reason}`}`,
    ],
    ['progress', connector.progressText ?? (currentRun === undefined ? undefined : runCounts(currentRun))],
    ['last sign', progressAgeMs === undefined ? undefined : `${duration(progressAgeMs)} ago`],
    [
      'conflicts',
      connector.conflicts &&
        `${conflictText(connector.conflicts)}: \`isthmus connector conflicts ${shellWord(connector.name)}\``,
    ],
    ['plan', waiting && `waits for approval: ${planCounts(waiting)}: \`isthmus run plan ${runOf(waiting)}\``],
    ['held back', connector.heldBack?.map(heldText).join('; ')],
    ['schedule', connector.schedule],
    ['next run', screen.at(connector.nextDueAt)],
    ['direction', connector.permittedSynchronization],
    ['provider', connector.kind === undefined ? connector.provider : `${connector.provider} (${connector.kind})`],
    ['runs', `${connector.runCount}, restarts ${connector.restartCount}`],
    ['instance', connector.instanceId],
    ['running since', screen.at(connector.instanceStartedAt)],
    ['connector guid', connector.connectorGuid],
    ['connector id', connector.connectorId],
    ['qualified name', connector.qualifiedName],
  ]);
}

/** The run of which the plan is the whole. */
function runOf({ runId }: Plan): string {
  return runId.split('.')[0] ?? runId;
}

function heldText({ runId, itemCount }: NonNullable<Connector['heldBack']>[number]): string {
  return `${counted(itemCount, 'item')} taken back, left alone until the source changes or \`isthmus run release ${runId}\``;
}

function printRegistration(screen: Screen, { registration }: Connector): void {
  if (registration === undefined) return;
  screen.heading('Registration');
  screen.fields([
    ['description', registration.description],
    ['address', registration.networkAddress],
    ['user', registration.userId],
    ['source', registration.source],
    ['not before', screen.at(registration.startDate)],
    ['not after', screen.at(registration.stopDate)],
    ['approval', registration.approval],
    ['reports', registration.generateConnectorActivityReports ? 'in the catalogue, of what runs change' : undefined],
    ...Object.entries(registration.configuration).map(
      ([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)] as const,
    ),
  ]);
}

function printTargets(screen: Screen, { targets }: Connector): void {
  if (targets === undefined) return;
  screen.heading('Catalog targets');
  screen.table(
    [
      { title: 'TARGET', minimum: 20 },
      { title: 'OUTCOME' },
      { title: 'ENDED' },
      { title: 'ITEMS', minimum: 20 },
      { title: 'ELEMENT', cut: 'middle' },
      { title: 'DIRECTION', spare: true },
    ],
    targets.map(({ name, isRunning, lastRun, fault, elementQualifiedName, elementGuid, permittedSynchronization }) => [
      name,
      fault === undefined ? targetOutcome(isRunning, lastRun) : { text: 'not run', tone: 'bad' },
      lastRun === undefined ? '-' : screen.ago(lastRun.endedAt),
      lastRun === undefined ? '-' : runCounts(lastRun),
      elementQualifiedName ?? elementGuid,
      permittedSynchronization ?? '-',
    ]),
  );
  for (const { name, lastRun, fault = lastRun?.error } of targets) {
    if (fault !== undefined) screen.line(`${name}: ${errorText(fault)}`);
  }
}

function targetOutcome(isRunning: true | undefined, lastRun: TargetRun | undefined): Cell {
  if (isRunning === true) return runOutcome({ outcome: 'running' });
  return lastRun === undefined ? 'none yet' : runOutcome(lastRun);
}

function printRuns(screen: Screen, runs: readonly RunSummary[]): void {
  screen.heading('Last runs');
  if (runs.length === 0) {
    screen.line('none yet');
    return;
  }
  screen.table(
    [
      { title: 'STARTED' },
      { title: 'OUTCOME' },
      { title: 'TOOK' },
      { title: 'WHY' },
      { title: 'ITEMS', minimum: 20 },
      { title: 'RUN' },
    ],
    runs.map((run) => [
      screen.ago(run.startedAt),
      runOutcome(run),
      run.endedAt === undefined ? '-' : duration(Date.parse(run.endedAt) - Date.parse(run.startedAt)),
      runReasons(run),
      runCounts(run),
      run.id,
    ]),
  );
  const [latest] = runs;
  if (latest?.error !== undefined) screen.line(errorText(latest.error));
}
