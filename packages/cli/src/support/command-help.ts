import type { Command } from 'commander';

/** Examples below the help of a command: people copy them. */
export function withExamples(command: Command, ...examples: readonly string[]): Command {
  const lines = examples.map((example) => `  $ isthmus ${example}`).join('\n');
  return command.addHelpText('after', `\nExamples:\n${lines}`);
}
