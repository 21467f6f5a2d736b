import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FilesConfiguration } from './files-config.js';

/** A real folder for one test; give it back with `remove`. */
export interface TemporaryFolder {
  readonly path: string;
  /** Writes a file with the folders above it, with times in the past. */
  write(name: string, content?: string | Uint8Array): Promise<void>;
  remove(): Promise<void>;
}

export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'isthmus-files-'));
  return {
    path,
    async write(name, content = '') {
      const file = join(path, name);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
      await utimes(file, 1_700_000_000, 1_700_000_000);
    },
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

export function configurationFor(root: string, changes: Partial<FilesConfiguration> = {}): FilesConfiguration {
  return {
    root,
    include: ['**'],
    exclude: [],
    watch: 'off',
    pollIntervalSeconds: 30,
    fullScanMinutes: 15,
    columns: true,
    sampleRows: 200,
    maxSampleBytes: 262_144,
    ...changes,
  };
}
