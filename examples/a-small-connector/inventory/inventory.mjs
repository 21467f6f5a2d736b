const deadlineMs = 10_000;

/** @typedef {{ readonly path: string, readonly size: number, readonly modified: string }} InventoryFile */
/** @typedef {{ subfolders: string[], files: InventoryFile[] }} Folder */

/**
 * Reads the inventory whole: `{ "files": [{ "path": "/a/b.csv", "size": 12, "modified": "2026-01-31T09:00:00Z" }] }`.
 *
 * @param {{ readonly url: string, readonly token?: string }} source
 * @param {AbortSignal} signal
 * @throws when it does not come, or not whole, or is not what it should be
 */
export async function readInventory({ url, token }, signal) {
  const answer = await fetch(url, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    signal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]),
  });
  if (!answer.ok) throw new Error(`the archive answered ${answer.status}`);
  const text = await answer.text();
  const { files } = JSON.parse(text);
  if (!Array.isArray(files) || !files.every(isFile)) throw new Error('it is not a list of files');
  return { files, folders: foldersOf(files), tag: answer.headers.get('etag') ?? text };
}

/**
 * Every folder by its path, parents before what lies in them.
 *
 * @param {readonly InventoryFile[]} files
 */
function foldersOf(files) {
  /** @type {Map<string, Folder>} */
  const folders = new Map([['/', { subfolders: [], files: [] }]]);
  /** @type {(path: string) => Folder} */
  const folderAt = (path) => {
    const known = folders.get(path || '/');
    if (known !== undefined) return known;
    folderAt(path.slice(0, path.lastIndexOf('/'))).subfolders.push(path);
    const made = { subfolders: [], files: [] };
    folders.set(path, made);
    return made;
  };
  for (const file of files) folderAt(file.path.slice(0, file.path.lastIndexOf('/'))).files.push(file);
  return folders;
}

/** @param {unknown} value */
function isFile(value) {
  if (typeof value !== 'object' || value === null) return false;
  const { path, size, modified } = /** @type {Partial<InventoryFile>} */ (value);
  return (
    typeof path === 'string' &&
    /^(\/[^/]+)+$/.test(path) &&
    Number.isSafeInteger(size) &&
    !Number.isNaN(Date.parse(modified ?? ''))
  );
}
