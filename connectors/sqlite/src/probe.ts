import { access, constants } from 'node:fs/promises';
import type { ProbeStep } from '@isthmus/connector-sdk';
import { ProbeSteps, reasonOf } from '@isthmus/connector-sdk/helpers';
import type { FoundFiles } from './database-files.js';
import type { SqliteFolder } from './sqlite-folder.js';

/** Tries the way to the databases step by step. There is no name to resolve and nobody to log in. */
export async function probeFolder(folder: SqliteFolder, signal: AbortSignal): Promise<readonly ProbeStep[]> {
  const steps = new ProbeSteps(signal);
  let found: FoundFiles = { files: [], closed: [], links: [], place: '' };
  await steps.try(
    'reach',
    ({ files }: FoundFiles) => `${files.length} files may be databases`,
    async () => {
      found = await folder.find(signal);
      return found;
    },
    (error) => `${reasonOf(error)}: correct \`root\``,
  );
  await steps.try(
    'authorise',
    'they may be read',
    async () => {
      for (const { path } of found.files) await access(path, constants.R_OK);
    },
    (error) => `not all of them may be read (${reasonOf(error)}): give the user of Isthmus the right to read them`,
  );
  const [first] = found.files;
  await steps.try(
    'sample',
    (sample: string) => sample,
    async () => {
      if (first === undefined) return 'no file fits `include`';
      const { schema } = await folder.read(first, signal);
      return `${schema.relations.length} tables and views in ${first.name}`;
    },
    (error) =>
      `${first?.name} cannot be read (${reasonOf(error)}): see that it is a database and not encrypted, or leave it out with \`exclude\``,
  );
  return steps.steps;
}
