import { elements, links, publishing, related } from '../row-makers.js';

const write = { direction: 'write' } as const;
const read = { direction: 'read' } as const;
const byPath = { verb: 'findByName', names: ['pathName', 'qualifiedName'], ...read } as const;
const inFolder = { parent: { relationship: 'NestedFile', at: 1, needed: false, anchors: false } } as const;
const folderInFolder = { parent: { relationship: 'FolderHierarchy', at: 1, needed: false, anchors: false } } as const;

export const filesRows = [
  ...elements('FileSystem', 'FileSystems', 'FileSystem', {}),
  ...elements('FileManager', 'FileManagers', 'FileManager', {}),
  { name: 'createFolders', verb: 'createFolders', type: 'FileFolder', ...write },
  ...elements('Folder', 'Folders', 'FileFolder', folderInFolder),
  { name: 'archiveFolder', verb: 'archive', type: 'FileFolder', ...write },
  { name: 'getFoldersByPathName', type: 'FileFolder', ...byPath },
  ...links('TopLevelFolder', 'CapabilityAssetUse'),
  ...related('getTopLevelFolders', 'CapabilityAssetUse', 1, 'FileFolder'),
  ...related('getTopLevelFiles', 'CapabilityAssetUse', 1, 'DataFile'),
  ...links('NestedFolder', 'FolderHierarchy'),
  ...related('getNestedFolders', 'FolderHierarchy', 1, 'FileFolder'),
  ...related('getParentOfFolder', 'FolderHierarchy', 2, 'FileFolder'),
  { name: 'addDataFile', verb: 'addFile', type: 'DataFile', ...write },
  ...elements('DataFile', 'DataFiles', 'DataFile', inFolder),
  ...publishing('DataFile', 'DataFile'),
  { name: 'archiveDataFile', verb: 'archive', type: 'DataFile', ...write },
  { name: 'getDataFilesByPathName', type: 'DataFile', ...byPath },
  ...links('NestedFile', 'NestedFile'),
  ...links('LinkedFile', 'LinkedFile'),
  ...related('getFilesInFolder', 'NestedFile', 1, 'DataFile'),
  ...related('getFilesLinkedToFolder', 'LinkedFile', 1, 'DataFile'),
  ...related('getFolderOfFile', 'NestedFile', 2, 'FileFolder'),
  { name: 'addDataFolder', verb: 'addFile', type: 'DataFolder', ...write },
  ...elements('DataFolder', 'DataFolders', 'DataFolder', folderInFolder),
  { name: 'archiveDataFolder', verb: 'archive', type: 'DataFolder', ...write },
  { name: 'getDataFoldersByPathName', type: 'DataFolder', ...byPath },
  ...elements('TabularFileSchema', 'TabularFileSchemas', 'TabularSchemaType', {
    parent: { relationship: 'Schema', at: 1, needed: true, anchors: true },
  }),
  ...elements('TabularFileColumn', 'TabularFileColumns', 'TabularFileColumn', {
    parent: {
      relationship: 'AttributeForSchema',
      at: 1,
      needed: true,
      anchors: true,
      through: 'TabularSchemaType',
    },
  }),
  ...related('getTabularFileColumnsOfFile', 'AttributeForSchema', 1, 'TabularFileColumn', 'TabularSchemaType'),
] as const;
