import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a directory and those above it, for their owner alone, step by step: Node 20's own recursive mkdir never returns on file systems that
 * answer ENOENT (`/proc`), and hides EROFS behind ENOENT.
 */
export function makeDirectory(path: string): void {
  const missing: string[] = [];
  let current = resolve(path);
  while (!exists(current)) {
    missing.push(current);
    current = dirname(current);
  }
  for (const directory of missing.reverse()) {
    try {
      mkdirSync(directory, 0o700);
    } catch (error) {
      // another process may have made it in between
      if (!exists(directory)) throw error;
    }
  }
  // what exists may be a file
  if (!statSync(path).isDirectory()) throw Object.assign(new Error(`${path} is not a directory`), { code: 'ENOTDIR' });
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
