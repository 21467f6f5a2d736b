import { type ErrorReport, IsthmusError, toErrorReport } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';
import type { FleetGroup } from './connector-fleet.js';

export function registeredTwice(registration: Registration, other: FleetGroup | undefined): ErrorReport {
  return toErrorReport(
    new IsthmusError(
      'CONNECTOR_REGISTERED_TWICE',
      `${registration.connectorName} runs for group ${other?.key.qualifiedName ?? 'elsewhere'}, where it is registered too`,
      { details: { connector: registration.connectorGuid, group: other?.key.qualifiedName } },
    ),
  );
}

export function outsideDates(registration: Registration): ErrorReport {
  const iso = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());
  return toErrorReport(
    new IsthmusError(
      'CONNECTOR_OUTSIDE_DATES',
      `${registration.connectorName} runs between its start date and its stop date only`,
      {
        details: { startDate: iso(registration.startDate), stopDate: iso(registration.connectorShutdownDate) },
      },
    ),
  );
}

/** Whether connector code went on after its signal was aborted and its grace was over. */
export function hasIgnoredAbort(error: unknown): boolean {
  return IsthmusError.is(error) && error.code === 'CONNECTOR_TIMEOUT' && error.details.ignoredAbort === true;
}
