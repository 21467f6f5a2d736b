import { IsthmusError } from '@isthmus/kernel';
import type { Command } from 'commander';
import type { CliIo } from '../io.js';
import { withExamples } from '../support/command-help.js';
import { confirmed } from '../support/confirmation.js';
import { shellWord } from '../support/describe.js';
import { openSession, type Session } from '../support/session.js';
import {
  type RegistrationOptions,
  registrationFields,
  withRegistrationOptions,
  withUnset,
} from './connector-options.js';

interface AddOptions extends RegistrationOptions {
  readonly name: string;
  readonly provider: string;
  readonly collection?: string;
}

interface UpdateOptions extends RegistrationOptions {
  readonly name?: string;
  readonly group?: string;
}

export function addConnectorChanges(connector: Command, io: CliIo): void {
  addAdd(connector, io);
  addUpdate(connector, io);
  addRemove(connector, io);
}

function addAdd(connector: Command, io: CliIo): void {
  const command = connector
    .command('add')
    .summary('register a connector with a group')
    .description('Register a connector with a group. Its configuration is checked first.')
    .argument('<group>', 'qualified name of the group')
    .requiredOption('--name <name>', 'name, unique in the group')
    .requiredOption('--provider <provider>', 'connector provider, e.g. files')
    .option('--collection <name>', 'qualified name of the metadata collection that owns what it finds');
  withExamples(
    withRegistrationOptions(command).action(async (group: string, options: AddOptions, sub: Command) =>
      add(await openSession(io, sub), group, options),
    ),
    'connector add IntegrationGroup::Sales --name contracts --provider files --root /data/contracts --every 2h',
    'connector add IntegrationGroup::Sales --name contracts --provider files --root ./contracts \\\n      --cron "0 6 * * 1-5" --time-zone Europe/Berlin --set \'exclude=["**/tmp/**"]\'',
    "connector add IntegrationGroup::Sales --name orders --provider orders --address https://orders.example.org \\\n      --set-text 'password=${env:ORDERS_PASSWORD}' --direction from-third-party",
  );
}

function addUpdate(connector: Command, io: CliIo): void {
  const command = connector
    .command('update')
    .summary('change a registration')
    .description('Change a registration. What is not named stays as it is; other connectors are not touched.')
    .argument('<connector>', 'name, connector id or connector GUID')
    .option('-g, --group <name>', 'the group, where several connectors have this name')
    .option('--name <name>', 'new name');
  withExamples(
    withUnset(withRegistrationOptions(command)).action(
      async (reference: string, options: UpdateOptions, sub: Command) =>
        update(await openSession(io, sub), reference, options),
    ),
    'connector update contracts --every 30',
    'connector update contracts --cron "*/10 * * * *"',
    'connector update contracts --no-cron --every 1d',
    'connector update contracts --set watch=poll --unset exclude',
    'connector update contracts --name "Contracts 2026" --root /data/contracts-2026',
  );
}

function addRemove(connector: Command, io: CliIo): void {
  withExamples(
    connector
      .command('remove')
      .summary('end a registration')
      .description('End the registration of a connector. It stops; what it catalogued stays.')
      .argument('<connector>', 'name, connector id or connector GUID')
      .option('-g, --group <name>', 'the group, where several connectors have this name')
      .option('-y, --yes', 'do not ask; needed where there is no terminal')
      .action(async (reference: string, options: { readonly group?: string; readonly yes?: boolean }, sub: Command) =>
        remove(await openSession(io, sub), reference, options),
      ),
    'connector remove contracts',
    'connector remove contracts --group IntegrationGroup::Sales --yes',
  );
}

async function add({ client, screen, io }: Session, group: string, options: AddOptions): Promise<void> {
  const body = {
    name: options.name,
    provider: options.provider,
    metadataCollectionQualifiedName: options.collection,
    ...registrationFields(options, io.directory),
  };
  const added = await client.addConnector(group, body, io.signal);
  if (screen.json) return screen.answer(added);
  screen.line(`added ${options.name} to ${group}`);
  screen.note(`See what it does with \`isthmus connector show ${shellWord(options.name)}\`.`);
}

async function update({ client, screen, io }: Session, reference: string, options: UpdateOptions): Promise<void> {
  const body = { name: options.name, ...registrationFields(options, io.directory) };
  if (Object.values(body).every((value) => value === undefined))
    throw new IsthmusError('USAGE', 'nothing to change is named', {
      next: 'see `isthmus connector update --help` for what can be changed',
    });
  const accepted = await client.updateConnector(reference, body, { group: options.group }, io.signal);
  if (screen.json) return screen.answer(accepted);
  screen.line(`updated ${options.name ?? reference}`);
}

async function remove(
  session: Session,
  reference: string,
  options: { readonly group?: string; readonly yes?: boolean },
): Promise<void> {
  const { client, screen, io } = session;
  // a mistyped name is told before anybody is asked to confirm it
  const { name, group } = await client.getConnector(reference, { group: options.group }, io.signal);
  await confirmed(session, `Remove ${name} from ${group.qualifiedName}? What it catalogued stays.`, options.yes);
  const accepted = await client.removeConnector(reference, { group: options.group }, io.signal);
  if (screen.json) return screen.answer(accepted);
  screen.line(`removed ${reference}`);
}
