import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import type { ItemElement } from '@isthmus/connector-sdk';

/**
 * Holds what a connector catalogues against a file that people have looked at. With `UPDATE_GOLDEN=1` in the environment,
 * or when there is no file yet outside CI, it is written instead: look at it before it is committed.
 *
 * @param elements - `host.elements()`
 * @param file - path of the golden file, JSON, elements in the order of their names
 */
export async function matchesGolden(elements: ReadonlyMap<string, ItemElement>, file: string): Promise<void> {
  const sorted = [...elements].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, element]) => element);
  const text = `${JSON.stringify(sorted, sortedMembers, 2)}\n`;
  const golden = await readFile(file, 'utf8').catch(() => undefined);
  const mayWrite = process.env.UPDATE_GOLDEN === '1' || (golden === undefined && process.env.CI === undefined);
  if (mayWrite) return void (golden === text || (await writeFile(file, text)));
  assert.ok(golden !== undefined, `there is no ${file}; make it with UPDATE_GOLDEN=1 and look at it`);
  assert.equal(
    text,
    golden,
    `what is catalogued is not what ${file} says; if that is right, UPDATE_GOLDEN=1 writes it`,
  );
}

function sortedMembers(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
