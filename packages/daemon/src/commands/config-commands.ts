import { type CliIo, CommandEnd, withExamples } from '@isthmus/cli';
import type { Command } from 'commander';
import { checkConfiguration, type Output, showConfiguration } from '../configuration/configuration-commands.js';
import { addSourceOptions, type SourceOptions, sourcesOf } from './configuration-sources.js';

/** `isthmus config check|show`. They read files and the environment; no daemon has to run. */
export function addConfigCommands(program: Command, io: CliIo): void {
  const output: Output = { out: (text) => io.stdout.write(`${text}\n`), error: (text) => io.stderr.write(`${text}\n`) };
  const config = program.command('config').description('Check and show the configuration.');
  withExamples(config, 'config check --config my.yaml', 'config show --origin');

  const check = config
    .command('check')
    .description('Name every mistake: file, line, field, fault, next step. Exit code 4 when there is one.')
    .action(async (options: SourceOptions) =>
      end(await checkConfiguration(sourcesOf(options), isJson(program), output)),
    );
  addSourceOptions(check);
  withExamples(check, 'config check --config config/isthmus.yaml', 'config check --config my.yaml --json');

  const show = config
    .command('show')
    .description('Print the effective value of every key, secrets masked.')
    .option('--origin', 'tell where each value comes from: default, file and line, environment variable, flag')
    .action((options: SourceOptions & { readonly origin?: boolean }) =>
      end(showConfiguration(sourcesOf(options), { json: isJson(program), origin: options.origin === true }, output)),
    );
  addSourceOptions(show);
  withExamples(show, 'config show --origin --config my.yaml', 'config show --json');
}

function isJson(program: Command): boolean {
  return program.opts<{ readonly json?: boolean }>().json === true;
}

function end(code: number): void {
  if (code !== 0) throw new CommandEnd(code);
}
