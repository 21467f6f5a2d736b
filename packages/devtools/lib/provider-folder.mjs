import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes a provider of kind files into a folder of its own below `directory`, to be found by its manifest as a user's is.
 *
 * @param {string} code its module, which exports the definition as `provider`
 * @returns {string} the folder
 */
export function writeProvider(directory, name, code) {
  const folder = join(directory, name);
  mkdirSync(folder, { recursive: true });
  const isthmus = { provider: name, kind: 'files', sdk: '^0.1.0', module: './index.js', export: 'provider' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0', type: 'module', isthmus }));
  writeFileSync(join(folder, 'index.js'), code);
  return folder;
}
