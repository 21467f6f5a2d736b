import type { Properties, PropertyValue } from '@isthmus/model';
import { isPlainObject } from '@isthmus/model';
import { type Fields, unreadable } from '../requests/fields.js';
import type { BeanMember, BeanMembers } from './bean-members.js';

const directions = ['BOTH_DIRECTIONS', 'TO_THIRD_PARTY', 'FROM_THIRD_PARTY', 'OTHER'] as const;

/**
 * The properties that a bean of 4.3 says. Null and absent members say nothing.
 *
 * @throws REQUEST_INVALID for a value that cannot be mapped to its member
 */
export function readBean(fields: Fields, members: BeanMembers): Properties {
  const properties: Record<string, PropertyValue> = {};
  const read = new Set<string>();
  for (const member of members) {
    const value = readMember(fields, member);
    if (value === undefined || read.has(member.member) || properties[member.property] !== undefined) continue;
    read.add(member.member);
    properties[member.property] = value;
  }
  return properties;
}

/** Members that are no null, so that an emptied description can be told from one that was not sent. */
function readMember(fields: Fields, { member, kind = 'text' }: BeanMember): PropertyValue | undefined {
  switch (kind) {
    case 'text':
      return fields.text(member);
    case 'flag':
      return fields.flag(member);
    case 'integer':
      return fields.integer(member);
    case 'date':
      return fields.time(member);
    case 'texts':
      return fields.texts(member);
    case 'direction':
      return direction(fields, member);
    case 'textMap':
      return textMap(fields.object(member));
    case 'map':
      return valueMap(fields.raw(member), member);
  }
}

/** By name or by position, as Java's mapper reads enums. */
function direction(fields: Fields, member: string): PropertyValue | undefined {
  const value = fields.raw(member);
  const byPosition = typeof value === 'number' ? directions[value] : undefined;
  return byPosition ?? fields.choice(member, directions);
}

function textMap(fields: Fields | undefined): PropertyValue | undefined {
  if (fields === undefined) return undefined;
  const entries = fields.names().flatMap((name): [string, string][] => {
    const text = fields.text(name);
    return text === undefined ? [] : [[name, text]];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function valueMap(value: unknown, member: string): PropertyValue | undefined {
  if (value === undefined) return undefined;
  if (!isPlainObject(value)) throw unreadable(member, 'must be an object');
  const plain = plainValue(value);
  return isPlainObject(plain) && Object.keys(plain).length === 0 ? undefined : plain;
}

function plainValue(value: unknown): PropertyValue | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(plainValue).filter((item) => item !== undefined);
  if (!isPlainObject(value)) return undefined;
  const entries = Object.entries(value).flatMap(([name, item]): [string, PropertyValue][] => {
    const plain = plainValue(item);
    return plain === undefined ? [] : [[name, plain]];
  });
  return Object.fromEntries(entries);
}

/** Beans that have subclasses name their own class. @throws REQUEST_INVALID */
export function needMarker(fields: Fields, ...classNames: readonly string[]): string {
  const marker = fields.text('class');
  const known = classNames.find((name) => name === marker);
  if (known === undefined) throw unreadable('class', `must be ${classNames.join(' or ')}`);
  return known;
}
