import { IsthmusError, messageOf } from '@isthmus/kernel';
import type { StoreCapabilities } from '@isthmus/model';
import { type ElementStore, type ElementStoreOptions, storeCapabilities } from '../store/index.js';
import type { StoreMethod } from './messages.js';
import { type StartWorker, StoreThread, startStoreWorker } from './store-thread.js';

type Given<M extends StoreMethod> = Parameters<ElementStore[M]>;
type Answer<M extends StoreMethod> = ReturnType<ElementStore[M]>;

/**
 * The embedded store in a thread of its own: what SQLite, the assembling of elements and the reading of batches take
 * holds up neither connectors nor answers. Calls and answers cross as plain values. When the thread ends by itself,
 * whoever waited is told so and the next call opens the store anew; what was confirmed is on disk.
 */
export class ThreadedElementStore implements ElementStore {
  #thread: Promise<StoreThread> | undefined;
  #closing: Promise<void> | undefined;

  private constructor(
    private readonly options: ElementStoreOptions,
    private readonly startWorker: StartWorker,
  ) {}

  /**
   * The thread has its own clock and makes GUIDs by itself.
   *
   * @throws DATABASE_NEWER, DATABASE_UNREADABLE, DATA_DIRECTORY_UNWRITABLE, STORAGE_FULL
   */
  static async open(options: ElementStoreOptions, startWorker = startStoreWorker): Promise<ThreadedElementStore> {
    const store = new ThreadedElementStore(options, startWorker);
    await store.#running();
    return store;
  }

  capabilities(): StoreCapabilities {
    return storeCapabilities;
  }

  identity(): Answer<'identity'> {
    return this.#ask('identity');
  }

  get(...given: Given<'get'>): Answer<'get'> {
    return this.#ask('get', ...given);
  }

  getByQualifiedName(...given: Given<'getByQualifiedName'>): Answer<'getByQualifiedName'> {
    return this.#ask('getByQualifiedName', ...given);
  }

  findByString(...given: Given<'findByString'>): Answer<'findByString'> {
    return this.#ask('findByString', ...given);
  }

  find(...given: Given<'find'>): Answer<'find'> {
    return this.#ask('find', ...given);
  }

  count(...given: Given<'count'>): Answer<'count'> {
    return this.#ask('count', ...given);
  }

  related(...given: Given<'related'>): Answer<'related'> {
    return this.#ask('related', ...given);
  }

  relatedFrom(...given: Given<'relatedFrom'>): Answer<'relatedFrom'> {
    return this.#ask('relatedFrom', ...given);
  }

  relationshipsBetween(...given: Given<'relationshipsBetween'>): Answer<'relationshipsBetween'> {
    return this.#ask('relationshipsBetween', ...given);
  }

  findRelationships(...given: Given<'findRelationships'>): Answer<'findRelationships'> {
    return this.#ask('findRelationships', ...given);
  }

  countRelationships(...given: Given<'countRelationships'>): Answer<'countRelationships'> {
    return this.#ask('countRelationships', ...given);
  }

  getRelationship(...given: Given<'getRelationship'>): Answer<'getRelationship'> {
    return this.#ask('getRelationship', ...given);
  }

  anchoredGraph(...given: Given<'anchoredGraph'>): Answer<'anchoredGraph'> {
    return this.#ask('anchoredGraph', ...given);
  }

  history(...given: Given<'history'>): Answer<'history'> {
    return this.#ask('history', ...given);
  }

  classificationHistory(...given: Given<'classificationHistory'>): Answer<'classificationHistory'> {
    return this.#ask('classificationHistory', ...given);
  }

  relationshipHistory(...given: Given<'relationshipHistory'>): Answer<'relationshipHistory'> {
    return this.#ask('relationshipHistory', ...given);
  }

  checkGrant(...given: Given<'checkGrant'>): Answer<'checkGrant'> {
    return this.#ask('checkGrant', ...given);
  }

  create(...given: Given<'create'>): Answer<'create'> {
    return this.#ask('create', ...given);
  }

  createGraph(...given: Given<'createGraph'>): Answer<'createGraph'> {
    return this.#ask('createGraph', ...given);
  }

  update(...given: Given<'update'>): Answer<'update'> {
    return this.#ask('update', ...given);
  }

  updateEffectivity(...given: Given<'updateEffectivity'>): Answer<'updateEffectivity'> {
    return this.#ask('updateEffectivity', ...given);
  }

  delete(...given: Given<'delete'>): Answer<'delete'> {
    return this.#ask('delete', ...given);
  }

  archive(...given: Given<'archive'>): Answer<'archive'> {
    return this.#ask('archive', ...given);
  }

  setZones(...given: Given<'setZones'>): Answer<'setZones'> {
    return this.#ask('setZones', ...given);
  }

  classify(...given: Given<'classify'>): Answer<'classify'> {
    return this.#ask('classify', ...given);
  }

  updateClassification(...given: Given<'updateClassification'>): Answer<'updateClassification'> {
    return this.#ask('updateClassification', ...given);
  }

  updateClassificationEffectivity(
    ...given: Given<'updateClassificationEffectivity'>
  ): Answer<'updateClassificationEffectivity'> {
    return this.#ask('updateClassificationEffectivity', ...given);
  }

  declassify(...given: Given<'declassify'>): Answer<'declassify'> {
    return this.#ask('declassify', ...given);
  }

  relate(...given: Given<'relate'>): Answer<'relate'> {
    return this.#ask('relate', ...given);
  }

  updateRelationship(...given: Given<'updateRelationship'>): Answer<'updateRelationship'> {
    return this.#ask('updateRelationship', ...given);
  }

  updateRelationshipEffectivity(
    ...given: Given<'updateRelationshipEffectivity'>
  ): Answer<'updateRelationshipEffectivity'> {
    return this.#ask('updateRelationshipEffectivity', ...given);
  }

  deleteRelationship(...given: Given<'deleteRelationship'>): Answer<'deleteRelationship'> {
    return this.#ask('deleteRelationship', ...given);
  }

  writeBatch(...given: Given<'writeBatch'>): Answer<'writeBatch'> {
    return this.#ask('writeBatch', ...given);
  }

  writeBatchText(...given: Given<'writeBatchText'>): Answer<'writeBatchText'> {
    return this.#ask('writeBatchText', ...given);
  }

  changes(...given: Given<'changes'>): Answer<'changes'> {
    return this.#ask('changes', ...given);
  }

  async waitForChange(after: number, waitMs: number, signal: AbortSignal): Promise<boolean> {
    const thread = await this.#running();
    return await thread.ask<boolean>('waitForChange', [after, waitMs], signal);
  }

  groupVersion(...given: Given<'groupVersion'>): Answer<'groupVersion'> {
    return this.#ask('groupVersion', ...given);
  }

  groupMembers(...given: Given<'groupMembers'>): Answer<'groupMembers'> {
    return this.#ask('groupMembers', ...given);
  }

  /** Ends what was accepted, then closes the files and ends the thread. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #ask<M extends StoreMethod>(method: M, ...given: Given<M>): Promise<Awaited<Answer<M>>> {
    const thread = await this.#running();
    return await thread.ask<Awaited<Answer<M>>>(method, given);
  }

  /** The thread of now; a new one when the last has ended or could not be opened. */
  #running(): Promise<StoreThread> {
    if (this.#closing !== undefined)
      return Promise.reject(new IsthmusError('STORE_UNREACHABLE', 'the metadata store is closed'));
    this.#thread ??= this.#start();
    return this.#thread;
  }

  async #start(): Promise<StoreThread> {
    const { types: _types, clock: _clock, newUuid: _newUuid, logger, ...plain } = this.options;
    const lost = (reason: unknown) => {
      this.#thread = undefined;
      logger.error('the thread of the metadata store ended; the next call starts it anew', {
        problem: messageOf(reason),
      });
    };
    try {
      return await StoreThread.start(plain, logger, lost, this.startWorker);
    } catch (error) {
      this.#thread = undefined;
      throw error;
    }
  }

  async #close(): Promise<void> {
    const thread = await this.#thread?.catch(() => undefined);
    await thread?.close();
  }
}
