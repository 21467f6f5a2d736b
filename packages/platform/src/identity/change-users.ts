import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Clock, delay, IsthmusError, messageOf, systemClock } from '@isthmus/kernel';
import { codeOf } from './code-of.js';
import { readUsers, type UserEntries } from './users-format.js';

const waitsForOthersMs = 5000;
const asksAgainMs = 25;

/**
 * Changes the users file: reads it, writes what `change` makes of it beside it and renames, so that a reader sees the
 * old or the new file and never half of one. Servers and commands that change it at the same time wait for each other.
 *
 * @throws USERS_UNREADABLE, USERS_LOCKED, DATA_DIRECTORY_UNWRITABLE and what `change` throws
 */
export function changeUsers(
  path: string,
  change: (users: UserEntries) => UserEntries,
  clock: Clock = systemClock,
): Promise<void> {
  const result = (turns.get(path) ?? Promise.resolve()).then(() => changeInTurn(path, change, clock));
  const turn = result
    .catch(() => undefined)
    .then(() => {
      if (turns.get(path) === turn) turns.delete(path);
    });
  turns.set(path, turn);
  return result;
}

/** By path: changes of this process, one after the other. The lock is for other processes. */
const turns = new Map<string, Promise<void>>();

async function changeInTurn(path: string, change: (users: UserEntries) => UserEntries, clock: Clock): Promise<void> {
  await writable(path, () => mkdir(dirname(path), { recursive: true, mode: 0o700 }));
  const lock = `${path}.lock`;
  await take(lock, clock);
  try {
    const users = change((await readUsers(path)) ?? {});
    await writable(path, () => replace(path, `${JSON.stringify({ users }, undefined, 2)}\n`));
  } finally {
    await unlink(lock).catch(() => undefined);
  }
}

async function replace(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await using file = await open(draft, 'wx', 0o600);
    await file.writeFile(text);
    await file.sync();
    await rename(draft, path);
  } catch (error) {
    await unlink(draft).catch(() => undefined);
    throw error;
  }
}

/** The lock is a file with the number of its process; that of a process which is no more is taken away. */
async function take(lock: string, clock: Clock): Promise<void> {
  const until = clock.monotonic() + waitsForOthersMs;
  for (;;) {
    try {
      await using file = await open(lock, 'wx', 0o600);
      await file.writeFile(String(process.pid));
      return;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw unwritable(lock, error);
    }
    if (await isAbandoned(lock)) await takeAway(lock);
    else if (clock.monotonic() > until)
      throw new IsthmusError('USERS_LOCKED', `another process holds ${lock}`, { details: { lock } });
    else await pause(clock);
  }
}

/** Moved first: between the look and now another process may have taken it away and made its own, which goes back. */
async function takeAway(lock: string): Promise<void> {
  const taken = `${lock}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(lock, taken);
    if (!(await isAbandoned(taken))) await link(taken, lock);
  } catch {
    // it is gone, or there is a newer one: both are met at the next attempt
  }
  await unlink(taken).catch(() => undefined);
}

/** The clock's timers keep no process alive, and a command has nothing else that would. */
async function pause(clock: Clock): Promise<void> {
  const alive = setInterval(() => undefined, waitsForOthersMs);
  try {
    await delay(clock, asksAgainMs);
  } finally {
    clearInterval(alive);
  }
}

async function isAbandoned(lock: string): Promise<boolean> {
  const pid = Number(await readFile(lock, 'utf8').catch(() => ''));
  // its process ended between making it and writing into it
  if (!Number.isInteger(pid) || pid <= 0) return (await ageMs(lock)) > waitsForOthersMs;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

/** 0 when it is gone. */
async function ageMs(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return found === undefined ? 0 : Date.now() - found.mtimeMs;
}

async function writable<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): IsthmusError {
  const code = codeOf(error) === 'ENOSPC' ? 'STORAGE_FULL' : 'DATA_DIRECTORY_UNWRITABLE';
  return new IsthmusError(code, `${path} cannot be written: ${messageOf(error)}`, { cause: error });
}
