import { IsthmusError } from '@isthmus/kernel';
import { isPlainObject, type Properties, unwrapDate, unwrapProperties } from '@isthmus/model';

/**
 * A JSON object of a request, read field by field as Egeria's server reads it: unknown fields are ignored, null is
 * absent, numbers may come as text; a value that cannot be mapped is refused with HTTP 400.
 */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  /** No body at all, or JSON null: undefined. @throws REQUEST_INVALID for anything but an object */
  static of(body: unknown): Fields | undefined {
    if (body === undefined || body === null) return undefined;
    if (!isPlainObject(body)) throw unreadable('the body', 'must be an object');
    return new Fields(body);
  }

  raw(name: string): unknown {
    return this.#values[name] ?? undefined;
  }

  text(name: string): string | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (typeof value === 'object') throw unreadable(name, 'must be a string');
    return String(value);
  }

  flag(name: string): boolean | undefined {
    const value = this.raw(name);
    if (value === undefined || typeof value === 'boolean') return value;
    if (value === 'true' || value === 'false') return value === 'true';
    throw unreadable(name, 'must be true or false');
  }

  integer(name: string): number | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
    throw unreadable(name, 'must be an integer');
  }

  /** Epoch milliseconds. */
  time(name: string): number | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    try {
      return unwrapDate(value, name);
    } catch (error) {
      throw IsthmusError.is(error) ? unreadable(name, 'must be a date') : error;
    }
  }

  /** A single string counts as a list of one. */
  texts(name: string): readonly string[] | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    const texts = items.filter((item): item is string => typeof item === 'string');
    if (texts.length !== items.length) throw unreadable(name, 'must be a list of strings');
    return texts.length === 0 ? undefined : texts;
  }

  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw unreadable(name, `must be one of ${choices.join(', ')}`);
    return found;
  }

  object(name: string): Fields | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (!isPlainObject(value)) throw unreadable(name, 'must be an object');
    return new Fields(value);
  }

  objects(name: string): readonly Fields[] {
    const value = this.raw(name);
    if (value === undefined) return [];
    const items: readonly unknown[] = Array.isArray(value) ? value : [value];
    return items.map((item) => {
      if (!isPlainObject(item)) throw unreadable(name, 'must be a list of objects');
      return new Fields(item);
    });
  }

  /** Wrapped values become plain ones. @throws PROPERTY_TYPE_WRONG */
  properties(name: string): Properties {
    return unwrapProperties(this.raw(name));
  }

  names(): readonly string[] {
    return Object.keys(this.#values);
  }

  /** Members, each an object. */
  entries(): readonly (readonly [string, Fields])[] {
    return this.names().map((name) => [name, this.object(name) ?? new Fields({})]);
  }
}

export function unreadable(name: string, fault: string): IsthmusError {
  return new IsthmusError('REQUEST_INVALID', `${name} ${fault}`, { details: { fault: 'value', field: name } });
}
