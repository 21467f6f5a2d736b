import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, type Logger, messageOf } from '@isthmus/kernel';
import { standardTypes } from '@isthmus/model/standard-types';
import { type NamedServer, type ServerStatus, serverFolder, serverNotRunning } from '@isthmus/platform';
import type { MetadataServerConfiguration } from './metadata-server-configuration.js';
import { olderFace } from './older/older-face.js';
import type { ChangePublisher } from './out-topic/change-publisher.js';
import { publishChanges } from './out-topic/out-topic.js';
import type { StoreFace } from './routes/egeria-call.js';
import type { ElementStore, ElementStoreOptions } from './store/index.js';
import type { DocumentedStore } from './store-of-document.js';
import { BeanViews } from './views/bean-view.js';
import { ElementViews } from './views/element-view.js';

export const metadataServerKindName = 'metadata-store';

/** What a metadata server is made of. */
export interface MetadataServerParts {
  readonly name: string;
  readonly configuration: MetadataServerConfiguration;
  /** Absent: the server comes from the configuration of the process. */
  readonly documented?: DocumentedStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newUuid: () => string;
  readonly openStore: OpenStore;
  /** The content behind a value that may be a reference to a secret. */
  readonly textOf: (reference: string) => Promise<string>;
}

/** @throws DATABASE_NEWER, DATABASE_UNREADABLE, DATA_DIRECTORY_UNWRITABLE, STORAGE_FULL */
export type OpenStore = (options: ElementStoreOptions) => Promise<ElementStore>;

/** A metadata access server: the embedded store behind Egeria 6.1's API and our own. */
export class MetadataServer implements NamedServer {
  readonly kind = metadataServerKindName;
  readonly name: string;
  readonly services: readonly string[];
  readonly #parts: MetadataServerParts;
  #state: ServerStatus['state'] = 'stopped';
  #message: string | undefined;
  #store: ElementStore | undefined;
  #publisher: ChangePublisher | undefined;
  readonly #face: StoreFace;

  constructor(parts: MetadataServerParts) {
    const { name, configuration } = parts;
    this.name = name;
    this.#parts = parts;
    this.services = servicesOf(parts.documented);
    const types = standardTypes();
    const views = new ElementViews(types, name);
    this.#face = {
      serverName: name,
      types,
      views,
      beans: new BeanViews(types, views),
      older: olderFace(name),
      maxPageSize: configuration.maxPageSize,
      publishZones: configuration.publishZones,
      ...(configuration.outTopic && { outTopic: configuration.outTopic }),
      store: () => {
        if (this.#store === undefined) throw serverNotRunning(name);
        return this.#store;
      },
    };
  }

  /** For the calls that name this server. */
  face(): StoreFace {
    return this.#face;
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#state = 'starting';
    const { configuration, clock, logger, newUuid, openStore } = this.#parts;
    const path = this.#path();
    try {
      if (configuration.inMemory) removeDatabase(path);
      this.#store = await openStore({
        path,
        types: standardTypes(),
        collectionName: configuration.metadataCollectionName ?? this.name,
        maxPageSize: configuration.maxPageSize,
        retainedChanges: configuration.retainedChanges,
        retainedVersions: configuration.retainedVersions,
        newUuid,
        clock,
        logger,
      });
      this.#publish(this.#store);
      this.#state = 'running';
    } catch (error) {
      this.#state = 'failed';
      this.#message = messageOf(error);
      throw error;
    }
  }

  status(): ServerStatus {
    const { name, kind } = this;
    const ready = this.#state === 'running';
    const known = { name, kind, state: this.#state, ready };
    return this.#message === undefined ? known : { ...known, message: this.#message };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const store = this.#store;
    if (store === undefined) return;
    this.#store = undefined;
    this.#state = 'stopping';
    try {
      await this.#publisher?.close();
      await store[Symbol.asyncDispose]();
    } finally {
      this.#state = 'stopped';
      if (this.#parts.configuration.inMemory) removeDatabase(this.#path());
    }
  }

  #publish(store: ElementStore): void {
    const { configuration, clock, logger, textOf } = this.#parts;
    if (configuration.outTopic === undefined) return;
    const folder = serverFolder(configuration.dataDirectory, this.name);
    const parts = { store, folder, clock, logger, textOf };
    this.#publisher = publishChanges(this.name, configuration.outTopic, this.#face, parts);
    this.#publisher.start();
  }

  /** A store that is not kept never lies where one that is kept does. */
  #path(): string {
    const { dataDirectory, inMemory } = this.#parts.configuration;
    return join(serverFolder(dataDirectory, this.name), inMemory ? 'passing-store.db' : 'store.db');
  }
}

const repositoryServices = 'Open Metadata Repository Services (OMRS)';

/** Egeria's full names, in the order in which they are started. */
function servicesOf(documented: DocumentedStore | undefined): readonly string[] {
  if (documented?.versionId === 'V2.0')
    return [
      repositoryServices,
      'Connected Asset Services',
      'Open Integration Service',
      'Governance Action Framework Services',
      ...documented.accessServices,
    ];
  const standard = ['Connected Asset Services', 'Open Metadata Store Services', 'Open Governance Framework Services'];
  return [repositoryServices, ...(documented?.accessServices ?? standard)];
}

/** With the files that SQLite keeps beside it. */
function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
}
