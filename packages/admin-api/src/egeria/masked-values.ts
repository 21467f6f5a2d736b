import { IsthmusError } from '@isthmus/kernel';
import { type PropertyValue, unmaskAddress } from '@isthmus/model';
import { mask } from '../views/mask.js';

/**
 * What was sent, with the stored secret wherever it was sent back masked: people change what they have been shown.
 *
 * @param shown - the stored value as it is shown
 * @param parameter - what to name in a fault
 * @throws PARAMETER_INVALID for a mask that stands for no stored secret: it would be taken for one
 */
export function unmasked(
  sent: PropertyValue,
  stored: PropertyValue | undefined,
  shown: PropertyValue | undefined,
  parameter: string,
): PropertyValue {
  if (stored !== undefined && isSame(sent, shown)) return stored;
  if (typeof sent === 'string') return unmaskedText(sent, stored, parameter);
  if (isList(sent)) {
    const [before, seen] = [isList(stored) ? stored : [], isList(shown) ? shown : []];
    return sent.map((item, index) => {
      const found = seen.findIndex((other) => isSame(item, other));
      const at = found < 0 ? index : found;
      return unmasked(item, before[at], seen[at], parameter);
    });
  }
  if (typeof sent !== 'object') return sent;
  const [before, seen] = [membersOf(stored), membersOf(shown)];
  return Object.fromEntries(
    Object.entries(sent).map(([key, value]) => [
      key,
      unmasked(value, before.get(key), seen.get(key), `${parameter}.${key}`),
    ]),
  );
}

/** How this face and the one of documents show a secret. */
const masks: readonly string[] = [mask, '<hidden>'];

/** An address that was sent; of the stored one the same host gets the secrets alone. */
export function unmaskedText(sent: string, stored: PropertyValue | undefined, parameter: string): string {
  if (!masks.some((each) => sent.includes(each)) || sent === stored) return sent;
  const found = typeof stored === 'string' ? unmaskAddress(sent, stored, mask) : undefined;
  if (found !== undefined) return found;
  const fault = `${parameter} holds a mask where no secret of the same place is stored; send the secret itself`;
  throw new IsthmusError('PARAMETER_INVALID', fault, { details: { parameter } });
}

function isSame(value: PropertyValue, other: PropertyValue | undefined): boolean {
  return value === other || JSON.stringify(value) === JSON.stringify(other);
}

function membersOf(value: PropertyValue | undefined): ReadonlyMap<string, PropertyValue> {
  return new Map(typeof value === 'object' && !isList(value) ? Object.entries(value) : []);
}

function isList(value: PropertyValue | undefined): value is readonly PropertyValue[] {
  return Array.isArray(value);
}
