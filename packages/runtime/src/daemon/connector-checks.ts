import { IsthmusError } from '@isthmus/kernel';
import type { PermittedSynchronization, Registration } from '@isthmus/model';
import { checkFires, parseSchedule } from '../dispatch/schedule.js';
import { approvalOf } from '../fleet/approval.js';
import { settingKeys, syncSettingsOf } from '../sync/sync-settings.js';
import { reservedKeys } from './connector-change.js';
import type { ConnectorChange } from './integration-daemon.js';

const directions: readonly PermittedSynchronization[] = [
  'BOTH_DIRECTIONS',
  'TO_THIRD_PARTY',
  'FROM_THIRD_PARTY',
  'OTHER',
];
const longestName = 200;
const longestQualifiedName = 500;
/** A century of minutes. */
const longestInterval = 100 * 366 * 24 * 60;

/** Names stand in logs, file names of exports and command lines: no blanks at the ends, nothing that does not print. */
export function checkName(name: string, parameter: string): void {
  const longest = parameter === 'qualifiedName' ? longestQualifiedName : longestName;
  if (name.trim() !== name || name === '')
    throw invalid(parameter, `${parameter} must not be empty, nor begin or end with blanks`);
  if (name.length > longest) throw invalid(parameter, `${parameter} must not be longer than ${longest} characters`);
  if (/\p{C}/u.test(name)) throw invalid(parameter, `${parameter} must not hold control characters`);
}

/**
 * What the provider's schema does not say about a registration: schedule, dates, direction.
 *
 * @throws PARAMETER_INVALID, SCHEDULE_INVALID, SCHEDULE_NEVER_FIRES, CONNECTOR_CONFIGURATION_INVALID (of a reserved key)
 */
export function checkRegistration(registration: Registration, now: number): void {
  const { refreshTimeInterval, startDate, connectorShutdownDate, permittedSynchronization } = registration;
  if (!Number.isInteger(refreshTimeInterval) || refreshTimeInterval < 0 || refreshTimeInterval > longestInterval)
    throw invalid('refreshTimeInterval', `refreshTimeInterval must be whole minutes from 0 to ${longestInterval}`);
  for (const [parameter, date] of Object.entries({ startDate, stopDate: connectorShutdownDate }))
    if (date !== undefined && !Number.isInteger(date))
      throw invalid(parameter, `${parameter} must be epoch milliseconds`);
  if (startDate !== undefined && connectorShutdownDate !== undefined && startDate >= connectorShutdownDate)
    throw invalid('stopDate', 'stopDate must be later than startDate');
  if (!directions.includes(permittedSynchronization))
    throw invalid('permittedSynchronization', `permittedSynchronization must be one of ${directions.join(', ')}`);
  syncSettingsOf(registration);
  approvalOf(registration);
  checkFires(
    {
      schedule: parseSchedule(registration),
      ...(startDate !== undefined && { notBefore: startDate }),
      ...(connectorShutdownDate !== undefined && { notAfter: connectorShutdownDate }),
    },
    now,
  );
}

const settings: readonly string[] = [...Object.values(settingKeys), reservedKeys.configurationVersion];

/** Reserved keys that are said in another way. */
const ways: ReadonlyMap<string, string> = new Map([
  [reservedKeys.schedule, 'give it as `schedule` (`--cron`)'],
  [reservedKeys.timeZone, 'give it as `timeZone` (`--time-zone`)'],
  [reservedKeys.approval, 'give it as `approval` (`--approval`)'],
  [
    reservedKeys.source,
    'it decides how what was found is called, so it is said when a connector is added and stays; for other names add another connector',
  ],
]);

/**
 * Keys that Isthmus keeps for itself are set by their own parameters, but for those that have none.
 *
 * @param isNew - the connector is being added: then it may say its source
 * @throws PARAMETER_INVALID
 */
export function checkConfigurationKeys(configuration: Readonly<Record<string, unknown>>, isNew: boolean): void {
  const source = configuration[reservedKeys.source];
  if (isNew && source !== undefined) {
    if (typeof source !== 'string') throw invalid(reservedKeys.source, `${reservedKeys.source} must be a text`);
    checkName(source, reservedKeys.source);
  }
  const own = isNew ? [...settings, reservedKeys.source] : settings;
  const reserved = Object.keys(configuration).find((key) => key.startsWith('isthmus.') && !own.includes(key));
  if (reserved === undefined) return;
  const next = ways.get(reserved);
  throw new IsthmusError(
    'PARAMETER_INVALID',
    `configuration must not hold ${reserved}: keys that begin with isthmus. are reserved`,
    { details: { parameter: 'configuration' }, ...(next === undefined ? {} : { next }) },
  );
}

/**
 * Fields are said in the words of one version: those of a newer one, put beside those of an older, would be lost when
 * it is brought up.
 *
 * @param current - version of the configuration as the provider reads it now
 * @throws PARAMETER_INVALID
 */
export function checkConfigurationVersion(registration: Registration, change: ConnectorChange, current: number): void {
  const { configuration = {} } = change;
  const key = reservedKeys.configurationVersion;
  const stated = Number(registration.connection?.configurationProperties[key] ?? current);
  const own = Object.keys(configuration).filter((name) => !name.startsWith('isthmus.'));
  if (stated >= current || own.length === 0 || key in configuration) return;
  throw new IsthmusError(
    'PARAMETER_INVALID',
    `the configuration of ${registration.connectorName} is said in version ${stated}, its provider now reads version ${current}: single fields cannot be changed between them`,
    {
      details: { parameter: 'configuration' },
      next: `say every field as version ${current} has it, remove the others, and set ${key} to ${current}`,
    },
  );
}

export function invalid(parameter: string, message: string): IsthmusError {
  return new IsthmusError('PARAMETER_INVALID', message, { details: { parameter } });
}
