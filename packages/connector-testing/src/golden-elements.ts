import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ItemElement } from '@isthmus/connector-sdk';
import { assertSame } from './contract/bench.js';

/**
 * Holds what a connector catalogues against a file that people have looked at. With `UPDATE_GOLDEN=1` in the environment,
 * or when there is no file yet outside CI, it is written instead: look at it before it is committed.
 *
 * @param elements - `host.elements()`
 * @param file - path of the golden file, JSON, elements in the order of their names
 * @throws AssertionError that names what differs
 */
export async function matchesGolden(elements: ReadonlyMap<string, ItemElement>, file: string): Promise<void> {
  const sorted = [...elements].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, element]) => element);
  const text = `${JSON.stringify(sorted, sortedMembers, 2)}\n`;
  const golden = await readFile(file, 'utf8').catch((error: unknown) => {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (process.env.UPDATE_GOLDEN === '1' || (golden === undefined && process.env.CI === undefined)) {
    if (golden === text) return;
    await mkdir(dirname(file), { recursive: true });
    return await writeFile(file, text);
  }
  assert.ok(golden !== undefined, `there is no ${file}; make it with UPDATE_GOLDEN=1 and look at it`);
  const otherwise = `what is catalogued is not what ${file} says (if that is right, UPDATE_GOLDEN=1 writes it)`;
  assertSame(byName(JSON.parse(text)), byName(read(golden, file)), otherwise);
}

function read(golden: string, file: string): unknown {
  try {
    return JSON.parse(golden);
  } catch (error) {
    throw new Error(`${file} is no golden file: it is no JSON; mend it, or make it anew with UPDATE_GOLDEN=1`, {
      cause: error,
    });
  }
}

/** Elements as `assertSame` compares them. */
function byName(elements: unknown): string {
  const list: readonly unknown[] = Array.isArray(elements) ? elements : [];
  return JSON.stringify(
    list.map((element) => [Object(element).qualifiedName, element]),
    sortedMembers,
  );
}

function sortedMembers(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
