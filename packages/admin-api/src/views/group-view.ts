import type { GroupStatus } from '@isthmus/runtime';
import type { Static } from 'typebox';
import type { GroupSchema } from '../schemas/group.js';
import { optionalTime, present, toTime } from './fields.js';

export function toGroup(group: GroupStatus): Static<typeof GroupSchema> {
  const { key, guid, displayName, description, state, connectorCount, pending } = group;
  return present({
    server: key.server,
    qualifiedName: key.qualifiedName,
    guid,
    displayName,
    description,
    state,
    conditions: group.conditions.map(({ since, ...condition }) => ({ ...condition, since: toTime(since) })),
    lastReadAt: optionalTime(group.lastReadAt),
    acceptedAt: optionalTime(group.acceptedAt),
    nextReadAt: optionalTime(group.nextReadAt),
    connectorCount,
    pending: pending && { stops: [...pending.stops], total: pending.total, since: toTime(pending.since) },
  });
}
