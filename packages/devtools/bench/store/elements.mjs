// What the bench of the store writes: files in folders, a hundred elements a folder (the folder is the first of them),
// every tenth file a CSV file, the others of the kinds that a file system shows.

export const batchSize = 500;
const elementsAFolder = 100;
const types = [
  'CSVFile',
  'DataFile',
  'JSONFile',
  'LogFile',
  'Document',
  'RasterFile',
  'DataFile',
  'XMLFile',
  'ArchiveFile',
  'ParquetFile',
];
const kinds = ['csv', 'txt', 'json', 'log', 'pdf', 'png', 'dat', 'xml', 'zip', 'parquet'];
const root = 'FileFolder::bench::/data';

/** The folder above all others; to be written before anything else. */
export function rootBatch() {
  return { id: 'root', operations: [folder(root, '/data')] };
}

/** The batch of this number: always the same elements. `id` tells replays from new batches, `description` changes content. */
export function fileBatch(number, { id = `batch ${number}`, description = 'a file of the bench' } = {}) {
  const operations = [];
  for (let index = number * batchSize; index < (number + 1) * batchSize; index += 1)
    operations.push(elementOf(index, description));
  return { id, operations };
}

/** Qualified name of the element of this number. */
export function nameOf(index) {
  return index % elementsAFolder === 0 ? folderName(index) : `File::bench::${pathOf(index)}`;
}

/** Absolute path of the file of this number. */
export function pathOf(index) {
  return `${folderPath(index)}/file-${String(index).padStart(7, '0')}.${kinds[index % kinds.length]}`;
}

/** Whether the element of this number is a file, not a folder. */
export function isFile(index) {
  return index % elementsAFolder !== 0;
}

function elementOf(index, description) {
  if (!isFile(index)) {
    const parent = { relationshipTypeName: 'FolderHierarchy', qualifiedName: root };
    return { ...folder(folderName(index), folderPath(index)), parent };
  }
  const kind = kinds[index % kinds.length];
  return {
    op: 'upsert',
    typeName: types[index % types.length],
    qualifiedName: nameOf(index),
    properties: {
      displayName: `file-${String(index).padStart(7, '0')}.${kind}`,
      description,
      pathName: pathOf(index),
      fileType: kind,
      fileExtension: kind,
      additionalProperties: { sizeInBytes: String((index % 977) * 1000) },
    },
    parent: { relationshipTypeName: 'NestedFile', qualifiedName: folderName(index) },
  };
}

function folder(qualifiedName, pathName) {
  return { op: 'upsert', typeName: 'FileFolder', qualifiedName, properties: { displayName: pathName, pathName } };
}

function folderName(index) {
  return `FileFolder::bench::${folderPath(index)}`;
}

function folderPath(index) {
  const leaf = Math.floor(index / elementsAFolder);
  return `/data/area-${Math.floor(leaf / 100)}/section-${Math.floor(leaf / 10) % 10}/folder-${leaf % 10}`;
}
