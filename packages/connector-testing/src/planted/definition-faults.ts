import { defineConnector, type ProbeStep } from '@isthmus/connector-sdk';
import {
  LibraryConnector,
  type LibraryDefinition,
  libraryConfiguration,
  libraryProvider,
} from './library-connector.js';
import type { PlantedFault } from './planted-faults.js';

const upgraded = 'has defaults that its configuration takes, and brings older ones up without changing them';
const connections = 'reads every connection, and says by a field that is missing what it lacks';
const bounded = 'draws the boundary of its source from its configuration alone';

/** Mistakes of definitions, which no instance of theirs shows, and of what is asked beside all runs. */
export const definitionFaults: readonly PlantedFault[] = [
  defined('has another version and brings no older one up', upgraded, { version: 2 }),
  defined('brings older configurations up later', upgraded, { version: 2, migrate: async (older) => older }),
  defined('brings older configurations up to nothing', upgraded, { version: 2, migrate: () => undefined }),
  defined('brings up something else each time', upgraded, {
    version: 2,
    migrate: (older) => ({ ...Object(older), token: String(Math.random()) }),
  }),
  defined('cannot read a connection that has no address', connections, {
    fromConnection: ({ networkAddress }) => ({ library: (networkAddress as string).split('/')[0] }),
  }),
  defined('changes the connection that it reads', connections, {
    fromConnection: ({ configurationProperties }) => {
      Reflect.deleteProperty(configurationProperties, 'isthmus.source');
      return configurationProperties;
    },
  }),
  defined('takes reserved keys for its configuration', connections, {
    fromConnection: ({ configurationProperties }) => ({ ...configurationProperties }),
  }),
  defined('reads connections later', connections, { fromConnection: async () => ({}) }),
  defined('draws another boundary each time', bounded, { boundary: () => ({ since: Math.random() }) }),
  defined('draws a boundary on its configuration', bounded, {
    boundary: (configuration) => Object.assign(configuration, { token: '' }),
  }),
  {
    mistake: 'writes metadata in its probe',
    foundBy: 'probes a source that answers in steps that are all well',
    definition: libraryProvider(
      class extends LibraryConnector {
        override async probe(signal: AbortSignal): Promise<readonly ProbeStep[]> {
          const qualifiedName = `Collection::${this.context.source}:probed`;
          await this.context.createElement({ typeName: 'Collection', qualifiedName });
          return await super.probe(signal);
        }
      },
    ),
  },
  {
    mistake: 'is made later',
    foundBy: 'says in a first refresh what is there, each name once',
    definition: {
      ...defined('', '', {}).definition,
      create: (async () => undefined) as unknown as LibraryDefinition['create'],
    },
  },
];

function defined(mistake: string, foundBy: string, own: Partial<LibraryDefinition>): PlantedFault {
  const definition = defineConnector({
    kind: 'catalog',
    provider: 'library',
    version: 1,
    configuration: libraryConfiguration,
    create: (context, configuration) => new LibraryConnector(context, configuration),
    ...own,
  });
  return { mistake, foundBy, definition };
}
