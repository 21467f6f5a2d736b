import type { GroupReader, MetadataStore } from '@isthmus/model';
import { SharedAnswer } from './http/shared-answer.js';
import type { SupportedRelease } from './release-detection.js';
import type { StoreFaces } from './store-connection.js';

/** The adapter of the release that a server turns out to be: found at the first call, and again after it was lost. */
export class AdapterSwitch {
  readonly #adapters = new Map<SupportedRelease, StoreFaces>();
  readonly #detected: SharedAnswer<SupportedRelease>;
  #known: SupportedRelease | undefined;
  /** Counts losses, so that an answer from before one is not remembered after it. */
  #losses = 0;

  constructor(
    detect: (signal: AbortSignal) => Promise<SupportedRelease>,
    private readonly make: (release: SupportedRelease) => StoreFaces,
  ) {
    this.#detected = new SharedAnswer(detect);
  }

  async faces(signal: AbortSignal): Promise<StoreFaces> {
    if (this.#known !== undefined) return this.#adapter(this.#known);
    const losses = this.#losses;
    const release = await this.#detected.get(signal);
    if (losses === this.#losses) this.#known = release;
    return this.#adapter(release);
  }

  /** The next call asks again: the server may have been replaced. */
  lost(): void {
    this.#losses += 1;
    this.#known = undefined;
  }

  #adapter(release: SupportedRelease): StoreFaces {
    const known = this.#adapters.get(release);
    if (known !== undefined) return known;
    const made = this.make(release);
    this.#adapters.set(release, made);
    return made;
  }
}

/** Hands each call to the adapter of the day. */
export function switchedFaces(adapters: AdapterSwitch): StoreFaces {
  const store = async (signal: AbortSignal): Promise<MetadataStore> => (await adapters.faces(signal)).store;
  const groups = async (signal: AbortSignal): Promise<GroupReader> => (await adapters.faces(signal)).groups;
  return {
    outTopic: async (callerId, signal) => (await adapters.faces(signal)).outTopic(callerId, signal),
    store: switchedStore(store),
    groups: {
      read: async (name, knownEtag, signal) => (await groups(signal)).read(name, knownEtag, signal),
      readRegistration: async (group, connector, signal) =>
        (await groups(signal)).readRegistration(group, connector, signal),
    },
  };
}

function switchedStore(store: (signal: AbortSignal) => Promise<MetadataStore>): MetadataStore {
  return {
    capabilities: async (signal) => (await store(signal)).capabilities(signal),
    identity: async (signal) => (await store(signal)).identity(signal),
    get: async (guid, options, signal) => (await store(signal)).get(guid, options, signal),
    getByQualifiedName: async (name, options, signal) =>
      (await store(signal)).getByQualifiedName(name, options, signal),
    findByString: async (search, options, signal) => (await store(signal)).findByString(search, options, signal),
    find: async (conditions, options, signal) => (await store(signal)).find(conditions, options, signal),
    related: async (guid, options, signal) => (await store(signal)).related(guid, options, signal),
    linksBetween: async (typeName, end1, end2, signal) =>
      (await store(signal)).linksBetween(typeName, end1, end2, signal),
    getRelationship: async (guid, options, signal) => (await store(signal)).getRelationship(guid, options, signal),
    history: async (guid, options, signal) => (await store(signal)).history(guid, options, signal),
    as: (author) => switchedStore(async (signal) => (await store(signal)).as(author)),
    create: async (element, signal) => (await store(signal)).create(element, signal),
    createFromTemplate: async (element, signal) => (await store(signal)).createFromTemplate(element, signal),
    update: async (guid, properties, mode, source, signal) =>
      (await store(signal)).update(guid, properties, mode, source, signal),
    classify: async (guid, name, properties, signal) => (await store(signal)).classify(guid, name, properties, signal),
    declassify: async (guid, name, signal) => (await store(signal)).declassify(guid, name, signal),
    relate: async (typeName, end1, end2, properties, signal) =>
      (await store(signal)).relate(typeName, end1, end2, properties, signal),
    updateRelationship: async (guid, properties, mode, signal) =>
      (await store(signal)).updateRelationship(guid, properties, mode, signal),
    unrelate: async (guid, signal) => (await store(signal)).unrelate(guid, signal),
    setEffectivity: async (of, effectivity, signal) => (await store(signal)).setEffectivity(of, effectivity, signal),
    setPublished: async (guid, isPublished, signal) => (await store(signal)).setPublished(guid, isPublished, signal),
    delete: async (guid, options, signal) => (await store(signal)).delete(guid, options, signal),
    writeBatch: async (batch, signal) => (await store(signal)).writeBatch(batch, signal),
    changes: async (after, options, signal) => (await store(signal)).changes(after, options, signal),
  };
}
