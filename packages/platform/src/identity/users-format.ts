import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { IsthmusError, messageOf } from '@isthmus/kernel';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { checkConfiguration } from '../servers/check-configuration.js';
import { codeOf } from './code-of.js';
import { isPasswordHash } from './password-hash.js';

const largestFileBytes = 1_048_576;

const UserSchema = Type.Object(
  {
    role: Type.Union([Type.Literal('viewer'), Type.Literal('operator'), Type.Literal('admin')]),
    displayName: Type.Optional(Type.String({ maxLength: 256 })),
    /** As `hashPassword` writes it; without one the user cannot log in. */
    password: Type.Optional(Type.String({ maxLength: 512 })),
    disabled: Type.Optional(Type.Boolean()),
    actsFor: Type.Optional(
      Type.Union([Type.Literal('*'), Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { maxItems: 1000 })]),
    ),
  },
  { additionalProperties: false },
);

export const userNamePattern = '^[A-Za-z0-9._@-]{1,100}$';

const UsersFileSchema = Type.Object(
  { users: Type.Record(Type.String({ pattern: userNamePattern }), UserSchema, { additionalProperties: false }) },
  { additionalProperties: false },
);

export type UserEntry = Static<typeof UserSchema>;
/** What the file holds, by name. */
export type UserEntries = Readonly<Record<string, UserEntry>>;

export function usersFileOf(dataDirectory: string): string {
  return join(dataDirectory, 'users.json');
}

/** @throws USERS_UNREADABLE, which names the field; never its value */
export function parseUsers(text: string, path: string): UserEntries {
  const document = parseDocument(text, path);
  if (!Value.Check(UsersFileSchema, document)) {
    try {
      checkConfiguration('the file', UsersFileSchema, document);
    } catch (error) {
      throw unreadable(path, messageOf(error), error);
    }
    throw unreadable(path, 'it has another shape than { "users": { "<name>": { "role": ... } } }');
  }
  for (const [name, { password }] of Object.entries(document.users))
    if (password !== undefined && !isPasswordHash(password))
      throw unreadable(path, `users.${name}.password is no hash of \`isthmus user set-password\``);
  return document.users;
}

/** @returns undefined when there is no such file @throws USERS_UNREADABLE */
export async function readUsers(path: string): Promise<UserEntries | undefined> {
  try {
    const { size } = await stat(path);
    if (size > largestFileBytes) throw unreadable(path, `it has ${size} bytes, more than ${largestFileBytes}`);
    return parseUsers(await readFile(path, 'utf8'), path);
  } catch (error) {
    if (IsthmusError.is(error)) throw error;
    // whoever opens the data directory itself says what is wrong with that
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw unreadable(path, messageOf(error), error);
  }
}

function parseDocument(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // the parser's own message quotes the text, which holds hashes
    const position = /position (\d+)/.exec(messageOf(error))?.[1];
    throw unreadable(path, position === undefined ? 'it is no JSON' : `it is no JSON: see character ${position}`);
  }
}

function unreadable(path: string, fault: string, cause?: unknown): IsthmusError {
  return new IsthmusError('USERS_UNREADABLE', `${path} cannot be used: ${fault}`, { cause, details: { path } });
}
