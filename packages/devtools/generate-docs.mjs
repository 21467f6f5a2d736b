// Writes the generated pages of the documentation (`npm run docs`).
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { referencePages } from '../daemon/dist/reference-pages.js';
import { differencesPage, differencesPath } from './lib/conformance/differences-page.mjs';
import { connectorReadmes } from './lib/connector-readmes.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
for (const [path, text] of [
  ...referencePages(),
  [differencesPath, differencesPage()],
  ...(await connectorReadmes(root)),
]) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
