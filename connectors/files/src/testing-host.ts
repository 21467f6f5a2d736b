import type { Timers } from '@isthmus/connector-sdk/helpers';
import { type RecordingHost, recordingHost } from '@isthmus/connector-testing';
import type { FileSystem } from './file-system.js';
import type { FilesConfiguration } from './files-config.js';
import { FilesConnector } from './files-connector.js';
import { filesConnector } from './index.js';

export interface Surroundings {
  readonly fileSystem?: FileSystem;
  readonly timers?: Timers;
  readonly excludedPaths?: readonly string[];
}

/** A host of the files connector on another file system or other timers than the real ones. */
export function filesHost(configuration: FilesConfiguration, surroundings: Surroundings = {}): RecordingHost {
  const definition = {
    ...filesConnector,
    create: (context: ConstructorParameters<typeof FilesConnector>[0], given: FilesConfiguration) =>
      new FilesConnector(context, given, surroundings.fileSystem, surroundings.timers),
  };
  return recordingHost(definition, configuration, { excludedPaths: surroundings.excludedPaths ?? [] });
}

/** What the catalogue holds of a tree: `<type> <path>` of every folder and file, sorted. */
export function entries(host: RecordingHost): readonly string[] {
  return [...host.elements().values()]
    .flatMap(({ qualifiedName, typeName }) => {
      const match = /^(?:FileFolder|DataFile)::test:([\s\S]*)$/.exec(qualifiedName);
      return match === null ? [] : [`${typeName} ${match[1]}`];
    })
    .sort();
}

/** Names and types of a file's columns, in order. */
export function columns(host: RecordingHost, path: string): readonly string[] {
  return [...host.elements().values()].flatMap((element) => {
    if (element.typeName !== 'TabularFileColumn') return [];
    if (element.parent?.qualifiedName !== `TabularSchemaType::test:${path}`) return [];
    const type = element.classifications?.TypeEmbeddedAttribute?.dataType;
    return [`${String(element.properties.displayName)} ${String(type)}`];
  });
}

export function properties(host: RecordingHost, path: string) {
  const element = host.elements().get(`DataFile::test:${path}`) ?? host.elements().get(`FileFolder::test:${path}`);
  if (element === undefined) throw new Error(`${path} is not catalogued`);
  return element.properties;
}
