import type { EgeriaRelease } from '@isthmus/platform';
import type { ConnectorStatus, GroupStatus } from '@isthmus/runtime';

/** Egeria's IntegrationConnectorStatus; 4.3 knows neither WAITING nor REFRESHING and says RUNNING for both. */
export type ConnectorWord =
  | 'INITIALIZED'
  | 'WAITING'
  | 'REFRESHING'
  | 'RUNNING'
  | 'STOPPED'
  | 'INITIALIZE_FAILED'
  | 'CONFIG_FAILED'
  | 'FAILED';

const providerCodes = ['PROVIDER_UNKNOWN', 'PROVIDER_JAVA_ONLY', 'PROVIDER_UNUSABLE'] as const;

/** Faults of what is registered: no try will mend them. */
const configurationCodes: ReadonlySet<string> = new Set([
  ...providerCodes,
  'REGISTRATION_WITHOUT_CONNECTION',
  'CONNECTOR_CONFIGURATION_INVALID',
  'CONFIG_SECRET_UNRESOLVED',
  'SCHEDULE_INVALID',
  'SCHEDULE_NEVER_FIRES',
]);

/** Whether nothing can be run for what it names. */
export function isUnloadable({ state, reason }: ConnectorStatus): boolean {
  return state === 'failed' && providerCodes.some((code) => code === reason?.code);
}

export function connectorWord(connector: ConnectorStatus, release: EgeriaRelease): ConnectorWord {
  const word = wordOf(connector);
  return release === '4.3' && (word === 'WAITING' || word === 'REFRESHING') ? 'RUNNING' : word;
}

function wordOf(connector: ConnectorStatus): ConnectorWord {
  const { state, reason } = connector;
  switch (state) {
    case 'pending':
    case 'starting':
      return 'INITIALIZED';
    case 'refreshing':
    case 'stalled':
      return 'REFRESHING';
    case 'engaged':
      return 'RUNNING';
    case 'waiting':
      return connector.lastRun?.outcome === 'failed' ? 'FAILED' : 'WAITING';
    case 'paused':
    case 'stopping':
      return 'STOPPED';
    case 'stopped':
      // Egeria lists what its dates hold back as ready
      return reason?.code === 'CONNECTOR_OUTSIDE_DATES' ? 'INITIALIZED' : 'STOPPED';
    case 'backing-off':
    case 'failed':
    case 'quarantined':
      if (reason === undefined) return 'FAILED';
      if (configurationCodes.has(reason.code)) return 'CONFIG_FAILED';
      return reason.code.startsWith('STORE_') ? 'INITIALIZE_FAILED' : 'FAILED';
  }
}

/**
 * Egeria's IntegrationGroupStatus: what is known of a group, not how well it does. 4.3 calls a group whose element is
 * gone ASSIGNED though its connectors run on, 6.1 does not.
 */
export function groupWord(
  { guid, state, pending }: GroupStatus,
  hasConnectors: boolean,
  release: EgeriaRelease,
): 'ASSIGNED' | 'CONFIGURING' | 'RUNNING' {
  if (guid === undefined || state === 'missing') return 'ASSIGNED';
  if (release === '4.3' && pending?.groupIsGone === true) return 'ASSIGNED';
  return hasConnectors ? 'RUNNING' : 'CONFIGURING';
}
