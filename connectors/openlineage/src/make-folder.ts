import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from '@isthmus/connector-sdk/helpers';

/** With what lies above it. The `recursive` of Node tries for ever where a system refuses folders, as in /proc. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path, { mode: 0o700 });
  }
}
