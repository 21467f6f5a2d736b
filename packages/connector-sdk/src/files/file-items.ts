import type { Properties } from '@isthmus/model';
import type { ItemElement, SourceItem } from '../host-port.js';
import type { ColumnDescription, FileDescription, FolderDescription } from './files-scope.js';

/** Members are set one by one: of what is made for each file, spreading those that may be absent costs more than all else. */
type Writable<T> = { -readonly [Member in keyof T]: T[Member] };

/** How a folder stands in open metadata: FileFolder, linked to its parent by FolderHierarchy. */
export function folderItem(source: string, folder: FolderDescription): SourceItem {
  return {
    key: folder.key,
    ...(folder.sourceVersion === undefined ? {} : { sourceVersion: folder.sourceVersion }),
    ...(folder.updateTime === undefined ? {} : { changedAt: folder.updateTime }),
    opens: folder.opens,
    elements: [
      {
        typeName: 'FileFolder',
        qualifiedName: folderName(source, folder.path),
        properties: entryProperties(folder, {}),
        ...(folder.folder === undefined
          ? {}
          : { parent: { relationshipTypeName: 'FolderHierarchy', qualifiedName: folderName(source, folder.folder) } }),
      },
    ],
  };
}

/** How a file stands in open metadata: its DataFile type, linked to its folder by NestedFile, its columns as a tabular schema. */
export function fileItem(source: string, file: FileDescription): SourceItem {
  const qualifiedName = `DataFile::${source}:${file.path}`;
  const additional: Record<string, string> = { sizeInBytes: String(file.sizeInBytes) };
  if (file.mediaType !== undefined) additional.mediaType = file.mediaType;
  if (file.encoding !== undefined) additional.encoding = file.encoding;
  const properties = entryProperties(file, additional);
  properties.fileName = file.name;
  if (file.fileType !== undefined) properties.fileType = file.fileType;
  if (file.fileExtension !== undefined) properties.fileExtension = file.fileExtension;
  if (file.typeName === 'CSVFile') {
    if (file.delimiterCharacter !== undefined) properties.delimiterCharacter = file.delimiterCharacter;
    if (file.quoteCharacter !== undefined) properties.quoteCharacter = file.quoteCharacter;
  }
  const element: Writable<ItemElement> = { typeName: file.typeName, qualifiedName, properties };
  if (file.folder !== undefined)
    element.parent = { relationshipTypeName: 'NestedFile', qualifiedName: folderName(source, file.folder) };
  const item: Writable<SourceItem> = { key: file.key, elements: [element] };
  if (file.columns !== undefined)
    item.elements = [element, ...schemaElements(`${source}:${file.path}`, qualifiedName, file.columns)];
  if (file.sourceVersion !== undefined) item.sourceVersion = file.sourceVersion;
  if (file.updateTime !== undefined) item.changedAt = file.updateTime;
  return item;
}

function schemaElements(
  sourcePath: string,
  fileQualifiedName: string,
  columns: readonly ColumnDescription[],
): ItemElement[] {
  const schemaName = `TabularSchemaType::${sourcePath}`;
  const identities = columnIdentities(columns);
  return [
    {
      typeName: 'TabularSchemaType',
      qualifiedName: schemaName,
      properties: { displayName: 'columns' },
      parent: { relationshipTypeName: 'Schema', qualifiedName: fileQualifiedName },
    },
    ...columns.map(
      (column, position): ItemElement => ({
        typeName: 'TabularFileColumn',
        qualifiedName: `TabularFileColumn::${sourcePath}:${identities[position]}`,
        properties: columnProperties(column, position),
        classifications: {
          TypeEmbeddedAttribute: { schemaTypeName: 'PrimitiveSchemaType', dataType: column.dataType },
        },
        parent: { relationshipTypeName: 'AttributeForSchema', qualifiedName: schemaName, properties: { position } },
      }),
    ),
  ];
}

/**
 * A column is known by its name, not by its place, so that one inserted before it leaves it what it is: `id`. The second
 * of one name is `id#2`, one without a name `#column <position>`. In a name `#` stands as `##` and `:` as `#;`, so that
 * no two columns share an identity, nor those of two files whose paths differ by a `:`.
 */
function columnIdentities(columns: readonly ColumnDescription[]): readonly string[] {
  const counts = new Map<string, number>();
  return columns.map(({ name }, position) => {
    if (name === '') return `#column ${position}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const escaped = name.replaceAll('#', '##').replaceAll(':', '#;');
    return count === 1 ? escaped : `${escaped}#${count}`;
  });
}

function columnProperties({ name, isNullable }: ColumnDescription, position: number): Properties {
  const displayName = name === '' ? `column ${position}` : name;
  return isNullable === undefined ? { displayName } : { displayName, isNullable };
}

function entryProperties(
  entry: FolderDescription | FileDescription,
  additional: Readonly<Record<string, string>>,
): Writable<Properties> {
  const properties: Writable<Properties> = {
    displayName: entry.name,
    resourceName: entry.name,
    pathName: entry.pathName,
  };
  if (entry.createTime !== undefined) properties.storeCreateTime = entry.createTime;
  if (entry.updateTime !== undefined) properties.storeUpdateTime = entry.updateTime;
  const told = entry.additionalProperties;
  const additionalProperties = told === undefined ? additional : { ...additional, ...told };
  if (Object.keys(additionalProperties).length > 0) properties.additionalProperties = additionalProperties;
  return properties;
}

function folderName(source: string, path: string): string {
  return `FileFolder::${source}:${path}`;
}
