import { lookup } from 'node:dns/promises';
import type { ProbeStep } from '@isthmus/connector-sdk';
import { databasesQuery, schemasQuery, serverQuery } from './catalog-queries.js';
import { codeOf, isForbidden, reasonOf } from './faults.js';
import type { PostgresqlConfiguration } from './postgresql-config.js';
import type { DatabaseRow, SchemaRow } from './rows.js';
import { Session } from './session.js';

/** Tries the way to the server step by step; ends with the first step that fails, and what to do about it. */
export async function probeServer(
  configuration: PostgresqlConfiguration,
  applicationName: string,
  signal: AbortSignal,
): Promise<readonly ProbeStep[]> {
  const { host, port, user, database } = configuration;
  const steps: ProbeStep[] = [];
  const well = (name: ProbeStep['name'], message: string): void => void steps.push({ name, ok: true, message });
  const failed = (name: ProbeStep['name'], message: string): readonly ProbeStep[] => [
    ...steps,
    { name, ok: false, message },
  ];

  try {
    if (!host.startsWith('/')) await lookup(host);
    well('resolve', `${host} is known`);
  } catch (error) {
    signal.throwIfAborted();
    return failed(
      'resolve',
      `the name ${host} is not known here (${reasonOf(error)}): correct \`host\`, or the name service`,
    );
  }
  let session: Session;
  try {
    session = await Session.open(configuration, database, applicationName, signal);
  } catch (error) {
    signal.throwIfAborted();
    const step = stepOf(error);
    if (step !== 'reach') well('reach', `${host}:${port} answers`);
    return failed(step, adviceOf(step, error, configuration));
  }
  try {
    well('reach', `${host}:${port} answers`);
    const [server] = await session.rows<{ readonly version: string }>(serverQuery);
    well('authenticate', `logged in as ${user}, PostgreSQL ${server?.version ?? '?'}`);
    const databases = await session.rows<DatabaseRow>(databasesQuery);
    const open = databases.filter(({ mayConnect }) => mayConnect);
    const closed = databases.length - open.length;
    well(
      'authorise',
      `${open.length} databases may be read${closed === 0 ? '' : `; ${closed} may not: GRANT CONNECT ON DATABASE ... TO ${user}`}`,
    );
    const schemas = await session.rows<SchemaRow>(schemasQuery);
    well('sample', `${schemas.length} schemas in ${database}`);
    return steps;
  } catch (error) {
    signal.throwIfAborted();
    return failed(isForbidden(error) ? 'authorise' : 'sample', `the catalogs cannot be read: ${reasonOf(error)}`);
  } finally {
    await session[Symbol.asyncDispose]();
  }
}

function stepOf(error: unknown): ProbeStep['name'] {
  const code = codeOf(error);
  if (code === undefined) return 'reach';
  if (code.startsWith('28')) return 'authenticate';
  return code === '42501' || code === '3D000' ? 'authorise' : 'reach';
}

function adviceOf(step: ProbeStep['name'], error: unknown, configuration: PostgresqlConfiguration): string {
  const { host, port, user, database, tls } = configuration;
  const reason = reasonOf(error);
  const code = codeOf(error);
  if (step === 'authenticate')
    return `${user} was refused (${reason}): correct \`user\` or \`password\`, or pg_hba.conf`;
  if (code === '3D000') return `there is no database ${database}: correct \`database\``;
  if (step === 'authorise')
    return `${user} may not log in to ${database} (${reason}): GRANT CONNECT ON DATABASE "${database}" TO "${user}"`;
  if (/SSL|TLS|certificate|self.signed|altname/i.test(reason)) return tlsAdvice(reason, tls);
  if (code === 'ECONNREFUSED') return `nothing listens at ${host}:${port}: correct \`port\`, or start the server`;
  if (/timeout|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/i.test(reason))
    return `${host}:${port} does not answer (${reason}): a firewall may be in between`;
  return `what answers at ${host}:${port} does not speak like PostgreSQL (${reason}): correct \`host\` or \`port\``;
}

function tlsAdvice(reason: string, tls: PostgresqlConfiguration['tls']): string {
  if (/does not support SSL/i.test(reason))
    return `the server speaks no TLS (${reason}): set \`tls\` to off, or switch it on there`;
  return tls === 'verify'
    ? `the server's certificate is not trusted (${reason}): name its authority in \`caFile\`, and the host as the certificate does`
    : `TLS failed (${reason})`;
}
