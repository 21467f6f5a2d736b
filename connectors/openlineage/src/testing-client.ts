import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** As `packages/devtools/lab/install-servers.mjs` installs it. */
const version = '1.54.0';

/** The interpreter that has the OpenLineage client; undefined = it is not installed. */
export function clientPython(): string | undefined {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const lab = process.env.ISTHMUS_LAB ?? join(cache, 'isthmus-lab');
  const python = join(lab, `openlineage-python-${version}`, 'bin/python');
  return existsSync(python) ? python : undefined;
}
