import type { ProbeStep } from '@isthmus/connector-sdk';
import { codeOf, type ProbeSteps, reasonOf } from '@isthmus/connector-sdk/helpers';
import { type LoginFault, probeServer } from '@isthmus/connector-sdk/servers';
import { databasesQuery, namesQuery } from './catalog-queries.js';
import { moment } from './database-reader.js';
import { isForbidden, isUnknownUser } from './faults.js';
import { rightsToServer, visibilityOf } from './grants.js';
import type { MysqlConfiguration } from './mysql-config.js';
import type { DatabaseRow } from './rows.js';
import { Session } from './session.js';

export function probeMysql(
  configuration: MysqlConfiguration,
  applicationName: string,
  signal: AbortSignal,
): Promise<readonly ProbeStep[]> {
  const { host, port, user } = configuration;
  return probeServer(
    {
      kind: 'MySQL or MariaDB',
      host,
      port,
      user,
      open: (ends) => Session.open(configuration, applicationName, ends),
      judge: (error) => loginFaultOf(error, configuration),
      look: (session, steps) => look(session, steps, configuration),
    },
    signal,
  );
}

async function look(session: Session, steps: ProbeSteps, { user }: MysqlConfiguration): Promise<void> {
  const product = session.isMariaDb ? 'MariaDB' : 'MySQL';
  steps.passed('authenticate', `logged in as ${user}, ${product} ${session.version}`);
  let databases: readonly DatabaseRow[] = [];
  await steps.try(
    'authorise',
    (count: number) => `${count} databases may be read`,
    async () => {
      databases = await session.rows<DatabaseRow>(databasesQuery(session.abilities));
      const now = await moment(session);
      const visibility = visibilityOf(now.grants, now);
      if (rightsToServer(visibility).length === 0) throw new Error('its grants show no columns of any table');
      return databases.length;
    },
    (error) => `${user} sees nothing (${reasonOf(error)}): GRANT SELECT, SHOW VIEW ON *.* TO '${user}'`,
  );
  await steps.try(
    'sample',
    (sample: string) => sample,
    async () => {
      const [first] = databases;
      if (first === undefined) return 'there is no database besides those of the server';
      const tables = await session.rows(namesQuery, [first.name, first.name]);
      return `${tables.length} tables and views in ${first.name}`;
    },
  );
}

/** What the server itself says; what the way to it says is judged elsewhere. */
function loginFaultOf(error: unknown, { host, port, user, tls }: MysqlConfiguration): LoginFault | undefined {
  const code = codeOf(error);
  const reason = reasonOf(error);
  if (isUnknownUser(error))
    return {
      step: 'authenticate',
      advice: `${user} was refused (${reason}): correct \`user\` or \`password\`, or the host that the user may come from${
        tls === 'off' ? '; it may have to come with `tls`' : ''
      }`,
    };
  if (isForbidden(error))
    return {
      step: 'authorise',
      advice: `${user} may not do so (${reason}): GRANT SELECT, SHOW VIEW ON *.* TO '${user}'`,
    };
  if (code === 'ER_CON_COUNT_ERROR' || code === 'ER_TOO_MANY_USER_CONNECTIONS' || code === 'ER_USER_LIMIT_REACHED')
    return { step: 'reach', advice: `the server takes no more connections (${reason}): raise max_connections there` };
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT')
    return {
      step: 'reach',
      advice: `${host}:${port} speaks no TLS (${reason}): set \`tls\` to off, or switch TLS on there`,
    };
  if (code === 'ER_SECURE_TRANSPORT_REQUIRED')
    return { step: 'reach', advice: `the server demands TLS (${reason}): set \`tls\` to require or verify` };
  if (code?.startsWith('AUTH_SWITCH_PLUGIN') || /authentication.*(plugin|protocol)/i.test(reason))
    return {
      step: 'authenticate',
      advice: `the log-in of ${user} is of a kind that is not known here (${reason}): give the user mysql_native_password or caching_sha2_password`,
    };
  return undefined;
}
