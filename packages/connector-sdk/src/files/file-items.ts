import type { Properties } from '@isthmus/model';
import type { ItemElement, SourceItem } from '../host-port.js';
import type { ColumnDescription, FileDescription, FolderDescription } from './files-scope.js';

/** How a folder stands in open metadata: FileFolder, linked to its parent by FolderHierarchy. */
export function folderItem(source: string, folder: FolderDescription): SourceItem {
  return {
    key: folder.key,
    ...(folder.sourceVersion === undefined ? {} : { sourceVersion: folder.sourceVersion }),
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
  const element: ItemElement = {
    typeName: file.typeName,
    qualifiedName,
    properties: {
      ...entryProperties(file, {
        sizeInBytes: String(file.sizeInBytes),
        mediaType: file.mediaType,
        encoding: file.encoding,
      }),
      fileName: file.name,
      ...defined({ fileType: file.fileType, fileExtension: file.fileExtension }),
      ...(file.typeName === 'CSVFile'
        ? defined({ delimiterCharacter: file.delimiterCharacter, quoteCharacter: file.quoteCharacter })
        : {}),
    },
    ...(file.folder === undefined
      ? {}
      : { parent: { relationshipTypeName: 'NestedFile', qualifiedName: folderName(source, file.folder) } }),
  };
  return {
    key: file.key,
    ...(file.sourceVersion === undefined ? {} : { sourceVersion: file.sourceVersion }),
    elements: [
      element,
      ...(file.columns === undefined ? [] : schemaElements(`${source}:${file.path}`, qualifiedName, file.columns)),
    ],
  };
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
        properties: {
          displayName: column.name === '' ? `column ${position}` : column.name,
          ...defined({ isNullable: column.isNullable }),
        },
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

function entryProperties(
  entry: FolderDescription | FileDescription,
  additional: Readonly<Record<string, string | undefined>>,
): Properties {
  const additionalProperties = { ...defined(additional), ...entry.additionalProperties };
  return {
    displayName: entry.name,
    resourceName: entry.name,
    pathName: entry.pathName,
    ...defined({ storeCreateTime: entry.createTime, storeUpdateTime: entry.updateTime }),
    ...(Object.keys(additionalProperties).length > 0 ? { additionalProperties } : {}),
  };
}

function folderName(source: string, path: string): string {
  return `FileFolder::${source}:${path}`;
}

function defined<T>(values: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).filter((pair): pair is [string, T] => pair[1] !== undefined));
}
