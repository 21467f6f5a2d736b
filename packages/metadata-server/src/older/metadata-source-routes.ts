import type { FaceScope } from '@isthmus/platform';
import { addCall, type Call, needText, type StoreFaces } from '../routes/egeria-call.js';
import { groupMembers } from './bean-members.js';
import { readBean } from './bean-reading.js';
import { createPlain } from './governance-maintenance.js';
import type { ReleaseNames } from './release-names.js';

const post = { method: 'POST', release: '4.3', answer: 'GUIDResponse', body: 'needed' } as const;
const capability = 'SoftwareCapability';
/** What may own metadata, by its name: 4.3's servers know capabilities, 6.1's collections. */
const sourceTypes: readonly string[] = [capability, 'MetadataCollection'];

/** Types of the metadata sources that the OMASs of 4.3 create, by the last part of the path. */
const kinds: Readonly<Record<string, string>> = {
  filesystems: 'FileSystem',
  'file-managers': 'FileManager',
  'database-managers': 'DatabaseManager',
  'api-managers': 'APIManager',
  'event-brokers': 'EventBroker',
  applications: 'Application',
  'data-processing-engines': 'Engine',
};

/** Metadata sources by their names; one that is not there is answered with no GUID. */
export function addSourceByName(scope: FaceScope, faces: StoreFaces): void {
  addCall(scope, faces, { ...post, role: 'viewer', path: '/metadata-sources/by-name' }, async ({ store, body }) => {
    const source = await store.getByQualifiedName(needText(body, 'name'), {});
    const isSource = source !== undefined && isOneOf(source, sourceTypes);
    return isSource ? { guid: source.guid } : {};
  });
}

/** As the Open Integration services create them: of any type of software capability. */
export function addNewSource(scope: FaceScope, faces: StoreFaces): void {
  addCall(scope, faces, { ...post, role: 'operator', path: '/metadata-sources/new' }, async (call) => {
    const { body, face } = call;
    const named = [body.text('classificationName'), body.text('typeName') ?? capability];
    const typeName = named.flatMap((name) => entityName(face.older.names, face.types, name)).at(0) ?? capability;
    return { guid: await createPlain(call, typeName, { qualifiedName: needText(body, 'qualifiedName') }) };
  });
}

/** As the Data Manager OMAS creates them, a path for each kind. */
export function addSourceKinds(scope: FaceScope, faces: StoreFaces): void {
  for (const [kind, typeName] of Object.entries(kinds)) {
    addCall(scope, faces, { ...post, role: 'operator', path: `/metadata-sources/${kind}` }, async (call: Call) => {
      needText(call.body, 'qualifiedName');
      return { guid: await createPlain(call, typeName, readBean(call.body, groupMembers)) };
    });
  }
}

/** What was a classification of a capability in 4.3, such as `FileSystem`, is a type of its own since. */
function entityName(names: ReleaseNames, types: StoreFaces['types'], name: string | undefined): readonly string[] {
  if (name === undefined) return [];
  const newer = types.find(name)?.category === 'ENTITY_DEF' ? name : names.findNewer(name)?.name;
  return newer !== undefined && types.isSubtypeOf(newer, capability) ? [newer] : [];
}

function isOneOf(element: { typeName: string; superTypeNames: readonly string[] }, wanted: readonly string[]): boolean {
  return [element.typeName, ...element.superTypeNames].some((name) => wanted.includes(name));
}
