import { IsthmusError } from '@isthmus/kernel';
import type { Connection, Properties, PropertyValue } from '@isthmus/model';
import { maskConfiguration } from '../views/mask.js';
import { reservedPrefix } from './connection-view.js';
import { isFields, textOf } from './daemon-call.js';
import { unmasked, unmaskedText } from './masked-values.js';

const deepest = 32;

/** What a caller sent for `configurationProperties`: `null` marks a key that is to go. */
export type WantedProperties = ReadonlyMap<string, PropertyValue | undefined>;

/** Values within lists and maps that are `null` are left out: a configuration knows no null. */
export function propertiesFrom(sent: unknown): WantedProperties {
  if (sent === undefined || sent === null) return new Map();
  if (!isFields(sent)) throw invalid('configurationProperties', 'must be an object');
  return new Map(Object.entries(sent).map(([key, value]) => [key, valueFrom(value, 1)]));
}

/**
 * The configuration that a connector is to run by. What Isthmus keeps beside it (`isthmus.`) stays: it decides how
 * elements are called. A mask that comes back stands for the secret that it hides.
 *
 * @param merge - false: what was not sent goes
 * @throws PARAMETER_INVALID when a reserved key is to change
 */
export function mergedProperties(
  { configurationProperties: current }: Connection,
  wanted: WantedProperties,
  merge: boolean,
  schema: unknown,
): Properties {
  const shown: Properties = maskConfiguration(current, schema);
  const kept = Object.entries(current).filter(([key]) => merge || key.startsWith(reservedPrefix));
  const next = new Map<string, PropertyValue>(kept);
  for (const [key, sent] of wanted) {
    const former = current[key];
    const value = sent === undefined ? undefined : unmasked(sent, former, shown[key], `configurationProperties.${key}`);
    if (key.startsWith(reservedPrefix)) {
      if (JSON.stringify(value) !== JSON.stringify(former))
        throw invalid('configurationProperties', `must not change ${key}, which Isthmus keeps for itself`);
    } else if (value === undefined) next.delete(key);
    else next.set(key, value);
  }
  return Object.fromEntries(next);
}

/**
 * A connection that was sent in Egeria's shape. Passwords in it are not taken over: connectors get secrets by reference.
 *
 * @throws REQUEST_INVALID when it has no class marker, as Egeria refuses it
 */
export function connectionFrom(
  body: Readonly<Record<string, unknown>>,
  former: Connection,
  schema: unknown,
): Connection {
  if (textOf(body.class) === undefined)
    throw new IsthmusError('REQUEST_INVALID', 'the connection has no `class`', { details: { fault: 'type-id' } });
  const type = isFields(body.connectorType) ? body.connectorType : {};
  const endpoint = isFields(body.endpoint) ? body.endpoint : undefined;
  const guid = textOf(body.guid);
  const qualifiedName = textOf(body.qualifiedName);
  const address = textOf(endpoint?.networkAddress) ?? textOf(endpoint?.address);
  const networkAddress = address && unmaskedText(address, former.networkAddress, 'networkAddress');
  const userId = textOf(body.userId);
  return {
    providerName: textOf(type.connectorProviderClassName) ?? '',
    configurationProperties: mergedProperties(former, propertiesFrom(body.configurationProperties), false, schema),
    ...(guid !== undefined && { guid }),
    ...(qualifiedName !== undefined && { qualifiedName }),
    ...(networkAddress !== undefined && { networkAddress }),
    ...(userId !== undefined && { userId }),
    elements: {
      ...named(body, ['displayName']),
      connectorType: named(type, ['guid', 'qualifiedName', 'displayName', ...frameworkKeys]),
      ...(endpoint && { endpoint: named(endpoint, ['guid', 'qualifiedName', 'displayName']) }),
    },
  };
}

const frameworkKeys = ['connectorFrameworkName', 'connectorInterfaceLanguage'] as const;

function named<K extends string>(fields: Readonly<Record<string, unknown>>, keys: readonly K[]) {
  const found: Partial<Record<K, string>> = {};
  for (const key of keys) {
    const text = textOf(fields[key]);
    if (text !== undefined) found[key] = text;
  }
  return found;
}

function valueFrom(value: unknown, depth: number): PropertyValue | undefined {
  if (depth > deepest) throw invalid('configurationProperties', `must not be nested deeper than ${deepest}`);
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return present(value.map((item: unknown) => valueFrom(item, depth + 1)));
  const entries = Object.entries(value).map(([key, item]): [string, PropertyValue | undefined] => [
    key,
    valueFrom(item, depth + 1),
  ]);
  return Object.fromEntries(
    entries.flatMap(([key, item]): [string, PropertyValue][] => (item === undefined ? [] : [[key, item]])),
  );
}

function present(items: readonly (PropertyValue | undefined)[]): readonly PropertyValue[] {
  return items.filter((item) => item !== undefined);
}

function invalid(parameter: string, fault: string): IsthmusError {
  return new IsthmusError('PARAMETER_INVALID', `${parameter} ${fault}`, { details: { parameter } });
}
