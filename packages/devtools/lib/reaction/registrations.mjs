// The registrations of the reaction bench: made over the store's REST, as any Egeria client does, where the daemon follows
// them; in batches where only their number matters.
import { register } from '../registration-rest.mjs';
import { provider } from './witness.mjs';

const atOnce = 4;
const firstConfiguration = { tone: 'first' };
/** Long enough that nothing runs by its schedule while the bench looks. */
export const intervalMinutes = 600;

/** @returns the GUIDs of everything that was made, in the order of the names */
export async function registerEach(store, groupGuid, names) {
  const made = new Array(names.length);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < names.length; index = next++)
      made[index] = await registerOne(store, groupGuid, names[index]);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return made;
}

export function registerOne(store, groupGuid, name, address = `/sources/${name}`) {
  return register(store, groupGuid, name, address, {
    interval: intervalMinutes,
    provider,
    configuration: firstConfiguration,
  });
}

/** What `registerAll` needs to register them all in batches. */
export const inBatches = (names) =>
  names.map((name) => ({
    name,
    provider,
    minutes: intervalMinutes,
    address: `/sources/${name}`,
    configuration: firstConfiguration,
  }));
