import type { Command } from 'commander';
import type { CliIo } from '../io.js';
import { withExamples } from '../support/command-help.js';
import { addConnectorChanges } from './connector-changes.js';
import { addConflictCommands } from './connector-conflicts.js';
import { addPreview } from './connector-preview.js';
import { addConnectorReads } from './connector-reads.js';
import { addConnectorVerbs } from './connector-verbs.js';

export function addConnectorCommands(program: Command, io: CliIo): void {
  const connector = program.command('connector').summary('integration connectors: what runs, and the verbs');
  withExamples(
    connector.description('Integration connectors: what runs, what is registered, and the verbs of operators.'),
    'connector list',
    'connector refresh landing-area --wait',
  );
  addConnectorReads(connector, io);
  addConnectorChanges(connector, io);
  addConnectorVerbs(connector, io);
  addPreview(connector, io);
  addConflictCommands(connector, io);
}
