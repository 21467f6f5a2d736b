import { constants } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { printOf } from '@isthmus/model';

/** What a file or folder lies on, for the `place` of a certificate. */
export interface Medium {
  readonly place: string;
  /** Of the file or folder itself: two are one when it is the same. */
  readonly identity: string;
}

/** By number: what tells each mounted file system from the others, also after a restart; empty for the root's own. */
export type Mounts = ReadonlyMap<number, string>;

/** Opens what there is without the right to read it, and without giving back locks on it (Linux). */
const pathOnly = 0o10000000;

/**
 * The medium of a file or folder; links are followed.
 *
 * @throws what the file system says of it
 */
export async function mediumOf(path: string): Promise<Medium> {
  const isLinux = process.platform === 'linux';
  const file = await open(path, isLinux ? pathOnly : constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { dev, ino } = await file.stat({ bigint: true });
    const mount = isLinux ? mountIn(await textOf(`/proc/self/fdinfo/${file.fd}`)) : undefined;
    const mounts = mount === undefined ? new Map<number, string>() : await mountsNow();
    return { place: placeOn(dev, mount, mounts), identity: `${dev}:${ino}` };
  } finally {
    await file.close();
  }
}

/**
 * The device, and where it is not mounted as the root, what is mounted where: a folder that is mounted in a second place
 * (a bind mount, a volume of a container) is on the device of the folder below it.
 *
 * @param mount - number; undefined = the system does not tell
 */
export function placeOn(device: bigint, mount: number | undefined, mounts: Mounts): string {
  const print = mount === undefined ? '' : (mounts.get(mount) ?? 'unknown');
  return print === '' ? String(device) : `${device} ${print}`;
}

/** @param facts - text of /proc/self/fdinfo/<number of an open file> */
export function mountIn(facts: string): number | undefined {
  const [, number] = /^mnt_id:\s*(\d+)$/m.exec(facts) ?? [];
  return number === undefined ? undefined : Number(number);
}

/** What is mounted now, as this process sees it. */
export async function mountsNow(): Promise<Mounts> {
  return mountsIn(await textOf('/proc/self/mountinfo'));
}

/** @param text - of /proc/self/mountinfo: number, parent, device, what is mounted, where */
export function mountsIn(text: string): Mounts {
  const mounts = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [number, , , what, where] = line.split(' ');
    if (what !== undefined && where !== undefined)
      mounts.set(Number(number), where === '/' ? '' : printOf(`${what} ${where}`));
  }
  return mounts;
}

function textOf(path: string): Promise<string> {
  return readFile(path, 'latin1').catch(() => '');
}
