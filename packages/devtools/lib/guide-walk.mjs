// Reads the walk of a guide: files that it gives whole, as ```ts file=<path> blocks.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @returns by path below the package: the text of the file */
export function filesOfGuide(guide) {
  const text = readFileSync(guide, 'utf8');
  return new Map(
    [...text.matchAll(/^```\w+ file=(\S+)\n([\s\S]*?)^```$/gm)].map(([, path, content]) => [path, content]),
  );
}

/**
 * Puts the guide's files in place of those that were made.
 *
 * @returns how many lines the guide asks for that were not there already, tests and all others apart
 */
export function followGuide(guide, folder) {
  const files = filesOfGuide(guide);
  const newLines = { code: 0, tests: 0 };
  for (const [path, content] of files) {
    const file = join(folder, path);
    const before = new Set(readFileSync(file, 'utf8').split('\n').map(plainLine));
    const added = content
      .split('\n')
      .map(plainLine)
      .filter((line) => line !== '' && !before.has(line)).length;
    newLines[path.endsWith('.test.ts') ? 'tests' : 'code'] += added;
    writeFileSync(file, content);
  }
  return { files: [...files.keys()], newLines };
}

function plainLine(line) {
  return line.trim();
}
