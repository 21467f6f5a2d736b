import { resolve } from 'node:path';
import { AdminClient, HttpTransport } from '@isthmus/admin-client';
import { IsthmusError, messageOf } from '@isthmus/kernel';
import type { Command } from 'commander';
import type { CliIo } from '../io.js';
import { Screen } from '../terminal/screen.js';

export const defaultUrl = 'http://127.0.0.1:9080';

/** Options that every command takes, before or after its name. */
export interface GlobalOptions {
  readonly url?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly caFile?: string;
  readonly server?: string;
  readonly json?: boolean;
}

/** What a command works with. */
export interface Session {
  readonly client: AdminClient;
  readonly screen: Screen;
  readonly io: CliIo;
}

/** @throws USAGE when address or token cannot be used */
export async function openSession(io: CliIo, command: Command): Promise<Session> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const url = options.url ?? filled(io.env.ISTHMUS_URL) ?? defaultUrl;
  const token = await tokenOf(io, options);
  const authority = await authorityOf(io, options);
  const server = filled(options.server) ?? filled(io.env.ISTHMUS_SERVER);
  const transport = new HttpTransport({
    url,
    ...(server === undefined ? {} : { server }),
    ...(token === undefined ? {} : { token }),
    ...(authority === undefined ? {} : { authority }),
  });
  return { client: new AdminClient(transport), screen: new Screen(io, options.json === true), io };
}

async function tokenOf(io: CliIo, options: GlobalOptions): Promise<string | undefined> {
  if (options.token !== undefined) return options.token;
  const file = options.tokenFile ?? filled(io.env.ISTHMUS_TOKEN_FILE);
  const fromEnvironment = filled(io.env.ISTHMUS_TOKEN);
  // What was said on the command line wins over the environment.
  if (file === undefined || (options.tokenFile === undefined && fromEnvironment !== undefined)) return fromEnvironment;
  try {
    return (await io.readText(resolve(io.directory, file))).trim();
  } catch (error) {
    throw new IsthmusError('USAGE', `the token file ${file} cannot be read: ${messageOf(error)}`, {
      next: 'name a readable file that holds nothing but the token',
    });
  }
}

async function authorityOf(io: CliIo, options: GlobalOptions): Promise<string | undefined> {
  const file = options.caFile ?? filled(io.env.ISTHMUS_CA_FILE);
  if (file === undefined) return undefined;
  try {
    return await io.readText(resolve(io.directory, file));
  } catch (error) {
    throw new IsthmusError('USAGE', `the file of the authority ${file} cannot be read: ${messageOf(error)}`, {
      next: 'name a readable file with the certificate (PEM) that signs that of the daemon',
    });
  }
}

/** An empty variable is as good as none. */
function filled(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
