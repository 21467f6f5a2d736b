import type { StrayReport } from '@isthmus/connector-host';
import type { Finding } from '@isthmus/connector-sdk';
import { type ErrorReport, IsthmusError, toErrorReport } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';
import type { RunRecord } from '../journal/journal.js';
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

export function showsNoProgress(connectorName: string, ageMs: number): ErrorReport {
  return toErrorReport(
    new IsthmusError('CONNECTOR_STALLED', `no sign of progress for ${seconds(ageMs)} s`, {
      details: { connector: connectorName },
    }),
  );
}

/** Its refresh was ended because it did not get on. */
export function endedWithoutProgress(connectorName: string, ageMs: number): ErrorReport {
  return toErrorReport(
    new IsthmusError(
      'CONNECTOR_TIMEOUT',
      `${connectorName} showed no sign of progress for ${seconds(ageMs)} s, so its refresh was ended`,
      { details: { connector: connectorName } },
    ),
  );
}

export function notComplete({ id, connectorName, findingCount }: RunRecord): ErrorReport {
  const findings = findingCount === 1 ? '1 finding' : `${findingCount} findings`;
  return toErrorReport(
    new IsthmusError('RUN_PARTIAL', `the last run of ${connectorName} was not complete: ${findings}`, {
      details: { connector: connectorName, run: id },
    }),
  );
}

/** Of a run that comes of the one before: nothing but a change told during that one asked for it, many times over. */
export function asksForItself(connectorName: string): Finding {
  return {
    severity: 'warning',
    code: 'REFRESH_ASKS_FOR_ITSELF',
    message: `${connectorName} tells a change in each of its refreshes and at no other time, so each leads to another one; they are spaced out, up to a minute`,
  };
}

export function leftError(connectorName: string, { message }: StrayReport): ErrorReport {
  return toErrorReport(
    new IsthmusError('CONNECTOR_FAILED', `${connectorName} left an error behind that nobody caught: ${message}`, {
      details: { connector: connectorName },
    }),
  );
}

/** Whether connector code went on after its signal was aborted and its grace was over. */
export function hasIgnoredAbort(error: unknown): boolean {
  return IsthmusError.is(error) && error.code === 'CONNECTOR_TIMEOUT' && error.details.ignoredAbort === true;
}

function seconds(durationMs: number): number {
  return Math.round(durationMs / 1_000);
}
