import { type CliIo, CommandEnd, ExitCode, Screen, withExamples } from '@isthmus/cli';
import { IsthmusError } from '@isthmus/kernel';
import {
  changeUsers,
  hashPassword,
  type Role,
  readUsers,
  requireSuitable,
  roles,
  type UserEntry,
  userNamePattern,
} from '@isthmus/platform';
import { type Command, Option } from 'commander';
import { usersFileIn } from '../configuration/accounts.js';
import { requireValid } from '../configuration/configuration-commands.js';
import { loadConfiguration } from '../configuration/load-configuration.js';
import { addSourceOptions, type SourceOptions, sourcesOf } from './configuration-sources.js';

interface UserOptions extends SourceOptions {
  readonly role?: Role;
  readonly displayName?: string;
  readonly actsFor?: readonly string[];
  readonly disable?: boolean;
  readonly enable?: boolean;
  readonly yes?: boolean;
}

/** `isthmus user ...`: changes the users file; a server that runs follows within a second or two. */
export function addUserCommands(program: Command, io: CliIo): void {
  const user = program.command('user').description('People who may log in with a password. Works on the users file.');
  withExamples(user, 'user add ada --role admin', 'user set-password ada < password.txt', 'user list');
  addOne(user, io);
  setPassword(user, io);
  changeOne(user, io);
  removeOne(user, io);
  list(program, user, io);
}

function addOne(user: Command, io: CliIo): void {
  const command = user
    .command('add')
    .argument('<name>', 'letters, digits and . _ @ -')
    .description('Add a user. The password is asked for on the terminal, or is the first line of stdin.')
    .addOption(roleOption().makeOptionMandatory());
  describeUser(command).action(async (name: string, options: UserOptions) => {
    if (!new RegExp(userNamePattern).test(name))
      throw new IsthmusError('USAGE', `${JSON.stringify(name)} is no name of a user`, {
        next: 'use 1 to 100 letters, digits and . _ @ -',
      });
    const file = fileOf(options);
    if (Object.hasOwn((await readUsers(file)) ?? {}, name)) throw exists(name, file);
    const password = await newPassword(io, name);
    await changeUsers(file, (users) => {
      if (Object.hasOwn(users, name)) throw exists(name, file);
      return { ...users, [name]: withOptions({ role: 'viewer', password }, options) };
    });
    io.stderr.write(`${name} may log in now; kept in ${file}\n`);
  });
}

function setPassword(user: Command, io: CliIo): void {
  const command = user
    .command('set-password')
    .argument('<name>')
    .description('Set a new password; tokens given out before no longer hold.')
    .action(async (name: string, options: UserOptions) => {
      const file = fileOf(options);
      requireKnown((await readUsers(file)) ?? {}, name, file);
      const password = await newPassword(io, name);
      await change(file, name, (entry) => ({ ...entry, password }));
      io.stderr.write(`${name} has a new password\n`);
    });
  addSourceOptions(command);
}

function changeOne(user: Command, io: CliIo): void {
  const command = user
    .command('change')
    .argument('<name>')
    .description('Change the role or other traits of a user; holds for tokens given out before, too.')
    .addOption(roleOption())
    .option('--disable', 'cannot log in any more, tokens no longer hold')
    .option('--enable', 'may log in again');
  describeUser(command).action(async (name: string, options: UserOptions) => {
    await change(fileOf(options), name, (entry) => withOptions(entry, options));
    io.stderr.write(`${name} is changed\n`);
  });
}

function removeOne(user: Command, io: CliIo): void {
  const command = user
    .command('remove')
    .argument('<name>')
    .description('Remove a user; tokens given out before no longer hold.')
    .option('--yes', 'do not ask')
    .action(async (name: string, options: UserOptions) => {
      const file = fileOf(options);
      requireKnown((await readUsers(file)) ?? {}, name, file);
      await confirm(io, `Remove the user ${name}?`, options.yes);
      await changeUsers(file, ({ [name]: _removed, ...others }) => others);
      io.stderr.write(`${name} is removed\n`);
    });
  addSourceOptions(command);
}

function list(program: Command, user: Command, io: CliIo): void {
  const command = user
    .command('list')
    .description('List the users.')
    .action(async (options: UserOptions) => {
      const users = (await readUsers(fileOf(options))) ?? {};
      const screen = new Screen(io, program.opts<{ readonly json?: boolean }>().json === true);
      const rows = Object.entries(users).map(([name, { password, ...rest }]) => ({
        name,
        ...rest,
        hasPassword: password !== undefined,
      }));
      if (screen.json) return screen.answer(rows);
      screen.table(
        [{ title: 'NAME' }, { title: 'ROLE' }, { title: 'LOG-IN' }, { title: 'DISPLAY NAME', spare: true }],
        rows.map(({ name, role, disabled, hasPassword, displayName }) => [
          name,
          role,
          disabled === true ? 'disabled' : hasPassword ? 'yes' : 'no password',
          displayName ?? '',
        ]),
      );
    });
  addSourceOptions(command);
}

function roleOption(): Option {
  return new Option(
    '--role <role>',
    'viewer reads; operator also changes groups and connectors; admin may do everything',
  ).choices(roles);
}

function describeUser(command: Command): Command {
  command
    .option('--display-name <text>', 'name for people')
    .option('--acts-for <names...>', 'users in whose name it may write; * = anybody, as administrators may');
  addSourceOptions(command);
  return command;
}

function withOptions(entry: UserEntry, { role, displayName, actsFor, disable, enable }: UserOptions): UserEntry {
  return {
    ...entry,
    ...(role === undefined ? {} : { role }),
    ...(displayName === undefined ? {} : { displayName }),
    ...(actsFor === undefined ? {} : { actsFor: actsFor.includes('*') ? ('*' as const) : [...actsFor] }),
    ...(disable === true ? { disabled: true } : enable === true ? { disabled: false } : {}),
  };
}

function change(file: string, name: string, edit: (entry: UserEntry) => UserEntry): Promise<void> {
  return changeUsers(file, (users) => ({ ...users, [name]: edit(requireKnown(users, name, file)) }));
}

function requireKnown(users: Readonly<Record<string, UserEntry>>, name: string, file: string): UserEntry {
  const entry = Object.hasOwn(users, name) ? users[name] : undefined;
  if (entry === undefined) throw new IsthmusError('USER_NOT_FOUND', `${file} has no user ${name}`);
  return entry;
}

function exists(name: string, file: string): IsthmusError {
  return new IsthmusError('USER_EXISTS', `${file} has a user ${name} already`);
}

/** @returns its hash @throws PASSWORD_UNSUITABLE, USAGE when it was typed differently the second time */
async function newPassword(io: CliIo, name: string): Promise<string> {
  const password = await io.password(`New password of ${name}: `, io.signal);
  io.signal.throwIfAborted();
  requireSuitable(password);
  if (io.interactive && (await io.password('Once more: ', io.signal)) !== password)
    throw new IsthmusError('USAGE', 'the two passwords differ', { next: 'call the command again' });
  return hashPassword(password);
}

async function confirm(io: CliIo, question: string, yes: boolean | undefined): Promise<void> {
  if (yes === true) return;
  if (!io.interactive)
    throw new IsthmusError('NOT_CONFIRMED', 'this needs a confirmation and there is no terminal to ask on');
  if (!(await io.confirm(question, io.signal))) throw new CommandEnd(ExitCode.usage);
}

function fileOf(options: SourceOptions): string {
  const loaded = loadConfiguration(sourcesOf(options));
  requireValid(loaded);
  return usersFileIn(loaded.configuration);
}
