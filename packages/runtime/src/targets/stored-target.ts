import type { TargetSpec } from '@isthmus/connector-host';
import { IsthmusError } from '@isthmus/kernel';
import type { DeleteMethod, PermittedSynchronization, Properties, Registration } from '@isthmus/model';
import { sourceOf } from '../fleet/slot-of.js';

/** A catalog target as the metadata access server tells it: the relationship, the element, the element's connection. */
export interface StoredTarget {
  /** `catalogTargetName`, else the element's qualified name or GUID. */
  readonly name: string;
  readonly element: TargetSpec['element'];
  readonly connection?: {
    readonly networkAddress?: string;
    readonly userId?: string;
    readonly configurationProperties: Properties;
  };
  /** GUIDs of the elements and the connection that all this was read from. */
  readonly consistsOf: readonly string[];
  readonly configurationProperties: Properties;
  readonly templates: Readonly<Record<string, string>>;
  readonly metadataCollectionQualifiedName?: string;
  /** Absent: as the registration says. */
  readonly permittedSynchronization?: PermittedSynchronization;
  readonly deleteMethod?: DeleteMethod;
}

/** Reads the catalog targets of connectors. */
export interface TargetReader {
  /**
   * At most `mostTargets`, in the order in which they were made.
   *
   * @throws STORE_UNREACHABLE and the other codes of the port
   */
  read(connectorGuid: string, signal: AbortSignal): Promise<readonly StoredTarget[]>;
}

export const mostTargets = 1_000;

/**
 * What an instance is told of a target: its registration with what the target says laid over it. What the target does not
 * say is as the registration has it, but the source: two servers that are catalogued by one connector share no names.
 *
 * @throws CONNECTOR_CONFIGURATION_INVALID when target and registration permit nothing in common
 */
export function targetSpec(registration: Registration, target: StoredTarget): TargetSpec {
  const { name, element, templates, deleteMethod } = target;
  const source = targetSource(registration, target);
  const permittedSynchronization = permittedBy(registration, target);
  return {
    name,
    element,
    templates,
    source,
    permittedSynchronization,
    ...(deleteMethod === undefined ? {} : { deleteMethod }),
    registration: {
      ...registration,
      permittedSynchronization,
      metadataCollectionQualifiedName: source,
      ...connectionOf(registration, target),
    },
  };
}

/** What a registration says, with what the target says over it. */
export function overlaid(registration: Registration, target: StoredTarget | undefined): Registration {
  return target === undefined ? registration : { ...registration, ...connectionOf(registration, target) };
}

function targetSource(registration: Registration, target: StoredTarget): string {
  const own = target.configurationProperties['isthmus.source'];
  return (
    target.metadataCollectionQualifiedName ??
    (typeof own === 'string' && own !== '' ? own : `${sourceOf(registration)}/${target.name}`)
  );
}

function connectionOf({ connection }: Registration, target: StoredTarget): Pick<Registration, 'connection'> {
  if (connection === undefined) return {};
  const { networkAddress, userId, configurationProperties } = target.connection ?? {};
  return {
    connection: {
      ...connection,
      ...(networkAddress === undefined ? {} : { networkAddress }),
      ...(userId === undefined ? {} : { userId }),
      configurationProperties: {
        ...connection.configurationProperties,
        ...configurationProperties,
        ...target.configurationProperties,
      },
    },
  };
}

function permittedBy(registration: Registration, target: StoredTarget): PermittedSynchronization {
  const registered = registration.permittedSynchronization;
  const own = target.permittedSynchronization ?? registered;
  if (own === registered || registered === 'BOTH_DIRECTIONS') return own;
  if (own === 'BOTH_DIRECTIONS') return registered;
  throw new IsthmusError(
    'CONNECTOR_CONFIGURATION_INVALID',
    `permittedSynchronization of catalog target ${target.name} is ${own}, that of its registration ${registered}`,
    {
      next: 'change permittedSynchronization of the catalog target or of the registration',
      details: { field: 'permittedSynchronization', target: target.name },
    },
  );
}
