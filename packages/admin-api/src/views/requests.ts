import { IsthmusError } from '@isthmus/kernel';
import type { ConnectorChange, NewConnector } from '@isthmus/runtime';
import type { Static } from 'typebox';
import type { ConnectorChangeSchema, NewConnectorSchema } from '../schemas/connector-requests.js';
import { present } from './fields.js';
import { mask } from './mask.js';

export function toNewConnector(body: Static<typeof NewConnectorSchema>): NewConnector {
  const { startDate, stopDate, ...rest } = body;
  refuseMasked(rest);
  return { ...rest, ...toDates(startDate, stopDate) };
}

/** What people were shown in place of a secret is no secret: stored, it would take the place of the real one. */
function refuseMasked({
  networkAddress,
  configuration = {},
}: Pick<Static<typeof ConnectorChangeSchema>, 'networkAddress' | 'configuration'>): void {
  refuseMask('networkAddress', networkAddress);
  for (const [key, value] of Object.entries(configuration)) refuseMask(`configuration.${key}`, value);
}

function refuseMask(field: string, value: unknown): void {
  if (typeof value !== 'string' || !value.includes(mask)) return;
  throw new IsthmusError(
    'REQUEST_INVALID',
    `"${field}" in the body holds ${mask} in place of a secret: send the secret`,
    {
      details: { in: 'body', field, fault: `holds ${mask} in place of a secret` },
    },
  );
}

export function toConnectorChange(body: Static<typeof ConnectorChangeSchema>): ConnectorChange {
  const { startDate, stopDate, ...rest } = body;
  refuseMasked(rest);
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
