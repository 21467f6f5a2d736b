import { withExamples } from '@isthmus/cli';
import { IsthmusError } from '@isthmus/kernel';
import type { Command } from 'commander';
import { serve } from '../serve/serve.js';
import { addSourceOptions, type SourceOptions, sourcesOf } from './configuration-sources.js';

/** `isthmus serve`: what `npm start` runs. */
export function addServeCommand(program: Command): void {
  const command = program
    .command('serve')
    .description(
      'Run Isthmus until Ctrl-C. Without --config: the quick start, on loopback, with an embedded metadata server and a folder to catalogue.',
    )
    .option(
      '--folder <path>',
      'quick start: the folder to catalogue (default: the sample folder); another folder adds a registration',
    )
    .action(async (options: SourceOptions & { readonly folder?: string }) => {
      if (options.folder !== undefined && options.config !== undefined) {
        throw new IsthmusError('USAGE', '--folder belongs to the quick start, and with --config there is none', {
          next: 'start without --config, or add the folder with `isthmus connector add` once it runs',
        });
      }
      const code = await serve({
        sources: sourcesOf(options),
        ...(options.folder === undefined ? {} : { folder: options.folder }),
      });
      // connector code that ignored its stop may still hold timers or sockets: nothing of it outlives the stop
      process.exit(code);
    });
  addSourceOptions(command);
  withExamples(command, 'serve', 'serve --folder ~/Documents --port 9090', 'serve --config config/isthmus.yaml');
}
