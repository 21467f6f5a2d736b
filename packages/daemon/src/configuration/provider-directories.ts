import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LoadedConfiguration } from './load-configuration.js';
import type { ConfigurationProblem } from './validate-configuration.js';

/** Folders of `connectors.directories` that are not there: their connectors would be unknown. */
export function missingDirectories({ configuration, origins }: LoadedConfiguration): ConfigurationProblem[] {
  return configuration.connectors.directories.flatMap((directory, index): ConfigurationProblem[] => {
    const path = resolve(directory);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return [];
    const field = `connectors.directories.${index}`;
    return [
      {
        code: 'CONFIG_INVALID_VALUE',
        field,
        origin: origins.get(field) ?? { kind: 'default' },
        fault: `there is no folder ${path}`,
        next: 'create the folder or correct the path; a relative one counts from the working directory',
      },
    ];
  });
}
