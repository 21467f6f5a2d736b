import type { Command } from 'commander';
import type { CliIo } from '../io.js';
import { withExamples } from '../support/command-help.js';
import { addRunDecisions } from './run-decisions.js';
import { addRunReads } from './run-reads.js';

export function addRunCommands(program: Command, io: CliIo): void {
  const run = program.command('run').summary('runs: what they did, would do, and what people decide');
  withExamples(
    run.description('Runs of connectors: what they did or would do, their plans, approving and taking back.'),
    'run list landing-area',
    'run plan 6f1c0d5e-0000-4000-8000-000000000000',
  );
  addRunReads(run, io);
  addRunDecisions(run, io);
}
