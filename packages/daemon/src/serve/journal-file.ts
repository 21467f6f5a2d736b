import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '@isthmus/kernel';
import { configuredKey, type DaemonHome } from './daemon-home.js';

/**
 * Where the journal of a home is. One that was kept under a former key of it is moved there: with it go pauses and
 * overrides. Repeating is harmless, also after a crash in between.
 *
 * @param folder - of the server
 */
export function journalFile(folder: string, { key, formerKeys = [] }: DaemonHome, logger: Logger): string {
  const path = join(folder, nameOf(key));
  const former = formerKeys.map((each) => join(folder, nameOf(each))).filter((each) => existsSync(each));
  const [first, ...others] = existsSync(path) ? [undefined, ...former] : former;
  if (first !== undefined) {
    move(first, path);
    logger.info('the journal of a metadata access server has a new name', { from: first, to: path });
  }
  for (const left of others)
    logger.warn('a journal of the same metadata access server is not read: pauses and overrides in it do not hold', {
      left,
      read: path,
    });
  return path;
}

function nameOf(key: string): string {
  return key === configuredKey ? 'daemon.db' : `daemon-${key}.db`;
}

/** The log goes first: until the database follows, nobody opens it without its log. */
function move(from: string, to: string): void {
  if (existsSync(`${from}-wal`)) renameSync(`${from}-wal`, `${to}-wal`);
  rmSync(`${from}-shm`, { force: true });
  renameSync(from, to);
}
