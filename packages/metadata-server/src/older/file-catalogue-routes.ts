import type { FaceScope } from '@isthmus/platform';
import { bodyMissing } from '@isthmus/platform';
import { unreadable } from '../requests/fields.js';
import { pageOptions } from '../requests/query-options.js';
import { addCall, type Call, needText, type StoreFaces } from '../routes/egeria-call.js';
import type { StoredElement } from '../store/element-store.js';
import type { Json } from '../views/element-view.js';
import { renderList } from '../views/render.js';
import { type BeanMembers, dataFileMembers, folderMembers, groupMembers } from './bean-members.js';
import { readBean } from './bean-reading.js';
import { FolderChain, folderAt, folderType } from './folder-chain.js';
import { elementOfType, linkBetween } from './governance-maintenance.js';
import { beanOf } from './older-beans.js';
import { searchPattern } from './search-pattern.js';

const root = '/filesystems';
const read = { method: 'GET', role: 'viewer', release: '4.3' } as const;
const search = { method: 'POST', role: 'viewer', release: '4.3', body: 'needed' } as const;
const write = { method: 'POST', role: 'operator', release: '4.3', answer: 'VoidResponse' } as const;
const guids = 'GUIDListResponse';
/** Managers of files, whichever of the two a source was made as. */
const fileSystems = { typeName: 'ResourceManager', subtypeNames: ['FileSystem', 'FileManager'] } as const;

/** Files, and folders that are data as a whole: each lies at its path, below folders that are made with it. */
interface Kind {
  /** Part of the path. */
  readonly path: string;
  readonly typeName: string;
  /** From its folder. */
  readonly link: 'NestedFile' | 'FolderHierarchy';
  readonly members: BeanMembers;
}

const kinds: readonly Kind[] = [
  { path: 'data-files', typeName: 'DataFile', link: 'NestedFile', members: dataFileMembers },
  { path: 'data-folders', typeName: 'DataFolder', link: 'FolderHierarchy', members: folderMembers },
];

/** The catalogue of files of 4.3's Data Manager OMAS, which contexts of its files integrators call. */
export function addFileCatalogue(scope: FaceScope, faces: StoreFaces): void {
  addFileSystems(scope, faces);
  addFolders(scope, faces);
  addAttachments(scope, faces);
  for (const kind of kinds) addKind(scope, faces, kind);
  addFileReads(scope, faces);
}

function addFileSystems(scope: FaceScope, faces: StoreFaces): void {
  const answer = 'FileSystemResponse';
  const view = (call: Call, element: StoredElement | undefined) =>
    element === undefined ? {} : { fileSystem: viewOf(call, element, 'fileSystemProperties', groupMembers) };
  addCall(scope, faces, { ...read, path: `${root}/filesystems/:guid`, answer }, async (call) =>
    view(call, await elementOfType(call.store, needText(call.path, 'guid'), fileSystems.typeName, 'fileSystemGUID')),
  );
  addCall(scope, faces, { ...read, path: `${root}/filesystems/by-name/:name`, answer }, async (call) =>
    view(call, await call.store.getByQualifiedName(needText(call.path, 'name'), { typeName: fileSystems.typeName })),
  );
  addCall(scope, faces, { ...read, path: `${root}/filesystems`, answer: guids }, async (call) => {
    const order = { sequencingOrder: 'CREATION_DATE_OLDEST' } as const;
    return guidsOf(await call.store.find({ ...fileSystems, ...order, ...pageOf(call) }));
  });
}

function addFolders(scope: FaceScope, faces: StoreFaces): void {
  const answer = 'FileFolderResponse';
  const view = (call: Call, element: StoredElement | undefined) =>
    element === undefined ? {} : { folder: viewOf(call, element, 'fileFolderProperties', folderMembers) };
  const make = { ...write, path: `${root}/folders/parent/:guid`, answer: guids, body: 'needed' } as const;
  addCall(scope, faces, { ...make, guidParameter: 'parentGUID' }, async (call) => {
    const parent = await elementOfType(call.store, needText(call.path, 'guid'), 'Referenceable', 'parentGUID');
    const chain = await FolderChain.to(call.store, needText(call.body, 'fullPath'), parent);
    return { guids: await chain.create(call) };
  });
  addCall(scope, faces, { ...read, path: `${root}/folders/:guid`, answer }, async (call) =>
    view(call, await elementOfType(call.store, needText(call.path, 'guid'), folderType, 'folderGUID')),
  );
  addCall(scope, faces, { ...search, path: `${root}/folders/by-path-name`, answer }, async (call) =>
    view(call, await folderAt(call.store, needText(call.body, 'fullPath'))),
  );
  addNested(scope, faces, `${root}/:guid/folders`, fileSystems.typeName, 'CapabilityAssetUse');
  addNested(scope, faces, `${root}/folders/:guid/folders`, folderType, 'FolderHierarchy');
  addNested(scope, faces, `${root}/folders/:guid/data-files`, folderType, 'NestedFile', 'LinkedFile');
}

/**
 * GUIDs of what hangs below an element, oldest first.
 *
 * @param besides - of another relationship, told before: there are few of these
 */
function addNested(
  scope: FaceScope,
  faces: StoreFaces,
  path: string,
  typeName: string,
  link: string,
  besides?: string,
): void {
  addCall(scope, faces, { ...read, path, answer: guids }, async (call) => {
    const { startFrom, pageSize } = pageOf(call);
    const { guid } = await elementOfType(call.store, needText(call.path, 'guid'), typeName, 'folderGUID');
    const few = besides === undefined ? [] : ((await call.store.relatedFrom([guid], [besides])).get(guid) ?? []);
    const first = few.slice(startFrom, startFrom + pageSize);
    const left = pageSize - first.length;
    const rest = { relationshipTypeName: link, startingAtEnd: 1, sequencingOrder: 'CREATION_DATE_OLDEST' } as const;
    const page = { startFrom: Math.max(0, startFrom - few.length), pageSize: left };
    const { related } = left === 0 ? { related: [] } : await call.store.related(guid, { ...rest, ...page });
    return guidsOf([...first, ...related].map(({ element }) => element));
  });
}

/** Links of what stays as it is. */
function addAttachments(scope: FaceScope, faces: StoreFaces): void {
  for (const { path, typeName, end1, end2 } of [
    { path: ':end1/folders/:end2', typeName: 'CapabilityAssetUse', end1: fileSystems.typeName, end2: folderType },
    { path: 'folders/:end1/data-files/:end2', typeName: 'LinkedFile', end1: folderType, end2: 'DataFile' },
  ] as const) {
    const ends = async ({ store, path: given }: Call) => {
      const one = await elementOfType(store, needText(given, 'end1'), end1, 'parentGUID');
      const other = await elementOfType(store, needText(given, 'end2'), end2, 'guid');
      return { end1Guid: one.guid, end2Guid: other.guid };
    };
    addCall(scope, faces, { ...write, path: `${root}/${path}/attach` }, async (call) => {
      const { end1Guid, end2Guid } = await ends(call);
      const known = await linkBetween(call.store, end1Guid, end2Guid, typeName);
      if (known === undefined) await call.store.relate(call.writer, { typeName, end1Guid, end2Guid });
      return {};
    });
    addCall(scope, faces, { ...write, path: `${root}/${path}/detach` }, async (call) => {
      const { end1Guid, end2Guid } = await ends(call);
      const known = await linkBetween(call.store, end1Guid, end2Guid, typeName);
      if (known !== undefined) await call.store.deleteRelationship(call.writer, known);
      return {};
    });
  }
}

function addKind(scope: FaceScope, faces: StoreFaces, { path: part, typeName, link, members }: Kind): void {
  const path = `${root}/${part}`;
  const one = `${path}/:guid`;
  const known = ({ store, path: given }: Call) => elementOfType(store, needText(given, 'guid'), typeName, 'guid');
  addCall(scope, faces, { ...write, path, answer: guids, body: 'needed' }, async (call) => {
    const properties = readBean(call.body, members);
    const at = needText(call.body, 'pathName');
    const type = call.face.older.names.newerType(call.body.text('typeName') ?? typeName).name;
    if (!call.face.types.isSubtypeOf(type, typeName)) throw unreadable('typeName', `must be a kind of ${typeName}`);
    const chain = await FolderChain.above(call.store, at);
    chain.add(type, link, { qualifiedName: `${type}::${at}`, ...properties });
    return { guids: await chain.create(call) };
  });
  addCall(scope, faces, { ...write, path: one, body: 'needed' }, async (call) => {
    const properties = readBean(call.body, members);
    const mode = call.query.flag('isMergeUpdate') === true ? 'merge' : 'replace';
    if (mode === 'replace') needText(call.body, 'pathName');
    await call.store.update(call.writer, (await known(call)).guid, properties, mode);
    return {};
  });
  addCall(scope, faces, { ...write, path: `${one}/archive`, body: 'needed' }, async (call) => {
    await call.store.archive(call.writer, (await known(call)).guid);
    return {};
  });
  addCall(scope, faces, { ...write, path: `${one}/delete`, body: 'needed' }, async (call) => {
    const element = await known(call);
    // who names another path means another element
    if (needText(call.body, 'fullPath') !== element.properties.pathName)
      throw unreadable('fullPath', `is not the path of ${element.guid}`);
    await call.store.delete(call.writer, element.guid);
    return {};
  });
}

function addFileReads(scope: FaceScope, faces: StoreFaces): void {
  const path = `${root}/data-files`;
  const answer = 'DataFileResponse';
  const view = (call: Call, element: StoredElement) => viewOf(call, element, 'dataFileProperties', dataFileMembers);
  addCall(scope, faces, { ...read, path: `${path}/:guid`, answer }, async (call) => ({
    dataFile: view(call, await elementOfType(call.store, needText(call.path, 'guid'), 'DataFile', 'dataFileGUID')),
  }));
  addCall(scope, faces, { ...search, path: `${path}/by-path-name`, answer }, async (call) => {
    const at = needText(call.body, 'fullPath');
    const [found] = await call.store.find(atPath({ property: 'pathName', operator: 'EQ', value: at }));
    return found === undefined ? {} : { dataFile: view(call, found) };
  });
  for (const tail of ['by-search-path-name', 'by-search-name']) {
    const definition = { ...search, path: `${path}/${tail}`, answer: 'DataFilesResponse' } as const;
    addCall(scope, faces, definition, async (call) => {
      const pattern = searchPattern(needText(call.body, 'fullPath'), 'fullPath');
      const found = await call.store.find({ ...atPath({ property: 'pathName', pattern }), ...pageOf(call) });
      return renderList('DataFilesResponse', call.toldRequestId, 'dataFiles', found, (each) => view(call, each));
    });
  }
}

type FindOptions = NonNullable<Parameters<Call['store']['find']>[0]>;
type Condition = NonNullable<FindOptions['conditions']>['conditions'][number];

function atPath(condition: Condition): FindOptions {
  return {
    typeName: 'DataFile',
    sequencingOrder: 'CREATION_DATE_OLDEST',
    conditions: { matchCriteria: 'ALL', conditions: [condition] },
  };
}

function viewOf({ face }: Call, element: StoredElement, member: string, members: BeanMembers): Json {
  return {
    elementHeader: face.older.beans.header(element),
    [member]: {
      ...beanOf(members, element.properties),
      typeName: face.older.names.olderType(element.typeName).name,
    },
  };
}

function guidsOf(elements: readonly StoredElement[]): Json {
  return elements.length === 0 ? {} : { guids: elements.map(({ guid }) => guid) };
}

/** Both have no default in 4.3. */
function pageOf({ query, face }: Call) {
  const startFrom = query.integer('startingFrom');
  const pageSize = query.integer('maxPageSize');
  if (startFrom === undefined || pageSize === undefined) throw bodyMissing();
  return pageOptions(startFrom, pageSize, face.maxPageSize);
}
