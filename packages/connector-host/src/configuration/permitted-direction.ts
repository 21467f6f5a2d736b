import { type Direction, directionOf } from '@isthmus/connector-sdk';
import { type ErrorDetails, IsthmusError } from '@isthmus/kernel';
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

/** Who says that a connector only reads metadata: its code, its registration or the catalog target whose run it is. */
export type DirectionSource =
  | { readonly by: 'provider'; readonly provider: string }
  | { readonly by: 'registration' }
  | { readonly by: 'target'; readonly target: string };

export function directionSource(
  provider: string,
  defined: Direction | undefined,
  target?: { readonly name: string; readonly registered: PermittedSynchronization },
): DirectionSource {
  if (defined === 'TO_THIRD_PARTY') return { by: 'provider', provider };
  if (target !== undefined && target.registered !== 'TO_THIRD_PARTY') return { by: 'target', target: target.name };
  return { by: 'registration' };
}

/** @param what - e.g. ` by createDatabase` */
export function writeNotPermitted(
  connectorName: string,
  source: DirectionSource,
  what = '',
  details: ErrorDetails = {},
): IsthmusError {
  const { message, next } = told(connectorName, source, what);
  return new IsthmusError('WRITE_NOT_PERMITTED', message, { next, details: { connector: connectorName, ...details } });
}

function told(connectorName: string, source: DirectionSource, what: string): { message: string; next: string } {
  const so = `so it cannot write metadata${what}`;
  switch (source.by) {
    case 'provider':
      return {
        message: `the code of provider ${source.provider} fixes direction TO_THIRD_PARTY for ${connectorName}, ${so}`,
        next: `take \`direction\` out of its defineConnector, or make it BOTH_DIRECTIONS, if the write is wanted; then \`isthmus connector restart ${connectorName}\``,
      };
    case 'registration':
      return {
        message: `${connectorName} is registered with direction TO_THIRD_PARTY, ${so}`,
        next: `\`isthmus connector update ${connectorName} --direction both\` if the write is wanted`,
      };
    case 'target':
      return {
        message: `catalog target ${source.target} of ${connectorName} has direction TO_THIRD_PARTY, ${so}`,
        next: 'change permittedSynchronization of the catalog target if the write is wanted',
      };
  }
}
