import { IsthmusError, messageOf } from '@isthmus/kernel';
import type { Connection, Registration } from '@isthmus/model';
import type { LoadedDefinition } from '../providers/connector-definition.js';
import { Redactor } from './redactor.js';
import { apparentSecrets, markedSecrets, resolveSecrets, type SecretSource } from './secrets.js';
import { type FieldFault, validateConfiguration } from './validator.js';

/** Version of the configuration schema that a registration was written for; absent = the current one. */
export const versionKey = 'isthmus.configurationVersion';

export interface ReadConfiguration {
  readonly configuration: unknown;
  /** Values that must not leave the instance. */
  readonly secrets: ReadonlySet<string>;
}

/** @throws REGISTRATION_WITHOUT_CONNECTION */
export function connectionOf(registration: Registration): Connection {
  if (registration.connection !== undefined) return registration.connection;
  throw new IsthmusError(
    'REGISTRATION_WITHOUT_CONNECTION',
    `connector ${registration.connectorName} has no connection with a connector type`,
    { details: { connector: registration.qualifiedName } },
  );
}

/**
 * From a registration's connection to the configuration that `create` gets: taken over from the connection, brought up to
 * the current version, secrets put in, defaults added, checked.
 *
 * @throws CONNECTOR_CONFIGURATION_INVALID names every field and fault, never a value; CONFIG_SECRET_UNRESOLVED
 */
export async function readConfiguration(
  registration: Registration,
  definition: LoadedDefinition,
  secretSource: SecretSource,
): Promise<ReadConfiguration> {
  const connection = connectionOf(registration);
  const invalid = (faults: readonly FieldFault[]): IsthmusError => toInvalid(registration, definition, faults);
  const redactor = new Redactor();
  const { networkAddress, configurationProperties } = connection;
  const sent = apparentSecrets({ networkAddress, configurationProperties });
  redactor.add([...sent, ...markedSecrets(definition.configuration, configurationProperties)]);
  const attempt = <T>(what: string, work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw invalid([{ field: '', fault: `${what}: ${redactor.text(messageOf(error), 500)}` }]);
    }
  };
  const raw = attempt('the connection cannot be read as a configuration', () => now(take(definition, connection)));
  const version = statedVersion(definition, connection, invalid);
  const isOlder = version < definition.version;
  const current = isOlder
    ? attempt(`it cannot be brought from version ${version} to ${definition.version}`, () =>
        now(migrated(definition, structuredClone(raw), version)),
      )
    : raw;
  const { configuration, secrets } = await resolveSecrets(current, secretSource);
  const found = validateConfiguration(definition.configuration, configuration);
  const faults = isOlder
    ? found.map((own) => ({
        ...own,
        fault: `${own.fault} (as it was brought from version ${version} to ${definition.version})`,
      }))
    : withAddress(found, definition, connection);
  const marked = markedSecrets(definition.configuration, configuration);
  const known = new Set([...secrets, ...sent, ...apparentSecrets(configuration), ...marked]);
  if (faults.length > 0) throw invalid(faults);
  const fault = namingFault(definition, configuration);
  if (fault !== undefined) throw invalid([fault]);
  return { configuration, secrets: known };
}

/** A version without a way up from it is not the current one: the same keys may mean something else there. */
function migrated({ provider, migrate }: LoadedDefinition, older: unknown, version: number): unknown {
  if (migrate !== undefined) return migrate(older, version);
  throw new Error(
    `provider ${provider} has no \`migrate\`; say the configuration as the provider now reads it, and \`${versionKey}\` with its version`,
  );
}

/** Functions of a definition that read configurations are pure: what would come later is refused, and not left unheard. */
function now(value: unknown): unknown {
  if (!(value instanceof Promise)) return value;
  value.catch(() => undefined);
  throw new Error('the provider answers a promise where it has to answer the configuration itself');
}

/** What is wrong with the names that people want; no schema can say that. */
function namingFault(definition: LoadedDefinition, configuration: unknown): FieldFault | undefined {
  try {
    definition.naming?.(configuration);
    return undefined;
  } catch (error) {
    if (!IsthmusError.is(error) || error.code !== 'CONNECTOR_CONFIGURATION_INVALID') throw error;
    return { field: String(error.details.field ?? ''), fault: error.message };
  }
}

/** A field that a provider takes from the address has no key of its own: people cannot find out what to give. */
function withAddress(
  faults: readonly FieldFault[],
  definition: LoadedDefinition,
  connection: Connection,
): readonly FieldFault[] {
  if (connection.networkAddress !== undefined) return faults;
  const given = fieldsFromAddress(definition, connection);
  return faults.map((found) =>
    found.isMissing === true && given.has(found.field)
      ? {
          ...found,
          fault: `${found.fault}: it comes from the address of the connection, given with \`--address\` or, for a folder, \`--root\``,
        }
      : found,
  );
}

/** Fields that would be there if the connection had an address. */
function fieldsFromAddress(definition: LoadedDefinition, connection: Connection): ReadonlySet<string> {
  try {
    const read = take(definition, structuredClone({ ...connection, networkAddress: 'https://example.org/' }));
    if (typeof read !== 'object' || read === null) return new Set();
    return new Set(Object.entries(read).flatMap(([field, value]) => (value === undefined ? [] : [field])));
  } catch {
    // It wants another address than that: nothing is known of its fields.
    return new Set();
  }
}

function take(definition: LoadedDefinition, connection: Connection): unknown {
  const { replaces, fromConnection } = definition;
  if (isReplaced(definition, connection)) return replaces?.[connection.providerName]?.(connection);
  if (fromConnection !== undefined) return fromConnection(connection);
  return Object.fromEntries(
    Object.entries(connection.configurationProperties).filter(([key]) => !key.startsWith('isthmus.')),
  );
}

function isReplaced({ provider, replaces = {} }: LoadedDefinition, { providerName }: Connection): boolean {
  return providerName !== provider && Object.hasOwn(replaces, providerName);
}

/** What a provider makes of a connection that it takes over is as it reads it now. */
function statedVersion(
  definition: LoadedDefinition,
  connection: Connection,
  invalid: (faults: readonly FieldFault[]) => IsthmusError,
): number {
  if (isReplaced(definition, connection)) return definition.version;
  const version = Number(connection.configurationProperties[versionKey] ?? definition.version);
  if (!Number.isSafeInteger(version) || version < 1) {
    throw invalid([{ field: versionKey, fault: 'must be a whole number from 1' }]);
  }
  if (version > definition.version) {
    throw invalid([
      { field: versionKey, fault: `is ${version}, the installed provider knows up to ${definition.version}` },
    ]);
  }
  return version;
}

function toInvalid(
  registration: Registration,
  definition: LoadedDefinition,
  faults: readonly FieldFault[],
): IsthmusError {
  const lines = faults.map(({ field, fault }) => (field === '' ? fault : `\`${field}\` ${fault}`));
  return new IsthmusError(
    'CONNECTOR_CONFIGURATION_INVALID',
    `configuration of connector ${registration.connectorName} (provider ${definition.provider}): ${lines.join('; ')}`,
    {
      details: {
        connector: registration.qualifiedName,
        provider: definition.provider,
        fields: faults.map(({ field }) => field),
        faults: lines,
      },
    },
  );
}
