import { isSecretKey, type Properties, type PropertyValue, maskAddress as withMask } from '@isthmus/model';

export const mask = '********';

/**
 * The configuration as people may see it. A value is masked when the provider's schema marks its field with
 * `secret: true`, or when its key reads like a secret: a schema may be unknown or incomplete. References such as
 * `${env:TOKEN}` say where a secret lies, not what it is, and stay readable. Passwords within URLs are masked too.
 *
 * @param schema - JSON Schema of the provider's configuration, if known
 */
export function maskConfiguration(configuration: Properties, schema: unknown): Properties {
  return Object.fromEntries(
    Object.entries(configuration).map(([key, value]) => [key, maskField(key, value, propertySchema(schema, key))]),
  );
}

/** `https://user:password@host` becomes `https://user:********@host`. */
export function maskAddress(text: string): string {
  return withMask(text, mask);
}

const reference = /^\$\{[a-z][a-z0-9+.-]*:[^{}]*\}$/i;

function maskField(key: string, value: PropertyValue, schema: unknown): PropertyValue {
  if (isMarked(schema) || isSecretKey(key)) return maskAll(value);
  return maskWithin(value, schema);
}

/** Booleans stay: they hold no secret, and `usePassword: true` is worth seeing. */
function maskAll(value: PropertyValue): PropertyValue {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return value === '' || reference.test(value) ? value : mask;
  return mask;
}

function maskWithin(value: PropertyValue, schema: unknown): PropertyValue {
  if (typeof value === 'string') return maskAddress(value);
  if (isList(value)) return value.map((item) => maskItem(item, member(schema, 'items')));
  if (typeof value === 'object') return maskConfiguration(value, schema);
  return value;
}

function maskItem(value: PropertyValue, schema: unknown): PropertyValue {
  return isMarked(schema) ? maskAll(value) : maskWithin(value, schema);
}

function propertySchema(schema: unknown, key: string): unknown {
  return member(member(schema, 'properties'), key) ?? member(schema, 'additionalProperties');
}

function isMarked(schema: unknown): boolean {
  return member(schema, 'secret') === true;
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, key)?.value;
}

function isList(value: PropertyValue): value is readonly PropertyValue[] {
  return Array.isArray(value);
}
