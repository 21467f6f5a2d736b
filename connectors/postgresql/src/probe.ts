import type { ProbeStep } from '@isthmus/connector-sdk';
import { codeOf, type ProbeSteps, reasonOf } from '@isthmus/connector-sdk/helpers';
import { type LoginFault, probeServer } from '@isthmus/connector-sdk/servers';
import { databasesQuery, schemasQuery, versionQuery } from './catalog-queries.js';
import { isForbidden } from './faults.js';
import type { PostgresqlConfiguration } from './postgresql-config.js';
import { type DatabaseRow, isOffered, type SchemaRow } from './rows.js';
import { expectReadable } from './server-version.js';
import { Session } from './session.js';

export function probePostgresql(
  configuration: PostgresqlConfiguration,
  applicationName: string,
  signal: AbortSignal,
): Promise<readonly ProbeStep[]> {
  const { host, port, user, database } = configuration;
  return probeServer(
    {
      kind: 'PostgreSQL',
      host,
      port,
      user,
      open: () => Session.open(configuration, database, applicationName, signal),
      judge: (error) => loginFaultOf(error, configuration),
      look: (session, steps) => look(session, steps, configuration),
    },
    signal,
  );
}

async function look(session: Session, steps: ProbeSteps, { user, database }: PostgresqlConfiguration): Promise<void> {
  await steps.try(
    'authenticate',
    (version: string) => `logged in as ${user}, PostgreSQL ${version}`,
    async () => {
      const [server] = await session.rows<{ readonly version: string }>(versionQuery);
      expectReadable(server?.version ?? '');
      return server?.version ?? '?';
    },
  );
  await steps.try(
    'authorise',
    (databases: readonly DatabaseRow[]) => {
      const closed = databases.filter(({ mayConnect }) => !mayConnect).length;
      const advice = closed === 0 ? '' : `; ${closed} may not: GRANT CONNECT ON DATABASE ... TO "${user}"`;
      return `${databases.length - closed} databases may be read${advice}`;
    },
    async () => (await session.rows<DatabaseRow>(databasesQuery)).filter(isOffered),
    (error) => `the catalogs cannot be read (${reasonOf(error)}): GRANT SELECT ON pg_catalog.pg_database TO "${user}"`,
  );
  await steps.try(
    'sample',
    (schemas: readonly SchemaRow[]) => `${schemas.length} schemas in ${database}`,
    () => session.rows<SchemaRow>(schemasQuery),
  );
}

/** What the server itself says, by its SQLSTATE; what the way to it says is judged elsewhere. */
function loginFaultOf(error: unknown, { user, database }: PostgresqlConfiguration): LoginFault | undefined {
  const code = codeOf(error);
  const reason = reasonOf(error);
  if (/no encryption|SSL off|requires? (SSL|encryption)/i.test(reason) && code?.startsWith('28'))
    return {
      step: 'reach',
      advice: `the server lets ${user} in over TLS or not at all (${reason}): set \`tls\` to require or verify, or correct pg_hba.conf`,
    };
  if (code?.startsWith('28') || /SASL|password must be/i.test(reason))
    return {
      step: 'authenticate',
      advice: `${user} was refused (${reason}): correct \`user\` or \`password\`, or pg_hba.conf`,
    };
  if (/startup parameter/i.test(reason))
    return {
      step: 'reach',
      advice: `a pooler (PgBouncer) answers there and refuses what a session is to begin with (${reason}): name the server itself in \`host\` and \`port\`, or have the pooler ignore it (\`ignore_startup_parameters = options, statement_timeout, idle_in_transaction_session_timeout\`)`,
    };
  if (code === '3D000')
    return { step: 'authorise', advice: `there is no database ${database} (${reason}): correct \`database\`` };
  if (isForbidden(error))
    return {
      step: 'authorise',
      advice: `${user} may not log in to ${database} (${reason}): GRANT CONNECT ON DATABASE "${database}" TO "${user}"`,
    };
  if (code === '53300')
    return { step: 'reach', advice: `the server takes no more connections (${reason}): raise max_connections there` };
  if (code === '57P03')
    return { step: 'reach', advice: `the server is starting up or shutting down (${reason}): wait for it` };
  return undefined;
}
