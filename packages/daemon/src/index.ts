import { main as commandLine, processIo } from '@isthmus/cli';
import { addConfigCommands } from './commands/config-commands.js';
import { addServeCommand } from './commands/serve-command.js';
import { addUserCommands } from './commands/user-commands.js';

/**
 * The bin `isthmus`: `serve`, `config` and `user` are the daemon's own, the other commands talk to a running one.
 *
 * @param argv - what follows the name of the program
 * @returns the exit code
 */
export async function main(argv: readonly string[]): Promise<number> {
  const interrupted = new AbortController();
  // `serve` listens for itself: it has a clean stop to do
  if (!argv.includes('serve')) process.once('SIGINT', () => interrupted.abort());
  const io = processIo(interrupted.signal);
  return await commandLine(argv, io, (program) => {
    addServeCommand(program);
    addConfigCommands(program, io);
    addUserCommands(program, io);
  });
}
