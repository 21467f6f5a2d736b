import { number48 } from './name-number.js';
import { remembered } from './remembered.js';

/** Every run asks for the elements that others changed: many ask for the same ones. */
const hashOf = remembered(number48);

/**
 * Of an element's GUID. One of a UUID of version 7, which begins with the time, is numbered so that what was made
 * together lies together in the index: ten bits of the second, then 43 that are random.
 */
export function guidNumber(guid: string): number {
  return timedNumber(guid) ?? hashOf(guid);
}

/** Numbers under which the GUID may be kept: before numbers began with the time each was a hash. */
export function guidNumbers(guid: string): readonly [now: number, before: number] {
  const before = hashOf(guid);
  return [timedNumber(guid) ?? before, before];
}

/** At the end of a GUID: `DataFile-019ad5c4-7b1e-7...`. */
const uuidLength = 36;
const placeOfVersion = 14;
/** Of milliseconds: about a second. */
const tick = 1024;
/** Regions of the index that are written to one after the other, again and again. */
const regions = 1024;

function timedNumber(guid: string): number | undefined {
  const begin = guid.length - uuidLength;
  if (begin < 0 || guid[begin + placeOfVersion] !== '7') return undefined;
  const ms = Number.parseInt(guid.slice(begin, begin + 8) + guid.slice(begin + 9, begin + 13), 16);
  const random = Number.parseInt(guid.slice(-11), 16) % 2 ** 43;
  return Number.isNaN(ms) || Number.isNaN(random) ? undefined : (Math.floor(ms / tick) % regions) * 2 ** 43 + random;
}
