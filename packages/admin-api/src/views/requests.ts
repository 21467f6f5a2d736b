import { IsthmusError } from '@isthmus/kernel';
import type { ConnectorChange, NewConnector } from '@isthmus/runtime';
import type { Static } from 'typebox';
import type { ConnectorChangeSchema, NewConnectorSchema } from '../schemas/connector-requests.js';
import { present } from './fields.js';

export function toNewConnector(body: Static<typeof NewConnectorSchema>): NewConnector {
  const { startDate, stopDate, ...rest } = body;
  return { ...rest, ...toDates(startDate, stopDate) };
}

export function toConnectorChange(body: Static<typeof ConnectorChangeSchema>): ConnectorChange {
  const { startDate, stopDate, ...rest } = body;
  return { ...rest, ...toDates(startDate, stopDate) };
}

function toDates(startDate: string | undefined, stopDate: string | undefined) {
  const dates = { startDate: toEpochMs('startDate', startDate), stopDate: toEpochMs('stopDate', stopDate) };
  if (dates.startDate !== undefined && dates.stopDate !== undefined && dates.stopDate <= dates.startDate)
    throw new IsthmusError('REQUEST_INVALID', '"stopDate" in the body is not after "startDate"', {
      details: { in: 'body', field: 'stopDate', fault: 'is not after startDate' },
    });
  return present(dates);
}

/** The schema has checked the form; days that do not exist (30 February) are found here. */
function toEpochMs(field: string, time: string | undefined): number | undefined {
  if (time === undefined) return undefined;
  const epochMs = Date.parse(time);
  if (!Number.isNaN(epochMs)) return epochMs;
  throw new IsthmusError('REQUEST_INVALID', `${JSON.stringify(field)} in the body is not a time that exists`, {
    details: { in: 'body', field, fault: 'is not a time that exists' },
  });
}
