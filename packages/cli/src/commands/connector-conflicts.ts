import type { Conflict } from '@isthmus/admin-client';
import { type Command, Option } from 'commander';
import type { CliIo } from '../io.js';
import { withExamples } from '../support/command-help.js';
import { confirmed } from '../support/confirmation.js';
import { counted, shellWord } from '../support/describe.js';
import { openSession, type Session } from '../support/session.js';
import { wholeNumber } from '../support/values.js';
import { follow, withWait } from './run-decisions.js';

interface ListOptions {
  readonly group?: string;
  readonly limit: number;
  readonly after?: string;
}

type ReleaseOptions = Omit<ResolveOptions, 'take' | 'all'>;

interface ResolveOptions {
  readonly group?: string;
  readonly take: 'source' | 'mine';
  readonly all?: boolean;
  readonly reason?: string;
  readonly wait?: boolean;
  readonly timeout: number;
  readonly yes?: boolean;
}

export function addConflictCommands(connector: Command, io: CliIo): void {
  withExamples(
    connector
      .command('conflicts')
      .summary('list what waits for a decision')
      .description(
        'List fields that people and the source have both set where the policy asks, and elements that were there before and are only reported.',
      )
      .argument('<connector>', 'name, connector id or connector GUID')
      .option('-g, --group <name>', 'the group, where several connectors have this name')
      .option('-n, --limit <count>', 'how many at most', wholeNumber(1, 500), 50)
      .option('--after <id>', 'those after the one of this id')
      .action(async (reference: string, options: ListOptions, command: Command) =>
        list(await openSession(io, command), reference, options),
      ),
    'connector conflicts landing-area',
    'connector conflicts landing-area --json',
  );
  withExamples(
    withWait(
      connector
        .command('resolve')
        .summary('decide what waits for a decision')
        .description(
          'Decide conflicts: write the value of the source, or keep what the metadata access server has until the source has another value. An element that was there before is adopted, or left alone.',
        )
        .argument('<connector>', 'name, connector id or connector GUID')
        .argument('[ids...]', 'ids, as `isthmus connector conflicts` shows them')
        .option('-g, --group <name>', 'the group, where several connectors have this name')
        .option('--all', 'all that wait, at most 1,000 at a time')
        .addOption(new Option('--take <side>', 'whose word holds').choices(['source', 'mine']).makeOptionMandatory()),
    ).action(async (reference: string, ids: readonly string[], options: ResolveOptions, command: Command) => {
      if (options.all !== true && ids.length === 0) command.error('error: name conflicts by id, or give --all');
      if (options.all === true && ids.length > 0) command.error('error: --all and ids contradict each other');
      await resolve(await openSession(io, command), reference, ids, options);
    }),
    'connector resolve landing-area f12 f13 --take mine',
    'connector resolve landing-area --all --take source --wait --yes',
  );
  addDecisions(connector, io);
  addRelease(connector, io);
}

function addDecisions(connector: Command, io: CliIo): void {
  withExamples(
    connector
      .command('decisions')
      .summary('list what stays by a decision that can be taken back')
      .description(
        'List what people decided with `connector resolve --take mine`: fields and elements that stay as the metadata access server has them. `connector release` takes such a decision back.',
      )
      .argument('<connector>', 'name, connector id or connector GUID')
      .option('-g, --group <name>', 'the group, where several connectors have this name')
      .option('-n, --limit <count>', 'how many at most', wholeNumber(1, 500), 50)
      .option('--after <place>', 'those after this place, as the page before says it')
      .action(async (reference: string, options: ListOptions, command: Command) =>
        listDecisions(await openSession(io, command), reference, options),
      ),
    'connector decisions landing-area',
    'connector decisions landing-area --json',
  );
}

function addRelease(connector: Command, io: CliIo): void {
  withExamples(
    withWait(
      connector
        .command('release')
        .summary('take back that what the metadata access server has stays')
        .description(
          'Take back a decision made with `connector resolve --take mine`, of an element or of one of its fields. A run then compares it as if nobody had decided: what both sides have set waits again.',
        )
        .argument('<connector>', 'name, connector id or connector GUID')
        .argument('<qualified name>', 'of the element')
        .argument('[field]', 'e.g. displayName; default: all of the element')
        .option('-g, --group <name>', 'the group, where several connectors have this name'),
    ).action(
      async (
        reference: string,
        qualifiedName: string,
        field: string | undefined,
        options: ReleaseOptions,
        command: Command,
      ) => release(await openSession(io, command), reference, { qualifiedName, field }, options),
    ),
    'connector release landing-area DataFile::QuickStart.landing-area:/a.csv',
    'connector release landing-area DataFile::QuickStart.landing-area:/a.csv description --wait',
  );
}

async function list({ client, screen, io }: Session, reference: string, options: ListOptions): Promise<void> {
  const { group, limit, after } = options;
  const page = await client.listConflicts(reference, { group, limit, after }, io.signal);
  if (screen.json) return screen.answer(page);
  if (page.items.length === 0) return screen.note('Nothing waits for a decision.');
  screen.table(
    [
      { title: 'ID' },
      { title: 'SINCE' },
      { title: 'QUALIFIED NAME', cut: 'middle', minimum: 24 },
      { title: 'FIELD' },
      { title: 'HERE', minimum: 12 },
      { title: 'SOURCE', minimum: 12 },
    ],
    page.items.map((conflict) => [conflict.id, screen.ago(conflict.at), conflict.qualifiedName, ...sidesOf(conflict)]),
  );
  const name = shellWord(reference);
  if (page.nextAfter !== undefined)
    screen.note(`There is more: isthmus connector conflicts ${name} --after ${page.nextAfter}`);
  screen.note(`Decide with: isthmus connector resolve ${name} <id> --take source|mine`);
}

async function listDecisions({ client, screen, io }: Session, reference: string, options: ListOptions): Promise<void> {
  const { group, limit, after } = options;
  const page = await client.listConflictDecisions(reference, { group, limit, after }, io.signal);
  if (screen.json) return screen.answer(page);
  if (page.items.length === 0)
    return screen.note('Nothing stays by a decision: `isthmus connector conflicts` lists what waits for one.');
  screen.table(
    [{ title: 'QUALIFIED NAME', cut: 'middle', minimum: 24 }, { title: 'FIELD' }, { title: 'TARGET' }],
    page.items.map(({ qualifiedName, field, target }) => [qualifiedName, field ?? '(all of it)', target ?? '-']),
  );
  const name = shellWord(reference);
  if (page.nextAfter !== undefined)
    screen.note(`There is more: isthmus connector decisions ${name} --after ${page.nextAfter}`);
  screen.note(`Take one back with: isthmus connector release ${name} <qualified name> [field]`);
}

function sidesOf({ kind, field, hubValue, sourceValue, by }: Conflict): readonly string[] {
  if (kind === 'element') return ['-', 'was there before', 'has it too'];
  const who = by === undefined ? '' : ` (${by})`;
  return [field ?? '', `${valueText(hubValue)}${who}`, valueText(sourceValue)];
}

const longestValue = 60;

function valueText(value: unknown): string {
  if (value === undefined) return '(none)';
  const text = JSON.stringify(value);
  return text.length <= longestValue ? text : `${text.slice(0, longestValue - 1)}\u2026`;
}

async function resolve(
  session: Session,
  reference: string,
  ids: readonly string[],
  options: ResolveOptions,
): Promise<void> {
  const { client, screen, io } = session;
  const { group, take, all, reason, yes } = options;
  const connector = await client.getConnector(reference, { group }, io.signal);
  const what = all === true ? 'All that waits' : counted(ids.length, 'conflict');
  const how = take === 'source' ? 'take the values of the source' : 'keep what the metadata access server has';
  await confirmed(session, `${what} of ${connector.name}: ${how}?`, yes);
  const chosen = all === true ? {} : { ids: [...ids] };
  const answer = await client.resolveConflicts(reference, { take, reason, ...chosen }, { group }, io.signal);
  const { runId, see, count, leftOut } = answer;
  if (runId === undefined || see === undefined) {
    if (screen.json) return screen.answer(answer);
    if (count === 0) return screen.note('Nothing waits for a decision.');
    return screen.line(`decided ${counted(count, 'conflict')}`);
  }
  const started = leftOut === undefined ? { runId, see } : { runId, see, leftOut };
  await follow(session, connector.connectorGuid, started, options, `decided ${counted(count, 'conflict')}`);
}

async function release(
  session: Session,
  reference: string,
  { qualifiedName, field }: { readonly qualifiedName: string; readonly field: string | undefined },
  options: ReleaseOptions,
): Promise<void> {
  const { client, screen, io } = session;
  const { group, reason, yes } = options;
  const connector = await client.getConnector(reference, { group }, io.signal);
  const what = field === undefined ? qualifiedName : `${field} of ${qualifiedName}`;
  await confirmed(session, `Take back that ${what} stays as the metadata access server has it?`, yes);
  const body = { qualifiedName, field, reason };
  const answer = await client.releaseConflicts(reference, body, { group }, io.signal);
  const { runId, see, count } = answer;
  const said = `took back ${counted(count, 'decision')}`;
  if (runId !== undefined && see !== undefined)
    return await follow(session, connector.connectorGuid, { runId, see }, options, said);
  if (screen.json) return screen.answer(answer);
  screen.line(said);
}
