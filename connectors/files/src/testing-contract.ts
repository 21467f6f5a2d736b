import { createHash } from 'node:crypto';
import { readdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContractSource } from '@isthmus/connector-testing';
import type { filesConfiguration } from './files-config.js';
import { configurationFor, temporaryFolder } from './testing-folder.js';

/** A real folder for the contract of connectors. It has no rights to take away (tests may run as root) and no delay. */
export async function folderSource(): Promise<ContractSource<typeof filesConfiguration>> {
  const folder = await temporaryFolder();
  const fill = async (): Promise<void> => {
    for (const name of ['a.csv', 'sub/b.json', 'sub/deeper/c.txt']) await folder.write(name, 'a,b\n1,2\n');
  };
  await fill();
  const away = `${folder.path}-away`;
  return {
    configuration: configurationFor(folder.path, { watch: 'auto' }),
    break: () => rename(folder.path, away),
    mend: () => rename(away, folder.path),
    async grow(count) {
      // the folder itself is one of them
      for (let number = 1; number < count; number += 1) await folder.write(`many/${number}.txt`);
    },
    async addOddNames() {
      const odd = ['a:b', 'a b', ' a b', 'A:b', 'a%3Ab', '"', "'", 'ü', 'u\u0308', '\u{1F4DA}', '#1', '-', '$(x)'];
      for (const name of odd) await folder.write(`sub/${name}`, 'odd');
      return odd.length;
    },
    change: () => folder.write('sub/b.json', '{"now": "quite another text"}'),
    remove: () => unlink(join(folder.path, 'sub/deeper/c.txt')),
    rename: () => rename(join(folder.path, 'a.csv'), join(folder.path, 'z.csv')),
    reconfigured: async () => configurationFor(folder.path, { watch: 'auto', exclude: ['sub/deeper/**'] }),
    fingerprint: () => fingerprintOf(folder.path),
    async close() {
      await rename(away, folder.path).catch(() => undefined);
      await folder.remove();
    },
  };
}

async function fingerprintOf(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    hash
      .update(join(entry.parentPath, entry.name))
      .update(entry.isFile() ? await readFile(join(entry.parentPath, entry.name)) : '');
  return hash.digest('hex');
}
