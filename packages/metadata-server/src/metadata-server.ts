import { join } from 'node:path';
import { type Clock, type Logger, messageOf } from '@isthmus/kernel';
import { standardTypes } from '@isthmus/model/standard-types';
import { egeriaErrorHandler, type NamedServer, type ServerStatus, serverNotRunning } from '@isthmus/platform';
import type { FastifyInstance } from 'fastify';
import { toEgeriaFailure } from './failures.js';
import type { MetadataServerConfiguration } from './metadata-server-configuration.js';
import { addAnchorSearches } from './routes/anchor-search-routes.js';
import { addClassificationCalls } from './routes/classification-routes.js';
import type { StoreFace } from './routes/egeria-call.js';
import { addElementReads, addElementSearches } from './routes/element-read-routes.js';
import { addElementWrites } from './routes/element-write-routes.js';
import { addConnectionCalls, addGroupCalls } from './routes/group-routes.js';
import { addIsthmusCalls } from './routes/isthmus-routes.js';
import { addOutTopicCall } from './routes/out-topic-route.js';
import { addRelatedElements, addRelationshipReads } from './routes/relationship-read-routes.js';
import { addRelationshipWrites } from './routes/relationship-write-routes.js';
import { addTypeCalls } from './routes/type-routes.js';
import type { ElementStore, ElementStoreOptions } from './store/index.js';
import { ElementViews } from './views/element-view.js';

export const metadataServerKindName = 'metadata-store';

/** What a metadata server is made of. */
export interface MetadataServerParts {
  readonly name: string;
  readonly configuration: MetadataServerConfiguration;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly newUuid: () => string;
  readonly openStore: OpenStore;
}

/** @throws DATABASE_NEWER, DATABASE_UNREADABLE, DATA_DIRECTORY_UNWRITABLE, STORAGE_FULL */
export type OpenStore = (options: ElementStoreOptions) => ElementStore;

type Service = (scope: FastifyInstance, face: StoreFace) => void;

/** Egeria's access services that this server offers, by their part of the path. */
const services: Readonly<Record<string, readonly Service[]>> = {
  'open-metadata-store': [
    addTypeCalls,
    addElementReads,
    addElementSearches,
    addAnchorSearches,
    addElementWrites,
    addClassificationCalls,
    addRelatedElements,
    addRelationshipReads,
    addRelationshipWrites,
    addOutTopicCall,
  ],
  'governance-configuration-service': [addGroupCalls],
  'open-governance-service': [addOutTopicCall],
  'connected-asset': [addConnectionCalls],
};

/** A metadata access server: the embedded store behind Egeria 6.1's API and our own. */
export class MetadataServer implements NamedServer {
  readonly kind = metadataServerKindName;
  readonly name: string;
  readonly #parts: MetadataServerParts;
  #state: ServerStatus['state'] = 'stopped';
  #message: string | undefined;
  #store: ElementStore | undefined;

  constructor(parts: MetadataServerParts) {
    this.name = parts.name;
    this.#parts = parts;
  }

  async routes(http: FastifyInstance): Promise<void> {
    const types = standardTypes();
    const face: StoreFace = {
      serverName: this.name,
      types,
      views: new ElementViews(types, this.name),
      maxPageSize: this.#parts.configuration.maxPageSize,
      publishZones: this.#parts.configuration.publishZones,
      store: () => {
        if (this.#store === undefined) throw serverNotRunning(this.name);
        return this.#store;
      },
    };
    for (const [service, adders] of Object.entries(services)) {
      const prefix = `/servers/${this.name}/open-metadata/access-services/${service}/users/:userId`;
      await http.register(
        async (scope) => {
          scope.setErrorHandler(egeriaErrorHandler(toEgeriaFailure));
          for (const add of adders) add(scope, face);
        },
        { prefix },
      );
    }
    await http.register(async (scope) => addIsthmusCalls(scope, face));
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#state = 'starting';
    const { configuration, clock, logger, newUuid, openStore } = this.#parts;
    try {
      this.#store = openStore({
        path: join(configuration.dataDirectory, 'servers', this.name, 'store.db'),
        types: standardTypes(),
        collectionName: configuration.metadataCollectionName ?? this.name,
        maxPageSize: configuration.maxPageSize,
        retainedChanges: configuration.retainedChanges,
        retainedVersions: configuration.retainedVersions,
        newUuid,
        clock,
        logger,
      });
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
      await store[Symbol.asyncDispose]();
    } finally {
      this.#state = 'stopped';
    }
  }
}
