import { type Direction, directionOf } from '@isthmus/connector-sdk';
import { IsthmusError } from '@isthmus/kernel';
import type { PermittedSynchronization } from '@isthmus/model';

/**
 * The direction that holds for an instance: what its registration permits, no wider than what its code is made for.
 *
 * @throws CONNECTOR_CONFIGURATION_INVALID when the two exclude each other
 */
export function permittedDirection(
  provider: string,
  defined: Direction | undefined,
  registered: PermittedSynchronization,
): PermittedSynchronization {
  const direction = directionOf(defined, registered);
  if (direction !== undefined) return direction;
  throw new IsthmusError(
    'CONNECTOR_CONFIGURATION_INVALID',
    `permittedSynchronization is ${registered}, but connectors of provider ${provider} work in direction ${defined} only`,
    {
      next: `set permittedSynchronization to ${defined} or BOTH_DIRECTIONS`,
      details: { field: 'permittedSynchronization' },
    },
  );
}
