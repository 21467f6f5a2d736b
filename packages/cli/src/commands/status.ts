import type { ConnectorSummary, ErrorReport, Status } from '@isthmus/admin-client';
import { type ErrorCode, errorCatalogue } from '@isthmus/kernel';
import type { Command } from 'commander';
import { CommandEnd, ExitCode } from '../exit-code.js';
import type { CliIo } from '../io.js';
import { withExamples } from '../support/command-help.js';
import { allConnectors } from '../support/connector-pages.js';
import {
  conflictText,
  type connectorState,
  counted,
  groupMeaning,
  groupState,
  needsAttention,
  shellWord,
} from '../support/describe.js';
import { openSession, type Session } from '../support/session.js';
import { duration } from '../terminal/relative-time.js';
import type { Screen } from '../terminal/screen.js';

/** Something that an operator should look at. Part of the JSON answer. */
interface Finding {
  readonly kind: 'daemon' | 'metadata-server' | 'group' | 'connector';
  readonly name: string;
  readonly group?: string;
  readonly state: string;
  readonly code?: string;
  readonly message: string;
  readonly next?: string;
}

export function addStatusCommand(program: Command, io: CliIo): void {
  withExamples(
    program
      .command('status')
      .summary('show what the daemon does, and what needs attention')
      .description(
        'Show what the daemon does, its metadata access server, groups and connectors, and what needs attention.',
      )
      .option('--check', 'end with 7 when something needs attention')
      .action(async (options: { readonly check?: boolean }, command: Command) => {
        await showStatus(await openSession(io, command), options.check === true);
      }),
    'status',
    'status --check --json',
    'status --url http://catalogue.example.org:9080 --token-file /run/secrets/isthmus',
  );
}

async function showStatus({ client, screen, io }: Session, check: boolean): Promise<void> {
  const status = await client.getStatus(io.signal);
  const connectors = await lookedAt(client, status, io.signal);
  const findings = [...daemonFindings(status), ...groupFindings(status), ...connectors.map(connectorFinding)];
  if (screen.json) screen.answer({ ...status, findings });
  else print(screen, status, findings, io.now());
  if (check && findings.length > 0) throw new CommandEnd(ExitCode.conditionNotMet);
}

/** Only what may want a look is read: a daemon may run thousands of connectors. */
async function lookedAt(client: Session['client'], status: Status, signal: AbortSignal) {
  const found: ConnectorSummary[] = [];
  for (const state of [
    'failed',
    'quarantined',
    'backing-off',
    'pending',
    'refreshing',
    'stalled',
    'engaged',
    'starting',
    'stopping',
  ] as const) {
    if (!status.connectorCounts[state]) continue;
    found.push(...(await allConnectors(client, { state }, signal)).filter(needsAttention));
  }
  const seen = new Set(found.map(({ connectorId }) => connectorId));
  const degraded = await allConnectors(client, { health: 'degraded' }, signal);
  return [...found, ...degraded.filter(({ connectorId, state }) => !seen.has(connectorId) && state !== 'paused')];
}

function daemonFindings(status: Status): Finding[] {
  const { metadataServer } = status;
  const findings: Finding[] = [];
  if (status.state !== 'running')
    findings.push({
      kind: 'daemon',
      name: status.name,
      state: status.state,
      message: `the daemon is ${status.state}`,
      ...causeOf('SERVER_NOT_RUNNING'),
    });
  if (metadataServer.reachable === false)
    findings.push({
      kind: 'metadata-server',
      name: metadataServer.name,
      state: 'unreachable',
      message: metadataServer.problem?.message ?? `${metadataServer.url} does not answer`,
      ...pick(metadataServer.problem ?? causeOf('STORE_UNREACHABLE')),
    });
  for (const server of status.servers)
    if (server.state === 'failed')
      findings.push({
        kind: 'daemon',
        name: server.name,
        state: 'failed',
        message: server.message ?? 'the server failed',
        ...causeOf('SERVER_NOT_RUNNING'),
      });
  return findings;
}

function groupFindings(status: Status): Finding[] {
  return status.groups.flatMap((group): Finding[] => {
    const reason = group.conditions.find((condition) => condition.reason !== undefined)?.reason;
    const isBeginning = group.state === 'loading' && reason === undefined;
    if (group.state === 'in-step' || isBeginning) return [];
    const base = { kind: 'group', name: group.qualifiedName, state: group.state } as const;
    if (group.pending !== undefined)
      return [
        {
          ...base,
          message: `a change would stop ${group.pending.stops.length} of ${counted(group.pending.total, 'connector')}`,
          next: `isthmus group confirm ${shellWord(group.qualifiedName)}`,
        },
      ];
    return [
      {
        ...base,
        message: reason?.message ?? groupMeaning(group.state) ?? group.state,
        ...pick(reason ?? groupCause(group)),
      },
    ];
  });
}

function connectorFinding(connector: ConnectorSummary): Finding {
  const { name, group, state, reason, lastRun } = connector;
  const why = reason ?? lastRun?.error;
  const message = why?.message ?? `the connector is ${state}`;
  const cause = pick(why ?? connectorCause(state, name));
  return { kind: 'connector', name, group: group.qualifiedName, state, message, ...cause };
}

type Cause = Pick<ErrorReport, 'code' | 'next'>;

function pick(report: Cause | undefined): Partial<Cause> {
  return report === undefined ? {} : { code: report.code, next: report.next };
}

/** Where the daemon gave no cause: what the catalogue says of such a state, so that no line ends without a next step. */
function causeOf(code: ErrorCode): Cause {
  return { code, next: errorCatalogue[code].next };
}

const groupCauses: Readonly<Partial<Record<string, ErrorCode>>> = {
  'from-journal': 'STORE_UNREACHABLE',
  rejected: 'GROUP_LIST_REJECTED',
  missing: 'GROUP_NOT_FOUND',
};

function groupCause({ state }: Status['groups'][number]): Cause | undefined {
  const code = groupCauses[state];
  return code && causeOf(code);
}

function connectorCause(state: ConnectorSummary['state'], name: string): Cause {
  if (state === 'stalled') return causeOf('CONNECTOR_STALLED');
  return { code: 'CONNECTOR_FAILED', next: `isthmus connector show ${shellWord(name)}` };
}

function print(screen: Screen, status: Status, findings: readonly Finding[], now: number): void {
  const { metadataServer, groups, servers, eventLoopDelayMs } = status;
  const upFor = duration(Math.max(0, now - Date.parse(status.startedAt)));
  screen.fields([
    ['daemon', `${status.name} ${status.version}, ${status.state} for ${upFor}`],
    ['metadata server', metadataServerText(screen, metadataServer)],
    ...(servers.length === 0
      ? []
      : [['servers', servers.map(({ name, state }) => `${name} ${state}`).join(', ')] as const]),
    ['groups', groups.length === 0 ? 'none yet' : groupsText(groups)],
    ['connectors', connectorsText(status)],
    ['conflicts', conflictsText(status)],
    [
      'event loop',
      eventLoopDelayMs &&
        `delayed ${eventLoopDelayMs.p99.toFixed(1)} ms at the 99th percentile, ${eventLoopDelayMs.max.toFixed(1)} ms at most`,
    ],
  ]);
  if (groups.length === 0) screen.note('No groups yet: create one with `isthmus group create <qualified name>`.');
  if (findings.length === 0) return;
  screen.heading('Needs attention');
  for (const finding of findings.slice(0, shownFindings)) {
    const where = finding.group === undefined ? '' : ` in ${finding.group}`;
    screen.line(`${finding.kind} ${finding.name}${where}: ${finding.state.replaceAll('-', ' ')}`);
    screen.line(`  ${finding.code === undefined ? '' : `${finding.code}: `}${finding.message}`);
    if (finding.next !== undefined) screen.line(`  next: ${finding.next}`);
  }
  if (findings.length > shownFindings)
    screen.line(`and ${findings.length - shownFindings} more; see \`isthmus connector list\``);
}

/** More than fits a screen helps nobody; --json has all. */
const shownFindings = 10;

function metadataServerText(screen: Screen, { name, url, reachable, since }: Status['metadataServer']): string {
  const word = reachable === undefined ? 'not tried yet' : reachable ? 'reachable' : 'NOT reachable';
  return `${name} at ${url}, ${word}${since === undefined ? '' : `, since ${screen.ago(since).replace(/ ago$/, '')}`}`;
}

function groupsText(groups: Status['groups']): string {
  return tally(groups.map(({ state }) => textOf(groupState(state))));
}

function connectorsText({ connectorCounts }: Status): string {
  const words = Object.entries(connectorCounts).flatMap(([state, count]) => Array<string>(Number(count)).fill(state));
  return words.length === 0 ? 'none yet' : tally(words);
}

/** Nothing that needs attention at once, but that waits for people. */
function conflictsText({ conflicts }: Status): string | undefined {
  const [first] = conflicts;
  if (first === undefined) return undefined;
  const sum = (of: 'fields' | 'elements') => conflicts.reduce((total, each) => total + each[of], 0);
  const name = shellWord(first.connectorName ?? first.connectorGuid);
  const text = conflictText({ fields: sum('fields'), elements: sum('elements') });
  return `${text}, e.g. \`isthmus connector conflicts ${name}\``;
}

/** `3: 2 waiting, 1 failed`, most first. */
function tally(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const parts = [...counts].sort(([, left], [, right]) => right - left).map(([word, count]) => `${count} ${word}`);
  return `${words.length}: ${parts.join(', ')}`;
}

function textOf(cell: ReturnType<typeof connectorState>): string {
  return typeof cell === 'string' ? cell : cell.text;
}
