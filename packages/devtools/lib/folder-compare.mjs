// What a metadata store holds of folders, by its REST alone, held against an independent walk of them by `find`.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { property } from './store-rest.mjs';

/** What `find` says is there: regular files, folders, links. @returns {{ kind: string, size: number, path: string }[]} */
export function walk(folder) {
  const { stdout } = spawnSync(
    'find',
    [folder, '(', '-type', 'f', '-o', '-type', 'd', '-o', '-type', 'l', ')', '-printf', '%y\\t%s\\t%p\\0'],
    { maxBuffer: 512 * 1024 * 1024 },
  );
  return stdout
    .toString('utf8')
    .split('\0')
    .slice(0, -1)
    .map((row) => {
      const [kind, size, ...path] = row.split('\t');
      return { kind, size: Number(size), path: path.join('\t') };
    });
}

/** Folders and files of the store with the links that hold them. */
export async function catalogued(store) {
  const folders = await store.all('FileFolder');
  const files = await store.all('DataFile');
  const links = [...(await store.allRelationships('FolderHierarchy')), ...(await store.allRelationships('NestedFile'))];
  return { elements: [...folders, ...files], links };
}

/** Every entry with its kind and size, nothing else, nothing twice, each below its folder once. Empty: they are equal. */
export function folderDifferences({ elements, links }, landing) {
  const expected = new Map(walk(landing).map((entry) => [entry.path, entry]));
  const differences = [];
  const seen = new Set();
  const names = new Set();
  for (const element of elements) {
    const path = property(element, 'pathName');
    const name = property(element, 'qualifiedName');
    if (names.has(name)) differences.push(`twice: ${name}`);
    names.add(name);
    if (seen.has(path)) differences.push(`two elements for ${path}`);
    seen.add(path);
    const entry = expected.get(path);
    const additional = property(element, 'additionalProperties') ?? {};
    if (entry === undefined) differences.push(`not on disk: ${path}`);
    else if ((element.type.typeName === 'FileFolder') !== (entry.kind === 'd'))
      differences.push(`${path} is ${entry.kind}, element is ${element.type.typeName}`);
    else if (entry.kind !== 'd' && additional.sizeInBytes !== String(entry.size))
      differences.push(`${path} has ${entry.size} bytes, element says ${additional.sizeInBytes}`);
    else if ((additional.symbolicLink === 'true') !== (entry.kind === 'l'))
      differences.push(`${path} is ${entry.kind}, element says symbolicLink ${additional.symbolicLink}`);
  }
  for (const path of expected.keys()) if (!seen.has(path)) differences.push(`not in the store: ${path}`);
  differences.push(...hierarchyDifferences(elements, links, landing));
  return differences;
}

function hierarchyDifferences(elements, links, landing) {
  const pathOf = new Map(elements.map((element) => [element.elementGUID, property(element, 'pathName')]));
  const parents = new Map();
  const differences = [];
  for (const link of links) {
    const child = pathOf.get(link.elementGUIDAtEnd2);
    if (child === undefined) continue;
    if (parents.has(child)) differences.push(`two parents: ${child}`);
    parents.set(child, pathOf.get(link.elementGUIDAtEnd1));
  }
  for (const path of pathOf.values())
    if (path !== landing && parents.get(path) !== dirname(path))
      differences.push(`${path} lies below ${parents.get(path)}`);
  return differences;
}

/**
 * Columns of the CSV files below the folder, for files whose header is plain, against those of the store.
 * @param columnNames - qualified names of the store's columns of this source
 */
export function columnDifferences(columnNames, landing, source) {
  const expected = new Set();
  for (const { kind, path } of walk(landing)) {
    if (kind !== 'f' || !path.endsWith('.csv')) continue;
    const [header] = readFileSync(path, 'utf8').split('\n', 1);
    for (const column of header.split(','))
      expected.add(`TabularFileColumn::${source}:${path.slice(landing.length)}:${column}`);
  }
  const differences = [];
  for (const name of columnNames) if (!expected.delete(name)) differences.push(`column not in its file: ${name}`);
  for (const name of expected) differences.push(`column not in the store: ${name}`);
  return differences;
}
