import type { Batch, BatchResult, Grant, Properties, ReadOptions } from '@isthmus/model';
import { setAnchor } from './anchoring.js';
import { applyBatch } from './batch-writing.js';
import { writeClassification } from './classification-writing.js';
import { classifyElement, declassifyElement } from './classifying.js';
import { createElement } from './creating.js';
import { checkOwner, visibleElement } from './element-lookup.js';
import type {
  DeleteOptions,
  Effectivity,
  ElementStore,
  NewClassification,
  NewGraph,
  NewStoredElement,
  Writer,
} from './element-store.js';
import { nextProperties, nextVersion, saveElement } from './element-versions.js';
import { createGraph } from './graph-creating.js';
import { checkEffectivity, effectivityColumns } from './header-columns.js';
import { isSame } from './property-changes.js';
import { linkElements, relationshipByGuid, removeRelationship, saveRelationship } from './relationship-writing.js';
import { removeElement } from './removing.js';
import { parseProperties } from './rows.js';
import type { WriteQueue, WriteSteps } from './write-queue.js';
import type { WriteTransaction } from './write-transaction.js';

/** All writes of the store, each through the queue. What they promise is said at `ElementStore`. */
export class StoreWriting {
  readonly #queue: WriteQueue;

  constructor(queue: WriteQueue) {
    this.#queue = queue;
  }

  create(writer: Writer, element: NewStoredElement): Promise<string> {
    return this.#write(writer.grant, (tx) => createElement(tx, writer, element));
  }

  createGraph(writer: Writer, graph: NewGraph): Promise<readonly string[]> {
    return this.#write(writer.grant, (tx) => createGraph(tx, writer, graph));
  }

  update(
    writer: Writer,
    guid: string,
    properties: Properties,
    mode: 'merge' | 'replace',
    options: ReadOptions = {},
  ): Promise<boolean> {
    return this.#once(writer, (tx) => {
      const row = visibleElement(tx.database, guid, options);
      checkOwner(writer, row, guid);
      const next = nextProperties(row, properties, mode);
      if (isSame(parseProperties(row.properties), next)) return false;
      saveElement(tx, writer, row, tx.codes.name(row.type), next);
      return true;
    });
  }

  updateEffectivity(
    writer: Writer,
    guid: string,
    effectivity: Effectivity,
    options: ReadOptions = {},
  ): Promise<boolean> {
    return this.#once(writer, (tx) => {
      checkEffectivity(effectivity);
      const row = visibleElement(tx.database, guid, options);
      checkOwner(writer, row, guid);
      const columns = effectivityColumns(effectivity);
      if (columns.effective_from === row.effective_from && columns.effective_to === row.effective_to) return false;
      const next = nextVersion(tx, writer, row, columns);
      tx.tell(next.sequence, 'ELEMENT_UPDATED', writer, next);
      return true;
    });
  }

  async delete(writer: Writer, guid: string, options: DeleteOptions = {}): Promise<void> {
    await this.#write(writer.grant, function* (tx) {
      const row = visibleElement(tx.database, guid, options);
      return yield* removeElement(tx, writer, row, options);
    });
  }

  setZones(writer: Writer, guid: string, zones: readonly string[]): Promise<boolean> {
    return this.#once(writer, (tx) => {
      const row = visibleElement(tx.database, guid, {});
      return writeClassification(tx, writer, row, 'ZoneMembership', { zoneMembership: zones }, 'merge');
    });
  }

  classify(
    writer: Writer,
    guid: string,
    name: string,
    classification: NewClassification,
    options: ReadOptions = {},
  ): Promise<boolean> {
    return this.#write(writer.grant, function* (tx) {
      tx.types.classification(name);
      const row = visibleElement(tx.database, guid, options);
      return yield* classifyElement(tx, writer, row, name, classification.properties, 'replace', classification);
    });
  }

  updateClassification(
    writer: Writer,
    guid: string,
    name: string,
    properties: Properties,
    mode: 'merge' | 'replace',
    options: ReadOptions = {},
  ): Promise<boolean> {
    return this.#onClassification(writer, guid, name, options, (tx, row) =>
      writeClassification(tx, writer, row, name, properties, mode),
    );
  }

  updateClassificationEffectivity(
    writer: Writer,
    guid: string,
    name: string,
    effectivity: Effectivity,
    options: ReadOptions = {},
  ): Promise<boolean> {
    return this.#onClassification(writer, guid, name, options, (tx, row) =>
      writeClassification(tx, writer, row, name, {}, 'merge', effectivity),
    );
  }

  declassify(writer: Writer, guid: string, name: string, options: ReadOptions = {}): Promise<boolean> {
    return this.#write(writer.grant, function* (tx) {
      tx.types.classification(name);
      const row = visibleElement(tx.database, guid, options);
      return yield* declassifyElement(tx, writer, row, name);
    });
  }

  relate(
    writer: Writer,
    relationship: Parameters<ElementStore['relate']>[1],
    options: ReadOptions = {},
  ): Promise<string> {
    return this.#once(writer, (tx) => {
      tx.types.relationship(relationship.typeName);
      const end1 = visibleElement(tx.database, relationship.end1Guid, options, 'metadataElement1GUID');
      const end2 = visibleElement(tx.database, relationship.end2Guid, options, 'metadataElement2GUID');
      const { typeName, properties } = relationship;
      const { guid } = linkElements(tx, writer, typeName, end1, end2, properties, relationship);
      if (relationship.makeAnchor === true) {
        const scopes = relationship.anchorScopeGuids === undefined ? {} : { scopes: relationship.anchorScopeGuids };
        setAnchor(tx, writer, end2, { kind: 'other', anchor: end1, ...scopes });
      }
      return guid;
    });
  }

  updateRelationship(
    writer: Writer,
    guid: string,
    properties: Properties,
    mode: 'merge' | 'replace',
  ): Promise<boolean> {
    return this.#once(writer, (tx) => {
      const row = relationshipByGuid(tx.database, guid);
      return saveRelationship(tx, writer, row, properties, mode) !== row;
    });
  }

  updateRelationshipEffectivity(writer: Writer, guid: string, effectivity: Effectivity): Promise<boolean> {
    return this.#once(writer, (tx) => {
      const row = relationshipByGuid(tx.database, guid);
      return saveRelationship(tx, writer, row, {}, 'merge', effectivity) !== row;
    });
  }

  deleteRelationship(writer: Writer, guid: string): Promise<void> {
    return this.#once(writer, (tx) => removeRelationship(tx, writer, relationshipByGuid(tx.database, guid)));
  }

  writeBatch(writer: Writer, batch: Batch): Promise<BatchResult> {
    return this.#write(batch.grant ?? writer.grant, (tx) => applyBatch(tx, writer, batch));
  }

  #write<T>(grant: Grant | undefined, run: (transaction: WriteTransaction) => WriteSteps<T>): Promise<T> {
    return this.#queue.write(grant, run);
  }

  /** A write that is short enough for one step. */
  #once<T>(writer: Writer, run: (transaction: WriteTransaction) => T): Promise<T> {
    // biome-ignore lint/correctness/useYield: one step needs no turn
    return this.#queue.write(writer.grant, function* (transaction) {
      return run(transaction);
    });
  }

  #onClassification(
    writer: Writer,
    guid: string,
    name: string,
    options: ReadOptions,
    change: (transaction: WriteTransaction, row: ReturnType<typeof visibleElement>) => boolean,
  ): Promise<boolean> {
    return this.#once(writer, (tx) => {
      tx.types.classification(name);
      const row = visibleElement(tx.database, guid, options);
      const there = tx.database.get(
        'SELECT 1 FROM classification WHERE element = ? AND type = ?',
        row.id,
        tx.codes.code(name),
      );
      return there !== undefined && change(tx, row);
    });
  }
}
