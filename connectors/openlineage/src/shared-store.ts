import { stat } from 'node:fs/promises';
import { nodeTimers, type Timers } from '@isthmus/connector-sdk/helpers';
import { LineageStore } from './lineage-store.js';

/** A store that is in use by somebody. */
export interface HeldStore {
  readonly store: LineageStore;
  /** Once. */
  release(): void;
}

interface Shared {
  readonly store: Promise<LineageStore>;
  users: number;
  cancelClose: (() => void) | undefined;
}

/** A connector that is started again finds what it had open. */
const lingerMs = 10_000;
const open = new Map<string, Shared>();

/**
 * Opens the store of a folder; all that use it at a time in this process share one, so that they see what the others have
 * in memory. It is closed some seconds after the last of them has gone: the database library frees a connection only when
 * the statements made on it were collected as garbage, so that closing and opening in turns would pile them up.
 */
export async function holdStore(folder: string, timers: Timers = nodeTimers): Promise<HeldStore> {
  const shared = await sharedStore(folder);
  shared.users += 1;
  shared.cancelClose?.();
  shared.cancelClose = undefined;
  let store: LineageStore;
  try {
    store = await shared.store;
  } catch (error) {
    if (open.get(folder) === shared) open.delete(folder);
    throw error;
  }
  return {
    store,
    release: () => {
      shared.users -= 1;
      if (shared.users === 0)
        shared.cancelClose = timers.after(lingerMs, () => void closeUnused(folder, shared, store));
    },
  };
}

async function sharedStore(folder: string): Promise<Shared> {
  const known = open.get(folder);
  if (known !== undefined && (await isInPlace(known))) return known;
  const raced = open.get(folder);
  if (raced !== undefined && raced !== known) return raced;
  const made: Shared = { store: LineageStore.open(folder), users: 0, cancelClose: undefined };
  made.store.catch(() => undefined);
  open.set(folder, made);
  return made;
}

/** Whether the file is still the one that was opened: somebody may have taken the folder away since. */
async function isInPlace({ store }: Shared): Promise<boolean> {
  try {
    const { path, identity, hasFailed } = await store;
    if (hasFailed) return false;
    const { dev, ino } = await stat(path);
    return identity === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

async function closeUnused(folder: string, shared: Shared, store: LineageStore): Promise<void> {
  if (shared.users > 0) return;
  if (open.get(folder) === shared) open.delete(folder);
  await store.close();
}
