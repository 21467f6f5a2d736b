import { messageOf } from '@isthmus/kernel';
import type { Finding } from '../host-port.js';
import { isFields, isTexts } from './loose.js';

/**
 * What is told of an item that cannot be made of what the connector says: that item is set aside, and the run goes on.
 * One whose key cannot be known may be any item of its scope: then nothing is concluded from what is missing there.
 *
 * @param noun - as authors write it, e.g. `table`
 * @param keyOf - the key by names, where no own one is given
 */
export function setAside(
  noun: string,
  thing: unknown,
  fault: unknown,
  keyOf: (names: readonly string[]) => string,
): Finding {
  const names = isFields(thing) && isTexts(thing.names) && thing.names.length > 0 ? thing.names : undefined;
  const key = isFields(thing) && isText(thing.key) ? thing.key : names && keyOf(names);
  const what = names === undefined ? nameless(noun, key) : `the ${noun} ${JSON.stringify(names.join('/'))}`;
  const message = `${what} is set aside: ${typeof fault === 'string' ? fault : messageOf(fault)}`;
  const told = { severity: 'error', code: 'ITEM_INVALID' } as const;
  if (key !== undefined) return { ...told, message, key };
  return {
    ...told,
    message: `${message}; as it has no key either, nothing is removed from its scope: give it \`names\``,
  };
}

function nameless(noun: string, key: string | undefined): string {
  return key === undefined ? `a ${noun}` : `the ${noun} with the key ${JSON.stringify(key)}`;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
