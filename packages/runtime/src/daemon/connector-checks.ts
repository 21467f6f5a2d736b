import { IsthmusError } from '@isthmus/kernel';
import type { PermittedSynchronization, Registration } from '@isthmus/model';
import { checkFires, parseSchedule } from '../dispatch/schedule.js';
import { approvalOf } from '../fleet/approval.js';
import { settingKeys, syncSettingsOf } from '../sync/sync-settings.js';

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

const settings: readonly string[] = Object.values(settingKeys);

/** Keys that Isthmus keeps for itself are set by their own parameters, but for those that have none. */
export function checkConfigurationKeys(configuration: object): void {
  const reserved = Object.keys(configuration).find((key) => key.startsWith('isthmus.') && !settings.includes(key));
  if (reserved !== undefined)
    throw invalid(
      'configuration',
      `configuration must not hold ${reserved}: keys that begin with isthmus. are reserved`,
    );
}

export function invalid(parameter: string, message: string): IsthmusError {
  return new IsthmusError('PARAMETER_INVALID', message, { details: { parameter } });
}
