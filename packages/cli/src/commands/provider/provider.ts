import type { Command } from 'commander';
import type { CliIo } from '../../io.js';
import { withExamples } from '../../support/command-help.js';
import { openSession, type Session } from '../../support/session.js';
import { createProvider } from './create.js';
import { providerKinds } from './provider-files.js';

export function addProviderCommands(program: Command, io: CliIo): void {
  const provider = program.command('provider').summary('connector providers: what connectors are made of');
  withExamples(
    provider.description('Connector providers: the plugins that connectors are made of.'),
    'provider list',
    'provider create weather --kind topic',
  );
  withExamples(
    provider
      .command('list')
      .summary('list the installed providers')
      .description('List the providers that the daemon found, also those that it cannot use.')
      .action(async (_options: unknown, command: Command) => list(await openSession(io, command))),
    'provider list',
    'provider list --json',
  );
  withExamples(
    provider
      .command('create')
      .summary('make a new provider, tested and ready to be changed')
      .description(
        'Make a package with a connector of the kind, its configuration, a pure mapping, README and tests; install and test it.',
      )
      .argument('<name>', 'name that registrations use: lower-case letters, digits, dashes, a letter first')
      .requiredOption('--kind <kind>', `kind of connector: ${providerKinds.join(', ')}`)
      .option('--directory <folder>', 'folder of the new package (default: my-connectors/<name>)')
      .option('--packages <folder>', 'folder with the packed packages of Isthmus (default: they are packed now)')
      .option('--no-test', 'only write the files')
      .option('--run', 'serve its sample and register it with the quick start; until Ctrl-C')
      .action(async (name: string, options: CreateOptions, command: Command) =>
        createProvider(await openSession(io, command), name, options),
      ),
    'provider create weather --kind topic',
    'provider create weather --kind topic --run',
    'provider create weather --kind topic --directory ../weather',
  );
}

export interface CreateOptions {
  readonly kind: string;
  readonly directory?: string;
  readonly packages?: string;
  /** False: `--no-test`. */
  readonly test: boolean;
  readonly run?: boolean;
}

async function list({ client, screen, io }: Session): Promise<void> {
  const { items } = await client.listProviders(io.signal);
  if (screen.json) return screen.answer({ items });
  if (items.length === 0) return screen.note('No providers are installed: make one with `isthmus provider create`.');
  screen.table(
    [{ title: 'PROVIDER' }, { title: 'KIND' }, { title: 'VERSION' }, { title: 'SDK' }, { title: 'STATE', minimum: 20 }],
    items.map(({ provider, kind, version, sdk, state, problem }) => [
      provider,
      kind,
      version,
      sdk,
      problem === undefined ? stateWords[state] : { text: problem.message, tone: 'bad' },
    ]),
  );
  for (const { provider, remarks = [] } of items)
    for (const remark of remarks) screen.note(`provider ${provider}: ${remark}`);
}

/** Code is loaded when a connector first needs it: until then nobody knows whether it can be. */
const stateWords = { ready: 'ready', 'not-loaded': 'not loaded yet', unusable: 'cannot be used' } as const;
