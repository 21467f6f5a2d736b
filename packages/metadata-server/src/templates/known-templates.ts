import type { Properties } from '@isthmus/model';

/**
 * Templates that Egeria's own connectors ask for by a GUID that they carry in their code. A real server has them of its
 * content packs; here they need not be loaded first. A stored element of the GUID comes before these.
 */
export const knownTemplates: Readonly<Record<string, { readonly typeName: string; readonly properties: Properties }>> =
  {
    // Asked for by the files connectors for each folder that they watch.
    'fbdd8efd-1b69-474c-bb6d-0a304b394146': {
      typeName: 'FileFolder',
      properties: {
        qualifiedName: 'FileFolder::~{fileSystemName}~:~{directoryPathName}~',
        displayName: '~{directoryName}~',
        description: '~{description}~',
        resourceName: '~{fileSystemName}~:~{directoryPathName}~',
        pathName: '~{directoryPathName}~',
        versionIdentifier: '~{versionIdentifier}~',
        deployedImplementationType: '~{deployedImplementationType}~',
        contentStatus: 'ACTIVE',
      },
    },
  };
