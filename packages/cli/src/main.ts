import { readFileSync } from 'node:fs';
import { errorCatalogue, IsthmusError, isAbort, toErrorReport } from '@isthmus/kernel';
import { Command, CommanderError } from 'commander';
import { addConnectorCommands } from './commands/connector.js';
import { addElementCommands } from './commands/elements.js';
import { addExplainCommand } from './commands/explain.js';
import { addGroupCommands } from './commands/group.js';
import { addProviderCommands } from './commands/provider/provider.js';
import { addRunCommands } from './commands/run.js';
import { addStatusCommand } from './commands/status.js';
import { CommandEnd, ExitCode, exitCodeHelp, exitCodeOf } from './exit-code.js';
import type { CliIo } from './io.js';
import { withExamples } from './support/command-help.js';
import { defaultUrl } from './support/session.js';
import { plain, plainJson } from './terminal/escape.js';
import { styleFor } from './terminal/style.js';

/**
 * The command line `isthmus`. Talks to the daemon's REST only.
 *
 * @param argv - what follows the name of the program
 * @param extraCommands - adds further commands to the same program (the daemon's own `serve` and `config`). Their
 *   actions may throw `IsthmusError`, which is shown as everywhere, or `CommandEnd` to end with a code of their own
 * @returns the exit code; set `process.exitCode` with it, so that what was written is not cut off
 */
export async function main(
  argv: readonly string[],
  io: CliIo,
  extraCommands?: (program: Command) => void,
): Promise<number> {
  const program = createProgram(io, extraCommands);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return ExitCode.ok;
  } catch (error) {
    return end(error, io, argv, program);
  }
}

function createProgram(io: CliIo, extraCommands: ((program: Command) => void) | undefined): Command {
  const program = new Command('isthmus')
    .description('Keeps a metadata catalogue in step with the systems that it describes.')
    .version(version(), '-V, --version', 'print the version')
    .option('--url <url>', `address of the daemon (ISTHMUS_URL; default ${defaultUrl})`)
    .option('--token <token>', 'token of an account (ISTHMUS_TOKEN); others on this machine can see it: prefer a file')
    .option('--token-file <file>', 'file that holds the token (ISTHMUS_TOKEN_FILE)')
    .option('--ca-file <file>', 'certificate (PEM) to trust beside those of the system, for https (ISTHMUS_CA_FILE)')
    .option('--server <name>', 'daemon that is meant where several run there (ISTHMUS_SERVER; default the first)')
    .option('--json', 'answer in JSON on stdout, errors in JSON on stderr')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help of a command')
    .configureHelp({ showGlobalOptions: true, helpWidth: helpWidth(io) })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: () => undefined,
      getOutHelpWidth: () => helpWidth(io),
      getErrHelpWidth: () => helpWidth(io),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride();
  withExamples(program, 'status', 'connector list', 'find orders', 'connector refresh landing-area --wait');
  program.addHelpText('after', `\n${exitCodeHelp}`);
  extraCommands?.(program);
  addStatusCommand(program, io);
  addGroupCommands(program, io);
  addConnectorCommands(program, io);
  addRunCommands(program, io);
  addElementCommands(program, io);
  addExplainCommand(program, io);
  addProviderCommands(program, io);
  return program;
}

function helpWidth(io: CliIo): number {
  return Math.min(io.stdout.columns ?? 100, 120);
}

function end(error: unknown, io: CliIo, argv: readonly string[], program: Command): number {
  if (error instanceof CommandEnd) return error.exitCode;
  if (error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help'))
    return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  if (io.signal.aborted || isAbort(error)) return ExitCode.interrupted;
  const report = toErrorReport(error instanceof CommanderError ? usageFault(error, program, argv) : error);
  if (argv.includes('--json')) io.stderr.write(`${plainJson(report)}\n`);
  else {
    const style = styleFor(io.stderr, io.env);
    const meaning = Object.entries(errorCatalogue).find(([code]) => code === report.code)?.[1].meaning;
    const message = report.message === '' ? (meaning ?? report.code) : report.message;
    io.stderr.write(`${style('bad', 'error:')} ${plain(message)} (${plain(report.code)})\n`);
    io.stderr.write(`next: ${plain(report.next)}\n`);
  }
  return exitCodeOf(report.code);
}

function usageFault(error: CommanderError, program: Command, argv: readonly string[]): IsthmusError {
  return new IsthmusError('USAGE', error.message.replace(/^error: /, '').replaceAll('\n', ' '), {
    next: `see \`${commandPath(program, argv)} --help\``,
  });
}

/** The command that was meant, as far as its words are known: `isthmus connector add`. */
function commandPath(program: Command, argv: readonly string[]): string {
  let command = program;
  const path = [program.name()];
  for (const word of argv) {
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (next === undefined) continue;
    command = next;
    path.push(word);
  }
  return path.join(' ');
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '?';
}
