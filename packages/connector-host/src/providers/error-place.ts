import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { ProviderEntry } from './read-manifest.js';

const checkedFiles = 50;
const checkDeadlineMs = 5_000;
const run = promisify(execFile);

/** File below the folder, line and column, where code of the folder threw; undefined when its stack names no such place. */
export function thrownPlace(error: unknown, directory: string): string | undefined {
  if (typeof error !== 'object' || error === null || !('stack' in error)) return undefined;
  for (const line of String(error.stack).split('\n').slice(0, 50)) {
    const place = placeIn(line, directory);
    if (place !== undefined) return place;
  }
  return undefined;
}

/**
 * Where the syntax of a provider's code is wrong. What is thrown for that names no place, so files of the package are
 * checked, the module first, by a Node that runs none of them.
 */
export async function syntaxErrorPlace(
  error: unknown,
  { manifest, module }: ProviderEntry,
): Promise<string | undefined> {
  if (typeof error !== 'object' || error === null || !('name' in error) || error.name !== 'SyntaxError')
    return undefined;
  const others = await modulesBelow(manifest.directory);
  for (const file of [module, ...others.filter((other) => other !== module)].slice(0, checkedFiles)) {
    const said = await syntaxFault(file);
    if (said === undefined) continue;
    const [line = ''] = said.split('\n');
    return placeIn(line, manifest.directory);
  }
  return undefined;
}

async function syntaxFault(file: string): Promise<string | undefined> {
  try {
    await run(process.execPath, ['--check', file], { timeout: checkDeadlineMs, maxBuffer: 1024 * 1024 });
    return undefined;
  } catch (error) {
    return typeof error === 'object' && error !== null && 'stderr' in error ? String(error.stderr) : undefined;
  }
}

async function modulesBelow(directory: string): Promise<readonly string[]> {
  try {
    const found = await readdir(directory, { recursive: true, withFileTypes: true });
    return found
      .filter((entry) => entry.isFile() && /\.[cm]?js$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !relative(directory, file).split(sep).includes('node_modules'));
  } catch {
    return [];
  }
}

/** E.g. `at file:///provider/index.mjs?attempt=1:2:1` or `/provider/index.mjs:2`. */
function placeIn(line: string, directory: string): string | undefined {
  const [, scheme, path, place] = /(file:\/\/)?(\/[^()?]*?\.[cm]?[jt]s)(?:\?[\w=&]*)?:(\d+(?::\d+)?)/.exec(line) ?? [];
  if (path === undefined || place === undefined) return undefined;
  const below = relative(directory, scheme === undefined ? path : fileURLToPath(`${scheme}${path}`));
  return below.startsWith('..') ? undefined : `${below}:${place}`;
}
