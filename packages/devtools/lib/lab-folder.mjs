import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where what proofs fetch once is kept between their runs, outside the repository: $ISTHMUS_LAB, or a folder of the
 * user's cache. It may be removed at any time.
 */
export function labFolder() {
  const folder =
    process.env.ISTHMUS_LAB ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'isthmus-lab');
  mkdirSync(folder, { recursive: true });
  return folder;
}
