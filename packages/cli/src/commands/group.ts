import type { Group } from '@isthmus/admin-client';
import type { Command } from 'commander';
import type { CliIo } from '../io.js';
import { withExamples } from '../support/command-help.js';
import { confirmed } from '../support/confirmation.js';
import { allConnectors } from '../support/connector-pages.js';
import { counted, errorText, groupMeaning, groupState, shellWord } from '../support/describe.js';
import { openSession, type Session } from '../support/session.js';
import { printConnectors } from './connector-table.js';

export function addGroupCommands(program: Command, io: CliIo): void {
  const group = program.command('group').summary('integration groups: what should run');
  withExamples(
    group.description('Integration groups: named lists of the connectors that the daemon should run.'),
    'group list',
    'group create IntegrationGroup::Sales',
  );
  addReads(group, io);
  addChanges(group, io);
}

function addReads(group: Command, io: CliIo): void {
  withExamples(
    group
      .command('list')
      .summary('list the groups')
      .description('List the groups that the daemon watches.')
      .action(async (_options: unknown, command: Command) => list(await openSession(io, command))),
    'group list',
    'group list --json',
  );
  withExamples(
    group
      .command('show')
      .summary('show a group and its connectors')
      .description('Show a group: its state, conditions, what waits for confirmation, its connectors.')
      .argument('<name>', 'qualified name of the group')
      .action(async (name: string, _options: unknown, command: Command) => show(await openSession(io, command), name)),
    'group show IntegrationGroup::QuickStart',
  );
}

function addChanges(group: Command, io: CliIo): void {
  withExamples(
    group
      .command('create')
      .summary('create a group')
      .description('Create a group in the metadata access server and watch it.')
      .argument('<name>', 'qualified name, unique in the metadata access server')
      .option('--display-name <text>', 'name for people')
      .option('--description <text>', 'what the group is for')
      .action(async (name: string, options: CreateOptions, command: Command) =>
        create(await openSession(io, command), name, options),
      ),
    'group create IntegrationGroup::Sales',
    'group create IntegrationGroup::Sales --display-name "Sales systems"',
  );
  withExamples(
    group
      .command('delete')
      .summary('delete a group; its connectors stop')
      .description('Delete a group. Its connectors stop; what they catalogued stays.')
      .argument('<name>', 'qualified name of the group')
      .option('-y, --yes', 'do not ask; needed where there is no terminal')
      .action(async (name: string, options: { readonly yes?: boolean }, command: Command) =>
        remove(await openSession(io, command), name, options.yes),
      ),
    'group delete IntegrationGroup::Sales',
    'group delete IntegrationGroup::Sales --yes',
  );
  withExamples(
    group
      .command('confirm')
      .summary('let a change through that waits')
      .description('Let a change through that waits, because it would stop many connectors at once.')
      .argument('<name>', 'qualified name of the group')
      .option('-y, --yes', 'do not ask; needed where there is no terminal')
      .action(async (name: string, options: { readonly yes?: boolean }, command: Command) =>
        confirm(await openSession(io, command), name, options.yes),
      ),
    'group confirm IntegrationGroup::Sales',
    'group confirm IntegrationGroup::Sales --yes',
  );
}

interface CreateOptions {
  readonly displayName?: string;
  readonly description?: string;
}

async function list({ client, screen, io }: Session): Promise<void> {
  const { items } = await client.listGroups(io.signal);
  if (screen.json) return screen.answer({ items });
  if (items.length === 0) return screen.note('No groups yet: create one with `isthmus group create <qualified name>`.');
  screen.table(
    [
      { title: 'NAME', cut: 'middle', minimum: 16 },
      { title: 'STATE', minimum: 12 },
      { title: 'CONNECTORS', minimum: 10 },
      { title: 'LAST READ' },
      { title: 'SERVER' },
    ],
    items.map((group) => [
      group.qualifiedName,
      groupState(group.state),
      String(group.connectorCount),
      group.lastReadAt === undefined ? 'never' : screen.ago(group.lastReadAt),
      group.server,
    ]),
  );
}

async function show({ client, screen, io }: Session, name: string): Promise<void> {
  const group = await client.getGroup(name, io.signal);
  if (screen.json) return screen.answer(group);
  const meaning = groupMeaning(group.state);
  screen.fields([
    ['name', group.qualifiedName],
    ['display name', group.displayName],
    ['description', group.description],
    ['state', groupState(group.state)],
    ['', meaning],
    ['server', group.server],
    ['guid', group.guid],
    ['connectors', String(group.connectorCount)],
    ['last read', screen.at(group.lastReadAt)],
    ['accepted', screen.at(group.acceptedAt)],
    ['next read', screen.at(group.nextReadAt)],
  ]);
  printConditions(screen, group);
  printPending(screen, group);
  if (group.connectorCount === 0)
    return screen.note(
      `No connectors yet: add one with \`isthmus connector add ${shellWord(name)} --provider files --root <folder> --name <name>\`.`,
    );
  screen.heading('Connectors');
  printConnectors(screen, await allConnectors(client, { group: name }, io.signal), false);
}

function printConditions(screen: Session['screen'], group: Group): void {
  if (group.conditions.length === 0) return;
  screen.heading('Conditions');
  for (const { type, status, since, reason, message } of group.conditions) {
    screen.line(`${type}: ${status ? 'yes' : 'no'}, since ${screen.ago(since).replace(/ ago$/, '')}`);
    if (message !== undefined) screen.line(`  ${message}`);
    if (reason !== undefined) screen.line(`  ${errorText(reason)}`);
  }
}

function printPending(screen: Session['screen'], group: Group): void {
  if (group.pending === undefined) return;
  const { stops, total, since } = group.pending;
  screen.heading('Waiting for confirmation');
  screen.line(`The list read ${screen.ago(since)} would stop ${stops.length} of ${counted(total, 'connector')}:`);
  for (const stop of stops.slice(0, shownStops)) screen.line(`  ${stop}`);
  if (stops.length > shownStops) screen.line(`  and ${stops.length - shownStops} more`);
  screen.line(`To let it through: isthmus group confirm ${shellWord(group.qualifiedName)}`);
}

const shownStops = 20;

async function create({ client, screen, io }: Session, name: string, options: CreateOptions): Promise<void> {
  const { displayName, description } = options;
  const group = await client.createGroup({ qualifiedName: name, displayName, description }, io.signal);
  if (screen.json) return screen.answer(group);
  screen.line(`created ${group.qualifiedName}`);
  screen.note(
    `Add a connector with \`isthmus connector add ${shellWord(name)} --provider files --root <folder> --name <name>\`.`,
  );
}

async function remove(session: Session, name: string, yes: boolean | undefined): Promise<void> {
  const { client, screen, io } = session;
  // a mistyped name is told before anybody is asked to confirm it
  const { connectorCount } = await client.getGroup(name, io.signal);
  await confirmed(session, `Delete ${name}? ${counted(connectorCount, 'connector')} will stop.`, yes);
  const accepted = await client.deleteGroup(name, io.signal);
  if (screen.json) return screen.answer(accepted);
  screen.line(`deleted ${name}`);
}

async function confirm(session: Session, name: string, yes: boolean | undefined): Promise<void> {
  const { client, screen, io } = session;
  const { pending } = await client.getGroup(name, io.signal);
  if (pending !== undefined)
    await confirmed(session, `Stop ${pending.stops.length} of ${counted(pending.total, 'connector')} of ${name}?`, yes);
  const group = await client.confirmGroup(name, io.signal);
  if (screen.json) return screen.answer(group);
  screen.line(`confirmed ${name}: the change goes through`);
}
