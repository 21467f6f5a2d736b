import type { ParentRule } from '@isthmus/connector-sdk';
import type { Properties } from '@isthmus/model';
import { bringElement, type CreatedElement } from './create-operations.js';
import { bringLink } from './link-operations.js';
import type { ElementRef, OperationSession } from './operation-session.js';

const deepest = 200;

type Home = 'local' | 'source' | undefined;
type Folder = CreatedElement & { readonly pathName: string };

const inFolder = (relationship: string): ParentRule => ({ relationship, at: 1, needed: true, anchors: false });

/** Every folder of a path, outermost first, each in the one before it. */
export async function createFolders(session: OperationSession): Promise<{ readonly folders: readonly Folder[] }> {
  const { input } = session;
  const segments = segmentsOf(session, input.name('pathName'));
  const fileSystem = input.optionalRef('fileSystem');
  const home = session.home();
  input.end();
  return { folders: await bringFolders(session, segments, fileSystem, home) };
}

/** A file or data folder with the folders that lead to it and, if asked for, the connection that opens it. */
export async function addFile(
  session: OperationSession,
): Promise<CreatedElement & { readonly connection?: CreatedElement; readonly endpoint?: CreatedElement }> {
  const { input, row, facts } = session;
  const pathName = input.name('pathName');
  const segments = segmentsOf(session, pathName);
  const typeName = session.typeName();
  const told = input.properties('properties') ?? {};
  const fileSystem = input.optionalRef('fileSystem');
  const provider = input.optionalText('connectorProvider', 1_000);
  const effectivity = input.effectivity();
  const home = session.home();
  input.end();
  const folders = await bringFolders(session, segments.slice(0, -1), fileSystem, home);
  const name = segments.at(-1) ?? '';
  const isFile = session.types.isSubtypeOf(typeName, 'DataFile');
  const properties = {
    displayName: name,
    resourceName: name,
    pathName,
    ...(isFile && { fileName: name }),
    ...told,
  };
  const folder = folders.at(-1);
  const parent =
    folder === undefined ? undefined : { ref: folder, rule: inFolder(isFile ? 'NestedFile' : 'FolderHierarchy') };
  // The general type, never the detected one: a file that turns out to be another kind keeps its name.
  const qualifiedName = `${row.type ?? typeName}::${facts.source}:/${segments.join('/')}`;
  const made = await bringElement(session, { typeName, qualifiedName, properties, home }, parent);
  if (folder === undefined && fileSystem !== undefined) await holdTopLevel(session, fileSystem, made, home);
  if (made.outcome === 'created' && Object.keys(effectivity).length > 0)
    await (await session.writer(home)).setEffectivity({ element: made.guid }, effectivity, session.signal);
  if (provider === undefined) return made;
  return { ...made, ...(await bringConnection(session, made, segments, pathName, provider, home)) };
}

async function bringFolders(
  session: OperationSession,
  segments: readonly string[],
  fileSystem: ElementRef | undefined,
  home: Home,
): Promise<readonly Folder[]> {
  const folders: Folder[] = [];
  for (const [index, name] of segments.entries()) {
    const path = `/${segments.slice(0, index + 1).join('/')}`;
    const above = folders.at(-1);
    const properties: Properties = { displayName: name, resourceName: name, pathName: path };
    const qualifiedName = `FileFolder::${session.facts.source}:${path}`;
    const made = await bringElement(
      session,
      { typeName: 'FileFolder', qualifiedName, properties, home },
      above === undefined ? undefined : { ref: above, rule: inFolder('FolderHierarchy') },
    );
    if (above === undefined && fileSystem !== undefined) await holdTopLevel(session, fileSystem, made, home);
    folders.push({ ...made, pathName: path });
  }
  return folders;
}

/** What no folder holds is held by the file system. */
async function holdTopLevel(
  session: OperationSession,
  fileSystem: ElementRef,
  made: CreatedElement,
  home: Home,
): Promise<void> {
  const { guid } = await session.element(fileSystem, 'fileSystem', 'SoftwareCapability');
  const store = await session.writer(home);
  await bringLink(session, store, 'CapabilityAssetUse', guid, made.guid, { useType: 'OWNS' });
}

async function bringConnection(
  session: OperationSession,
  file: CreatedElement,
  segments: readonly string[],
  pathName: string,
  provider: string,
  home: Home,
): Promise<{ readonly connection: CreatedElement; readonly endpoint: CreatedElement }> {
  const path = `${session.facts.source}:/${segments.join('/')}`;
  const connection = await bringElement(
    session,
    { typeName: 'Connection', qualifiedName: `Connection::${path}`, properties: { displayName: pathName }, home },
    { ref: file, rule: { relationship: 'AssetConnection', at: 1, needed: true, anchors: true } },
  );
  const endpoint = await bringElement(
    session,
    { typeName: 'Endpoint', qualifiedName: `Endpoint::${path}`, properties: { networkAddress: pathName }, home },
    { ref: connection, rule: { relationship: 'ConnectToEndpoint', at: 1, needed: true, anchors: true } },
  );
  const type = await bringElement(session, {
    typeName: 'ConnectorType',
    qualifiedName: `ConnectorType::${provider}`,
    properties: { displayName: provider, connectorProviderClassName: provider },
    home: 'local',
  });
  const store = await session.writer(home);
  await bringLink(session, store, 'ConnectionConnectorType', connection.guid, type.guid, {});
  return { connection, endpoint };
}

function segmentsOf({ input }: OperationSession, pathName: string): readonly string[] {
  const segments = pathName.split('/').filter((segment) => segment !== '');
  if (segments.length === 0) throw input.fault('pathName', 'names no file or folder');
  if (segments.length > deepest) throw input.fault('pathName', `leads through more than ${deepest} folders`);
  if (segments.some((segment) => segment === '.' || segment === '..'))
    throw input.fault('pathName', 'must not hold the segments . and ..');
  return segments;
}
