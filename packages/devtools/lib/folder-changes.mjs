// Seeded changes of a folder while it is catalogued: adds, edits, moves, removals of files and folders.
import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folders `folder-<n>` of `perFolder` files; every twentieth is CSV with three columns. */
export function plainTree(root, folders, perFolder, name = 'folder') {
  for (let folder = 0; folder < folders; folder += 1) {
    const path = join(root, `${name}-${folder}`);
    mkdirSync(path, { recursive: true });
    for (let file = 0; file < perFolder; file += 1) {
      if (file % 20 === 0) writeFileSync(join(path, `table-${file}.csv`), 'id,name,amount\n1,a,2\n');
      else writeFileSync(join(path, `file-${file}.txt`), 'x'.repeat(1 + ((folder * 7 + file * 13) % 300)));
    }
  }
}

/**
 * One random change of what lies below the root.
 *
 * @returns {string | undefined} the path that went away by it, if one did
 */
export function changeFolder(root, random) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  if (folders.length === 0) return undefined;
  const folder = join(root, pick(folders).name);
  const entries = readdirSync(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(folder, entry.name));
  const unique = Math.floor(random() * 1e9).toString(36);
  const roll = random();
  if (roll < 0.3 || files.length === 0) {
    const isTable = random() < 0.2;
    writeFileSync(
      join(folder, `added-${unique}.${isTable ? 'csv' : 'txt'}`),
      isTable ? `id,name ${unique}\n1,2\n` : unique,
    );
    return undefined;
  }
  const file = pick(files);
  if (roll < 0.6) {
    appendFileSync(file, 'more\n');
    return undefined;
  }
  if (roll < 0.75) {
    rmSync(file);
    return file;
  }
  if (roll < 0.98) {
    const to = join(root, pick(folders).name, `moved-${unique}${file.endsWith('.csv') ? '.csv' : '.txt'}`);
    renameSync(file, to);
    return file;
  }
  if (folders.length < 8) return undefined;
  if (random() < 0.5) {
    renameSync(folder, join(root, `folder-moved-${unique}`));
  } else {
    rmSync(folder, { recursive: true });
    // others grow in its place: were it to shrink by half at once, removals would rightly be held back
    plainTree(root, 1, Math.max(20, files.length), `folder-grown-${unique}`);
  }
  return folder;
}

/** Whether something lies at the path or below it. */
export const isBelow = (path, folder) => path === folder || path.startsWith(`${folder}/`);
