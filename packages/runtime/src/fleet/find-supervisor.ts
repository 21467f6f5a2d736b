import { IsthmusError } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';
import type { ConnectorSupervisor } from './connector-supervisor.js';

/**
 * The one connector that people mean by its GUID, name, id or qualified name.
 *
 * @param holder gives the supervisor that runs a connector which several groups have registered
 * @throws CONNECTOR_NOT_FOUND, CONNECTOR_AMBIGUOUS
 */
export function findSupervisor(
  groups: Iterable<ReadonlyMap<string, ConnectorSupervisor>>,
  reference: string,
  groupName: string | undefined,
  holder: (connectorGuid: string) => ConnectorSupervisor | undefined,
): ConnectorSupervisor {
  const matches: ConnectorSupervisor[] = [];
  for (const group of groups) {
    for (const supervisor of group.values()) {
      if (!isMeant(supervisor.registration, reference)) continue;
      if (groupName === undefined || supervisor.group.key.qualifiedName === groupName) matches.push(supervisor);
    }
  }
  const [first, ...others] = matches;
  if (first === undefined) throw notFound(reference, groupName);
  if (others.length === 0) return first;
  // One connector in two groups is still one: the registration that runs is meant.
  const running = holder(first.connectorGuid);
  if (running !== undefined && matches.every(({ connectorGuid }) => connectorGuid === first.connectorGuid))
    return running;
  throw new IsthmusError('CONNECTOR_AMBIGUOUS', `${matches.length} connectors are named ${reference}`, {
    details: {
      reference,
      connectors: matches.slice(0, 20).map(({ registration }) => registration.connectorId),
      groups: matches.slice(0, 20).map(({ group }) => group.key.qualifiedName),
    },
  });
}

function isMeant(registration: Registration, reference: string): boolean {
  return (
    registration.connectorGuid === reference ||
    registration.connectorName === reference ||
    registration.connectorId === reference ||
    registration.qualifiedName === reference
  );
}

export function notFound(reference: string, groupName?: string): IsthmusError {
  return new IsthmusError(
    'CONNECTOR_NOT_FOUND',
    `there is no connector ${reference}${groupName === undefined ? '' : ` in ${groupName}`}`,
    { details: { reference, group: groupName } },
  );
}
