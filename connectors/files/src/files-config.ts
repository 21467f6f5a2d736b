import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Connection, type Static, Type } from '@isthmus/connector-sdk';

export const filesConfiguration = Type.Object(
  {
    root: Type.String({
      minLength: 1,
      title: 'Root folder',
      description:
        'Folder to catalogue, as an absolute path or a file:// URL. Comes from the address of the connection.',
    }),
    include: Type.Array(Type.String({ minLength: 1 }), {
      default: ['**'],
      maxItems: 1000,
      title: 'Include',
      description:
        'Glob patterns of the files to catalogue, relative to the root. One without `/` matches the name alone.',
    }),
    exclude: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      maxItems: 1000,
      title: 'Exclude',
      description:
        'Glob patterns of files and folders to leave out; a folder with everything below it. Wins over include.',
    }),
    watch: Type.Union([Type.Literal('auto'), Type.Literal('poll'), Type.Literal('off')], {
      default: 'auto',
      title: 'Follow changes',
      description:
        'auto: by events of the operating system, by polling on network mounts and where watches run out. poll: always by polling. off: only by the schedule.',
    }),
    pollIntervalSeconds: Type.Number({
      default: 30,
      minimum: 1,
      maximum: 86_400,
      title: 'Poll interval (seconds)',
      description: 'How often folders that cannot be watched are looked at for files that were added or removed.',
    }),
    fullScanMinutes: Type.Number({
      default: 15,
      minimum: 1,
      maximum: 10_080,
      title: 'Full scan of polled folders (minutes)',
      description: 'How often the files in folders that cannot be watched are compared one by one.',
    }),
    columns: Type.Boolean({
      default: true,
      title: 'Columns',
      description: 'Whether the columns of CSV and Parquet files are read.',
    }),
    sampleRows: Type.Integer({
      default: 200,
      minimum: 1,
      maximum: 10_000,
      title: 'Sample rows',
      description: 'How many rows of a CSV file are looked at to tell the types of its columns.',
    }),
    maxSampleBytes: Type.Integer({
      default: 262_144,
      minimum: 1_024,
      maximum: 1_048_576,
      title: 'Sample size (bytes)',
      description: 'How much of a CSV file is read at most.',
    }),
  },
  { additionalProperties: false },
);

export type FilesConfiguration = Static<typeof filesConfiguration>;

/** The address of the connection is the root; everything else is configuration. */
export function fromConnection(connection: Connection): unknown {
  const own = Object.entries(connection.configurationProperties).filter(([key]) => !key.startsWith('isthmus.'));
  return { ...Object.fromEntries(own), ...rootOf(connection) };
}

/**
 * Egeria's monitor of data files: the address of the endpoint is the folder. Its further properties speak of templates,
 * processes and catalog targets, which have no counterpart.
 *
 * @throws when there is no address: a monitor that has catalog targets alone would catalogue nothing
 */
export function fromDataFilesMonitor(connection: Connection): unknown {
  const { root } = rootOf(connection);
  if (root === undefined || root === '')
    throw new Error('its endpoint has no address; give it the folder to catalogue (catalog targets are not followed)');
  return { root };
}

/** Egeria's monitor of a data folder: the folder is one thing, whatever lies in it. */
export function fromDataFolderMonitor(connection: Connection): unknown {
  return Object.assign({}, fromDataFilesMonitor(connection), { exclude: ['*'] });
}

/** Without `..` or a slash at the end. What is not absolute stays as it is: it must not begin wherever the process did. */
export function absoluteRoot(root: string): string {
  const path = root.startsWith('file:') ? fileURLToPath(root) : root;
  return isAbsolute(path) ? resolve(path) : path;
}

function rootOf(connection: Connection): { root?: string } {
  return connection.networkAddress === undefined ? {} : { root: connection.networkAddress };
}
