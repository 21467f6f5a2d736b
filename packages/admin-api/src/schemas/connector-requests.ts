import type { PropertyValue } from '@isthmus/model';
import { Type } from 'typebox';
import { connectorHealths, connectorStates } from './connector.js';
import { approvalField } from './plan.js';
import { freeForm, name, oneOf, permittedSynchronizations, time } from './vocabulary.js';

const interval = Type.Integer({
  minimum: 0,
  maximum: 525_600,
  description: 'minutes from the end of one refresh to the begin of the next; 0: once',
});
const cron = (description: string) => Type.String({ maxLength: 200, description });
const zone = Type.String({ maxLength: 100, description: 'IANA time zone of the cron schedule; none: UTC' });
const direction = oneOf(permittedSynchronizations, 'which way metadata may flow');
const address = Type.String({ maxLength: 8192, description: 'root folder or URL' });
const reports = Type.Boolean({
  description: 'after each run that changed something an element ConnectorActivityReport tells what',
});
const text = Type.String({ maxLength: 10_000 });

export const NewConnectorSchema = Type.Object(
  {
    name: name('name, unique in its group'),
    provider: name('connector provider, e.g. files; see /api/v1/providers'),
    description: Type.Optional(text),
    networkAddress: Type.Optional(address),
    configuration: Type.Optional(freeForm<Readonly<Record<string, PropertyValue>>>('what the provider is given')),
    refreshTimeInterval: Type.Optional(interval),
    schedule: Type.Optional(cron('cron expression; wins over the interval')),
    timeZone: Type.Optional(zone),
    approval: Type.Optional(approvalField),
    startDate: Type.Optional(time('not before')),
    stopDate: Type.Optional(time('not after')),
    permittedSynchronization: Type.Optional(direction),
    generateConnectorActivityReports: Type.Optional(reports),
    metadataCollectionQualifiedName: Type.Optional(name('external source that owns what it finds')),
  },
  { additionalProperties: false },
);

/** Absent fields stay as they are. */
export const ConnectorChangeSchema = Type.Object(
  {
    name: Type.Optional(name('new name')),
    description: Type.Optional(text),
    networkAddress: Type.Optional(address),
    configuration: Type.Optional(
      freeForm<Readonly<Record<string, PropertyValue | null>>>('merged key by key; null removes a key'),
    ),
    refreshTimeInterval: Type.Optional(interval),
    schedule: Type.Optional(cron('cron expression; an empty string removes it')),
    timeZone: Type.Optional(zone),
    approval: Type.Optional(approvalField),
    startDate: Type.Optional(time('not before')),
    stopDate: Type.Optional(time('not after')),
    permittedSynchronization: Type.Optional(direction),
    generateConnectorActivityReports: Type.Optional(reports),
  },
  { additionalProperties: false, minProperties: 1 },
);

export const PauseSchema = Type.Object(
  { reason: Type.Optional(Type.String({ maxLength: 1000, description: 'shown to everybody who looks' })) },
  { additionalProperties: false },
);

export const RefreshSchema = Type.Object(
  {
    confirmRemovals: Type.Optional(
      Type.Boolean({
        description: 'the run also removes what was kept as too much at once, not mounted or no longer looked at',
      }),
    ),
  },
  { additionalProperties: false },
);

export const MoveSchema = Type.Object(
  { toGroup: name('qualified name of the group that it moves to') },
  { additionalProperties: false },
);

/** Verbs take no fields; an empty object or no body at all. */
export const NothingSchema = Type.Object({}, { additionalProperties: false });

export const connectorParameters = Type.Object({
  reference: name('connector id, connector GUID, or name'),
});

const group = Type.Optional(name('qualified name of the group: tells connectors of one name apart'));

export const inGroup = Type.Object({ group }, { additionalProperties: false });

export const connectorListQuery = Type.Object(
  {
    group: Type.Optional(name('only connectors of this group')),
    state: Type.Optional(oneOf(connectorStates, 'only connectors in this state')),
    health: Type.Optional(oneOf(connectorHealths, 'only connectors of this health')),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, description: 'default 100' })),
    cursor: Type.Optional(Type.String({ maxLength: 20_000, description: '`nextCursor` of the page before' })),
  },
  { additionalProperties: false },
);

export const runListQuery = Type.Object(
  { group, limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'default 20' })) },
  { additionalProperties: false },
);
