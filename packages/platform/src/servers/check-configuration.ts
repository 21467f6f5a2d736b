import { IsthmusError } from '@isthmus/kernel';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';

/**
 * Fills in the defaults of a schema and checks the result. Without a schema everything is accepted as it is.
 *
 * @param place - prefix of the path in messages, e.g. `servers.metadata-store`
 * @throws CONFIG_UNKNOWN_KEY, CONFIG_INVALID_VALUE; `details.path` names the field
 */
export function checkConfiguration(place: string, schema: TSchema | undefined, configuration: unknown): unknown {
  if (schema === undefined) return configuration;
  const filled: unknown = Value.Default(schema, Value.Clone(configuration ?? {}));
  const faults = [...Value.Errors(schema, filled)];
  for (const fault of faults) {
    const keys = unknownKeysOf(fault.params);
    if (keys === undefined) continue;
    const path = pathOf(place, fault.instancePath);
    throw new IsthmusError('CONFIG_UNKNOWN_KEY', `${path} has the unknown key ${keys}`, { details: { path } });
  }
  const fault = faults[0];
  if (fault === undefined) return filled;
  const path = pathOf(place, fault.instancePath);
  throw new IsthmusError('CONFIG_INVALID_VALUE', `${path} ${fault.message}`, { details: { path } });
}

function pathOf(place: string, pointer: string): string {
  return `${place}${pointer.replaceAll('/', '.')}`;
}

function unknownKeysOf(parameters: object): string | undefined {
  if (!('additionalProperties' in parameters) || !Array.isArray(parameters.additionalProperties)) return undefined;
  return parameters.additionalProperties.join(', ');
}
