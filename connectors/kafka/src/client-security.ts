import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { KafkaConfiguration } from './kafka-config.js';
import { reasonOf, SourceFault } from './source-fault.js';

/** How brokers are reached, as the client takes it. */
export interface ClientSecurity {
  readonly tls?: TlsOptions;
  readonly tlsServerName?: boolean;
  readonly sasl?: {
    readonly mechanism: KafkaConfiguration['mechanism'];
    readonly username: string;
    readonly password: string;
  };
}

/** @throws SourceFault when a file cannot be read */
export async function clientSecurity(configuration: KafkaConfiguration): Promise<ClientSecurity> {
  const { user, password, mechanism, tls, bootstrapServers } = configuration;
  const sasl = user === undefined ? {} : { sasl: { mechanism, username: user, password: password ?? '' } };
  if (tls === 'off') return sasl;
  const ca = await authorityOf(configuration);
  const cert = await textOf('certificateFile', configuration.certificateFile);
  const key = await textOf('keyFile', configuration.keyFile);
  return {
    ...sasl,
    tls: {
      rejectUnauthorized: tls === 'verify',
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    },
    // an address is no name that TLS could tell a server
    tlsServerName: bootstrapServers.every((server) => isIP(hostOf(server)) === 0),
  };
}

/** The certificates to trust, of brokers and registry. Undefined: those that Node trusts. */
export function authorityOf({ caFile }: Pick<KafkaConfiguration, 'caFile'>): Promise<string | undefined> {
  return textOf('caFile', caFile);
}

/** Host and port of `host:port`; an IPv6 address stands in brackets. */
export function addressOf(server: string): { readonly host: string; readonly port: number } {
  return { host: hostOf(server), port: Number(server.slice(server.lastIndexOf(':') + 1)) };
}

function hostOf(server: string): string {
  return server.slice(0, server.lastIndexOf(':')).replace(/^\[|\]$/g, '');
}

async function textOf(field: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new SourceFault('reach', `the file of \`${field}\` cannot be read: ${reasonOf(error)}`);
  }
}
