import { fileURLToPath } from 'node:url';
import { type Connection, type Static, Type } from '@isthmus/connector-sdk';
import { qualifiedNames } from '@isthmus/connector-sdk/helpers';
import { serverOptions, withoutReservedKeys } from '@isthmus/connector-sdk/servers';

const pattern = () => Type.String({ minLength: 1, maxLength: 1_000 });

export const sqliteNames = qualifiedNames(['database', 'table']);

export const sqliteConfiguration = Type.Object(
  {
    root: Type.String({
      minLength: 1,
      maxLength: 4_096,
      title: 'File or folder',
      description:
        'A database, or a folder with databases, as an absolute path or a file:// URL. Comes from the address of the connection.',
    }),
    qualifiedNames: sqliteNames.option(),
    include: Type.Array(pattern(), {
      default: ['*.db', '*.db3', '*.sqlite', '*.sqlite3', '*.s3db'],
      maxItems: 1_000,
      title: 'Include',
      description:
        'Patterns of the files of a folder that are databases, relative to it. One without `/` is about the last name.',
    }),
    exclude: Type.Array(pattern(), {
      default: [],
      maxItems: 1_000,
      title: 'Exclude',
      description: 'Patterns of files and folders to leave out; a folder with everything below it. Wins over include.',
    }),
    statistics: Type.Boolean({
      default: true,
      title: 'Statistics',
      description: 'Whether the numbers of rows that ANALYZE has counted are catalogued, to one digit.',
    }),
    maxCopyBytes: Type.Integer({
      default: 268_435_456,
      minimum: 0,
      maximum: 1_099_511_627_776,
      title: 'Largest copy (bytes)',
      description:
        'A database that can only be read from a copy of it is copied up to this size, for as long as it is read.',
    }),
    pollSeconds: serverOptions.pollSeconds(30),
  },
  { additionalProperties: false },
);

export type SqliteConfiguration = Static<typeof sqliteConfiguration>;

/** The address of the connection is the file or folder, also as `file:` or `jdbc:sqlite:`. */
export function fromConnection(connection: Connection): unknown {
  const { networkAddress } = connection;
  return {
    ...(networkAddress === undefined ? {} : { root: pathIn(networkAddress) }),
    ...withoutReservedKeys(connection),
  };
}

function pathIn(address: string): string {
  const plain = address.replace(/^jdbc:/i, '').replace(/^sqlite:(\/\/)?/i, '');
  return plain.startsWith('file://') && URL.canParse(plain) ? fileURLToPath(plain) : plain;
}
