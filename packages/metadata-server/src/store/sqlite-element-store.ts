import type { Clock, Logger } from '@isthmus/kernel';
import type {
  Batch,
  BatchResult,
  Grant,
  QueryOptions,
  ReadOptions,
  StoreCapabilities,
  StoreIdentity,
  TypeSystem,
} from '@isthmus/model';
import { type Database, openDatabase } from '@isthmus/sqlite';
import { ChangeLog } from './change-log.js';
import { DeletedRetention } from './deleted-retention.js';
import { ElementAssembly } from './element-assembly.js';
import type {
  AnchoredGraph,
  DeleteOptions,
  Effectivity,
  ElementStore,
  FindOptions,
  FindRelationshipOptions,
  GraphOptions,
  GroupMembers,
  HistoryOptions,
  NewGraph,
  NewStoredElement,
  RelatedOptions,
  StoredChange,
  StoredClassification,
  StoredElement,
  StoredLink,
  StoredRelated,
  StringSearchOptions,
  Writer,
} from './element-store.js';
import { GroupVersions } from './group-versions.js';
import { OrderKeeping } from './order-keeping.js';
import { RowReader } from './rows.js';
import { SavedOrders } from './saved-orders.js';
import { SnapshotPool } from './snapshot-pool.js';
import { SortedOrders } from './sorted-orders.js';
import { readIdentity } from './store-identity.js';
import { StoreReading } from './store-reading.js';
import { storeMigrations } from './store-schema.js';
import { StoreWriting } from './store-writing.js';
import { tuneMerging } from './text-merging.js';
import { TypeCodes } from './type-codes.js';
import { WriteQueue } from './write-queue.js';
import { refuseSuperseded, WriteTransaction } from './write-transaction.js';

export interface ElementStoreOptions {
  /** The database file. */
  readonly path: string;
  /** Name of the metadata collection: the server's name. */
  readonly collectionName: string;
  readonly types: TypeSystem;
  readonly clock: Clock;
  /** Random UUIDs. */
  readonly newUuid: () => string;
  readonly logger: Logger;
  /** Changes kept for the feed. Default 200,000. */
  readonly retainedChanges?: number;
  /** Former versions kept per element, classification and relationship. Default 50. */
  readonly retainedVersions?: number;
  /** How long a soft-deleted element can be brought back by its name. Default 30 days. */
  readonly retainedDeletedMs?: number;
  /** Largest page of elements. Default 1000. */
  readonly maxPageSize?: number;
  /** Largest size of the database file; a write beyond it is STORAGE_FULL. Default: what the disk has. */
  readonly maxBytes?: number;
}

export const storeCapabilities: StoreCapabilities = {
  writeBatch: true,
  changeFeed: true,
  fencing: true,
  groupETag: true,
  guards: true,
  linkGuards: true,
  anchored: true,
  groupMembers: true,
};

const thirtyDaysMs = 30 * 24 * 3_600_000;
/** SQLite's page. */
const pageBytes = 4096;
/** A page that is written is read first: what a batch touches should lie in memory. */
const writerCacheKilobytes = 64 * 1024;
const readerCacheKilobytes = 16 * 1024;
/** Connections for long reads. */
const snapshotConnections = 3;

/**
 * The embedded store on SQLite. One connection writes, through a queue; point reads have a connection of their own,
 * long reads borrow one with a snapshot, so that no read waits for a write and none sees half of one.
 */
export class SqliteElementStore implements ElementStore {
  readonly #writer: Database;
  readonly #reader: Database;
  readonly #snapshots: SnapshotPool;
  readonly #orders: SortedOrders;
  readonly #queue: WriteQueue;
  readonly #writing: StoreWriting;
  readonly #retention: DeletedRetention;
  readonly #keeping: OrderKeeping;
  readonly #changes: ChangeLog;
  readonly #codes: TypeCodes;
  readonly #reading: StoreReading;
  readonly #identity: { readonly metadataCollectionId: string; readonly incarnation: string };
  readonly #groups: GroupVersions;
  #closing: Promise<void> | undefined;

  /** Opens or creates the database. @throws DATABASE_NEWER, DATABASE_UNREADABLE, DATA_DIRECTORY_UNWRITABLE, STORAGE_FULL */
  constructor(private readonly options: ElementStoreOptions) {
    const { path, types, clock, newUuid } = options;
    this.#writer = openDatabase(path, storeMigrations);
    try {
      this.#writer.exec(`PRAGMA cache_size = -${writerCacheKilobytes}`);
      if (options.maxBytes !== undefined)
        this.#writer.exec(`PRAGMA max_page_count = ${Math.floor(options.maxBytes / pageBytes)}`);
      tuneMerging(this.#writer);
      this.#codes = new TypeCodes(this.#writer, types);
      this.#identity = readIdentity(this.#writer, newUuid);
      const last = Number(this.#writer.get("SELECT value FROM meta WHERE name = 'changeSequence'")?.value ?? 0);
      this.#changes = new ChangeLog(types, this.#codes, clock, last);
      this.#reader = openReader(path);
    } catch (error) {
      this.#writer[Symbol.dispose]();
      throw error;
    }
    this.#snapshots = new SnapshotPool(() => openReader(path), snapshotConnections);
    this.#groups = new GroupVersions(this.#snapshots, this.#codes);
    this.#queue = new WriteQueue(
      this.#writer,
      clock,
      () => this.#begin(),
      (transaction) => transaction.flush(options.retainedChanges ?? 200_000),
      (transaction) => this.#committed(transaction),
      (lastSequence) => this.#changes.flushed(lastSequence),
    );
    this.#orders = new SortedOrders(options.logger, new SavedOrders(this.#snapshots, this.#queue));
    const rows = new RowReader(types, this.#codes, {
      metadataCollectionId: this.#identity.metadataCollectionId,
      name: options.collectionName,
    });
    this.#reading = new StoreReading(
      types,
      this.#codes,
      rows,
      new ElementAssembly(rows, this.#reader),
      this.#reader,
      this.#snapshots,
      this.#orders,
      options.maxPageSize ?? 1000,
    );
    this.#writing = new StoreWriting(this.#queue);
    const { logger, retainedDeletedMs = thirtyDaysMs } = options;
    this.#retention = new DeletedRetention(this.#queue, clock, logger, retainedDeletedMs);
    this.#retention.start();
    this.#keeping = new OrderKeeping(
      clock,
      logger,
      () => this.#changes.last,
      () => this.#orders.prepare(this.#reader, this.#snapshots),
    );
    this.#keeping.start();
  }

  capabilities(): StoreCapabilities {
    return storeCapabilities;
  }

  async identity(): Promise<Required<StoreIdentity>> {
    return { ...this.#identity, changeSequence: this.#changes.last };
  }

  async get(guid: string, options: ReadOptions = {}): Promise<StoredElement> {
    return this.#reading.get(guid, options);
  }

  async getByQualifiedName(qualifiedName: string, options: QueryOptions = {}): Promise<StoredElement | undefined> {
    return this.#reading.getByQualifiedName(qualifiedName, options);
  }

  findByString(search: string, options: StringSearchOptions = {}): Promise<readonly StoredElement[]> {
    return this.#reading.find(search, options);
  }

  find(options: FindOptions = {}): Promise<readonly StoredElement[]> {
    return this.#reading.find(undefined, options);
  }

  count(options: FindOptions = {}): Promise<number> {
    return this.#reading.count(undefined, options);
  }

  countByString(search: string, options: StringSearchOptions = {}): Promise<number> {
    return this.#reading.count(search, options);
  }

  related(
    guid: string,
    options: RelatedOptions = {},
  ): Promise<{ readonly startingElement: StoredElement; readonly related: readonly StoredRelated[] }> {
    return this.#reading.related(guid, options);
  }

  relatedFrom(
    guids: readonly string[],
    typeNames: readonly string[],
  ): Promise<ReadonlyMap<string, readonly StoredRelated[]>> {
    return this.#reading.relatedFrom(guids, typeNames);
  }

  relationshipsBetween(guid1: string, guid2: string, options: RelatedOptions = {}): Promise<readonly StoredLink[]> {
    return this.#reading.relationshipsBetween(guid1, guid2, options);
  }

  findRelationships(options: FindRelationshipOptions = {}): Promise<readonly StoredLink[]> {
    return this.#reading.findRelationships(options);
  }

  countRelationships(options: FindRelationshipOptions = {}): Promise<number> {
    return this.#reading.countRelationships(options);
  }

  async getRelationship(guid: string, options: ReadOptions = {}): Promise<StoredLink> {
    return this.#reading.getRelationship(guid, options);
  }

  anchoredGraph(guid: string, options: GraphOptions = {}): Promise<AnchoredGraph> {
    return this.#reading.anchoredGraph(guid, options);
  }

  async history(guid: string, options: HistoryOptions = {}): Promise<readonly StoredElement[]> {
    return this.#reading.history(guid, options);
  }

  async classificationHistory(
    guid: string,
    classificationName: string,
    options: HistoryOptions = {},
  ): Promise<readonly StoredClassification[]> {
    return this.#reading.classificationHistory(guid, classificationName, options);
  }

  async relationshipHistory(guid: string, options: HistoryOptions = {}): Promise<readonly StoredLink[]> {
    return this.#reading.relationshipHistory(guid, options);
  }

  async checkGrant(grant: Grant): Promise<void> {
    refuseSuperseded(this.#reader, grant);
  }

  create(writer: Writer, element: NewStoredElement): Promise<string> {
    return this.#writing.create(writer, element);
  }

  createGraph(writer: Writer, graph: NewGraph): Promise<readonly string[]> {
    return this.#writing.createGraph(writer, graph);
  }

  update(...parameters: Parameters<ElementStore['update']>): Promise<boolean> {
    return this.#writing.update(...parameters);
  }

  updateEffectivity(...parameters: Parameters<ElementStore['updateEffectivity']>): Promise<boolean> {
    return this.#writing.updateEffectivity(...parameters);
  }

  delete(writer: Writer, guid: string, options: DeleteOptions = {}): Promise<void> {
    return this.#writing.delete(writer, guid, options);
  }

  archive(writer: Writer, guid: string, options: DeleteOptions = {}): Promise<void> {
    return this.#writing.delete(writer, guid, { ...options, method: 'ARCHIVE' });
  }

  setZones(writer: Writer, guid: string, zones: readonly string[]): Promise<boolean> {
    return this.#writing.setZones(writer, guid, zones);
  }

  classify(...parameters: Parameters<ElementStore['classify']>): Promise<boolean> {
    return this.#writing.classify(...parameters);
  }

  updateClassification(...parameters: Parameters<ElementStore['updateClassification']>): Promise<boolean> {
    return this.#writing.updateClassification(...parameters);
  }

  updateClassificationEffectivity(
    ...parameters: Parameters<ElementStore['updateClassificationEffectivity']>
  ): Promise<boolean> {
    return this.#writing.updateClassificationEffectivity(...parameters);
  }

  declassify(...parameters: Parameters<ElementStore['declassify']>): Promise<boolean> {
    return this.#writing.declassify(...parameters);
  }

  relate(...parameters: Parameters<ElementStore['relate']>): Promise<string> {
    return this.#writing.relate(...parameters);
  }

  updateRelationship(...parameters: Parameters<ElementStore['updateRelationship']>): Promise<boolean> {
    return this.#writing.updateRelationship(...parameters);
  }

  updateRelationshipEffectivity(writer: Writer, guid: string, effectivity: Effectivity): Promise<boolean> {
    return this.#writing.updateRelationshipEffectivity(writer, guid, effectivity);
  }

  deleteRelationship(writer: Writer, guid: string): Promise<void> {
    return this.#writing.deleteRelationship(writer, guid);
  }

  writeBatch(writer: Writer, batch: Batch): Promise<BatchResult> {
    return this.#writing.writeBatch(writer, batch);
  }

  async writeBatchText(writer: Writer, body: Uint8Array): Promise<string> {
    // what checks batches takes longer to load than all the rest of a store's thread: none waits for it to open
    const { readBatchText } = await import('../requests/batch-text.js');
    const batch = await readBatchText(writer.grant, body);
    return JSON.stringify(await this.writeBatch(writer, batch));
  }

  async changes(
    after: number,
    limit: number,
    ofTypes?: ReadonlySet<string>,
  ): Promise<{ readonly changes: readonly StoredChange[]; readonly next: number }> {
    return this.#changes.read(this.#reader, after, limit, ofTypes);
  }

  waitForChange(after: number, waitMs: number, signal: AbortSignal): Promise<boolean> {
    return this.#changes.wait(after, waitMs, signal);
  }

  async groupVersion(groupGuid: string): Promise<string | undefined> {
    return (await this.#groups.members(groupGuid))?.version;
  }

  groupMembers(groupGuid: string): Promise<GroupMembers | undefined> {
    return this.#groups.members(groupGuid);
  }

  /** Ends what was accepted, then closes the files. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    this.#retention.close();
    this.#keeping.close();
    this.#changes.close();
    await this.#orders.close();
    await this.#queue.close();
    await this.#snapshots.close();
    this.#reader[Symbol.dispose]();
    this.#writer[Symbol.dispose]();
  }

  #begin(): WriteTransaction {
    const { types, newUuid, clock, retainedVersions = 50 } = this.options;
    return new WriteTransaction(
      this.#writer,
      types,
      this.#codes,
      newUuid,
      clock,
      { retainedVersions },
      this.#changes.committed,
    );
  }

  #committed(transaction: WriteTransaction): void {
    this.#groups.committed(transaction.groupChanges);
    this.#changes.commit(transaction.lastSequence);
  }
}

function openReader(path: string): Database {
  const database = openDatabase(path, storeMigrations);
  database.exec(`PRAGMA query_only = 1; PRAGMA cache_size = -${readerCacheKilobytes}`);
  return database;
}
