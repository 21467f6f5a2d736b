// One temporary folder for a whole test run, removed at its end: tests make folders and need not clear up after themselves.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export default function makeTemporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-tests-'));
  // workers start later and inherit it
  process.env.TMPDIR = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
}
