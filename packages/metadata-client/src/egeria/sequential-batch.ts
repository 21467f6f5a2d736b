import { IsthmusError, messageOf } from '@isthmus/kernel';
import {
  type Batch,
  type BatchItemResult,
  type BatchOperation,
  type BatchResult,
  type ElementLink,
  type FoundElement,
  type MetadataElement,
  type MetadataStore,
  maySeveralHold,
  type PermittedUpsert,
  permittedLink,
  permittedUpsert,
  type RelatedElement,
  upsertedProperties,
} from '@isthmus/model';
import { standardTypes } from '@isthmus/model/standard-types';
import { isEqual } from '../is-equal.js';
import { wavesOf } from './batch-waves.js';
import {
  changedLink,
  checkExpected,
  classificationsToBring,
  contains,
  type Delete,
  found,
  isArchived,
  isOfOthers,
  isWorkOf,
  type Link,
  type Look,
  lastChangeOf,
  missing,
  overParent,
  parentsIn,
  type Upsert,
  without,
  withoutNames,
} from './found-elements.js';
import { hangingOn } from './hanging-on.js';
import { settersOf } from './kept-setters.js';
import { NamesAhead, stretchesOf } from './names-ahead.js';

type FindLinks = (
  typeName: string,
  end1Guid: string,
  end2Guid: string,
  signal: AbortSignal,
) => Promise<readonly ElementLink[]>;

/** What a server of an older release needs besides. */
export interface BatchDialect {
  /** An operation as it will be read back, so that what the server cannot keep is not taken for a change each time. */
  readonly expressible?: (operation: BatchOperation) => BatchOperation;
  /** Where an element is not made in one request: what was cut off is completed. Returns whether anything was missing. */
  readonly anchor?: (element: MetadataElement, anchorGuid: string, signal: AbortSignal) => Promise<boolean>;
  /** What goes with an element that is deleted: nothing else tells of it where there is no feed of changes. */
  readonly anchoredTo?: (guid: string, signal: AbortSignal) => Promise<readonly string[]>;
}

/** What ends the whole batch; anything else is the fault of one operation. */
const fatalCodes: readonly string[] = ['STORE_UNREACHABLE', 'STORE_NOT_AUTHORIZED', 'STORE_ANSWER_INVALID'];

/**
 * A batch on a server without one: single calls, in order where one operation builds upon another. Neither atomic nor
 * remembered by id, but every operation first looks at what is there, so that doing the batch again after a failure in
 * its middle ends in the same state.
 */
export class SequentialBatch {
  /** GUIDs of elements that the batch came across, by qualified name: hundreds of files have one folder. */
  readonly #guids = new Map<string, string>();
  readonly #ahead: NamesAhead;
  readonly #fallen = new Set<string>();
  #tellsFormer = false;

  constructor(
    private readonly store: MetadataStore,
    private readonly findLinks: FindLinks,
    private readonly dialect: BatchDialect = {},
    /** The user in whose name the server is asked. */
    private readonly writer?: string,
  ) {
    this.#ahead = new NamesAhead(store);
  }

  async apply(batch: Batch, signal: AbortSignal): Promise<BatchResult> {
    const items: BatchItemResult[] = [];
    this.#tellsFormer = batch.tellFormer === true;
    for (const { operations, names, above } of stretchesOf(batch.operations)) {
      signal.throwIfAborted();
      await this.#ahead.look(
        names.filter((name) => !this.#guids.has(name)),
        signal,
      );
      for (const name of above) {
        const guid = this.#ahead.guidOf(name);
        if (guid !== undefined) this.#guids.set(name, guid);
      }
      for (const wave of wavesOf(operations)) {
        signal.throwIfAborted();
        const results = await Promise.allSettled(wave.map((operation) => this.#apply(operation, signal)));
        // All have ended, so that nothing of this attempt lands while the batch is done again.
        for (const result of results) {
          if (result.status === 'rejected') throw result.reason;
          items.push(result.value);
        }
      }
    }
    for (const { guid } of items) if (guid !== undefined) this.#fallen.delete(guid);
    return { items, changeSequence: 0, ...(this.#fallen.size > 0 && { fallen: [...this.#fallen] }) };
  }

  async #apply(asked: BatchOperation, signal: AbortSignal): Promise<BatchItemResult> {
    try {
      const operation = this.dialect.expressible?.(asked) ?? asked;
      if (operation.op === 'upsert') return await this.#upsert(operation, signal);
      if (operation.op === 'delete') return await this.#delete(operation, signal);
      if (operation.op === 'look') return await this.#look(operation, signal);
      return await this.#link(operation, signal);
    } catch (error) {
      if (signal.aborted || !IsthmusError.is(error) || fatalCodes.includes(error.code) || error.retryable) throw error;
      return { outcome: 'refused', error: { code: error.code, message: messageOf(error) } };
    }
  }

  async #upsert(operation: Upsert, signal: AbortSignal): Promise<BatchItemResult> {
    const ahead = operation.expects === undefined ? this.#ahead.take(operation.qualifiedName) : undefined;
    if (ahead !== undefined && ahead.element === undefined) {
      const made = await this.#createUnlessThere(operation, signal);
      if (made !== undefined) return made;
    }
    // What is written is merged with what is there right before.
    const isUpToDate = ahead?.element !== undefined && this.#isAsWanted(ahead.element, operation);
    const existing = isUpToDate ? ahead.element : await this.#find(operation.qualifiedName, signal);
    checkExpected(operation, existing);
    if (existing === undefined) return await this.#create(operation, signal);
    this.#guids.set(operation.qualifiedName, existing.guid);
    if (operation.onlyIfNew === true)
      throw new IsthmusError('ELEMENT_EXISTS', `there is an element named ${operation.qualifiedName}`);
    if (existing.typeName !== operation.typeName && !existing.superTypeNames.includes(operation.typeName))
      throw new IsthmusError(
        'ELEMENT_EXISTS',
        `${operation.qualifiedName} is a ${existing.typeName}, not a ${operation.typeName}`,
      );
    const archived = isArchived(existing);
    const related = await this.#related(existing.guid, operation.parent, signal);
    if (archived) await this.store.declassify(existing.guid, 'Memento', signal);
    const permitted = this.#permitted(existing, operation);
    const above = overParent(operation, related, this.writer);
    const changes = [
      await this.#bringProperties(existing, { ...operation, ...permitted }, signal),
      await this.#takeAway(existing, permitted, signal),
      await this.#bringClassifications(without(existing, permitted.declassify), permitted, signal),
      await this.#bringAnchor(existing, operation, signal),
      await this.#bringParent(existing.guid, operation, related, above.properties, signal),
    ];
    const outcome = archived ? 'restored' : changes.includes(true) ? 'updated' : 'unchanged';
    const isTold = this.#tellsFormer && outcome !== 'unchanged';
    const { keptBy } = await settersOf(this.store, existing, permitted.kept, this.writer, signal);
    const kept = { ...permitted.kept, ...above.kept };
    return {
      outcome,
      guid: existing.guid,
      ...(isTold && {
        former: this.#found(existing, parentsIn(related, this.#several(operation.parent), this.writer)),
      }),
      ...(Object.keys(kept).length > 0 && {
        kept,
        keptFrom: lastChangeOf(existing),
        keptBy: { ...keptBy, ...above.keptBy },
      }),
    };
  }

  /** What the server told right before; what is deleted softly it does not tell. */
  async #look(operation: Look, signal: AbortSignal): Promise<BatchItemResult> {
    const { qualifiedName, parent } = operation;
    const ahead = this.#ahead.take(qualifiedName);
    const existing = ahead === undefined ? await this.#find(qualifiedName, signal) : ahead.element;
    if (existing === undefined) return { outcome: 'unchanged' };
    const parents = await this.#related(existing.guid, parent, signal);
    const { createdBy } = existing.versions;
    const former = {
      ...this.#found(existing, parentsIn(parents, this.#several(parent), this.writer)),
      ...(createdBy !== this.writer && { madeByOther: createdBy }),
      ...(isWorkOf(existing, this.writer) && { isOwnWork: true as const }),
      ...(await hangingOn(this.store, existing, operation, this.writer, signal, this.dialect.anchoredTo)),
    };
    return { outcome: 'unchanged', guid: existing.guid, former };
  }

  /** Its parents. */
  async #related(
    guid: string,
    parent: Look['parent'],
    signal: AbortSignal,
  ): Promise<readonly RelatedElement[] | undefined> {
    if (parent === undefined) return undefined;
    const { relationshipTypeName, parentAtEnd1 = true } = parent;
    return await this.store.related(
      guid,
      { relationshipTypeName, startingAtEnd: parentAtEnd1 ? 2 : 1, pageSize: 100 },
      signal,
    );
  }

  /** Of what was seen some moments ago: nothing of the element itself is to be written. */
  #isAsWanted(existing: MetadataElement, operation: Upsert): boolean {
    if (isArchived(existing) || operation.onlyIfNew === true) return false;
    const permitted = this.#permitted(existing, operation);
    const wanted = upsertedProperties(existing.properties, permitted.properties, permitted.clear);
    const [classified] = classificationsToBring(existing, permitted);
    const isTakenAway = existing.classifications.some((each) => permitted.declassify.includes(each.classificationName));
    return isEqual(existing.properties, wanted) && classified === undefined && !isTakenAway;
  }

  /** A server refuses a second element of a name, so what came up since it was looked for is found. */
  async #createUnlessThere(operation: Upsert, signal: AbortSignal): Promise<BatchItemResult | undefined> {
    try {
      return await this.#create(operation, signal);
    } catch (error) {
      if (IsthmusError.is(error) && error.code === 'ELEMENT_EXISTS') return undefined;
      throw error;
    }
  }

  /** What may be written over what was read just now. A plain Egeria checks nothing in its own transaction. */
  #permitted(existing: MetadataElement, operation: Upsert): PermittedUpsert {
    const present = {
      properties: existing.properties,
      classifications: Object.fromEntries(
        existing.classifications.map(({ classificationName, properties }) => [classificationName, properties]),
      ),
      foreignClassifications: this.#foreignIn(existing),
    };
    return permittedUpsert(present, operation, isWorkOf(existing, this.writer));
  }

  #foreignIn({ classifications }: MetadataElement): readonly string[] {
    const foreign = classifications.filter(({ createdBy }) => createdBy === undefined || createdBy !== this.writer);
    return foreign.map(({ classificationName }) => classificationName);
  }

  #found(element: MetadataElement, parents: FoundElement['parents']): FoundElement {
    const foreign = this.#foreignIn(element).filter((name) => name !== 'Anchors');
    return { ...found(element, parents), ...(foreign.length > 0 && { foreignClassifications: foreign }) };
  }

  async #create(operation: Upsert, signal: AbortSignal): Promise<BatchItemResult> {
    const { parent } = operation;
    const guid = await this.store.create(
      {
        typeName: operation.typeName,
        properties: { ...operation.properties, qualifiedName: operation.qualifiedName },
        ...(operation.classifications && { classifications: operation.classifications }),
        ...(operation.anchor !== undefined && { anchorGuid: await this.#guid(operation.anchor, signal) }),
        ...(parent && {
          parent: {
            guid: await this.#guid(parent.qualifiedName, signal),
            relationshipTypeName: parent.relationshipTypeName,
            parentAtEnd1: parent.parentAtEnd1 ?? true,
            ...(parent.properties && { properties: parent.properties }),
          },
        }),
      },
      signal,
    );
    this.#guids.set(operation.qualifiedName, guid);
    return { outcome: 'created', guid };
  }

  /** Maps are sent whole, merged with what was read. Only a replacing update removes, properties and keys alike. */
  async #bringProperties(existing: MetadataElement, operation: Upsert, signal: AbortSignal): Promise<boolean> {
    const there = existing.properties;
    const wanted = upsertedProperties(there, operation.properties, operation.clear);
    if (isEqual(there, wanted)) return false;
    if (!isEqual(there, upsertedProperties(there, {}, operation.clear))) {
      const all = { ...wanted, qualifiedName: operation.qualifiedName };
      return await this.store.update(existing.guid, all, 'replace', undefined, signal);
    }
    const written = Object.entries(wanted).filter(([name]) => Object.hasOwn(operation.properties, name));
    return await this.store.update(existing.guid, Object.fromEntries(written), 'merge', undefined, signal);
  }

  async #takeAway(existing: MetadataElement, { declassify }: PermittedUpsert, signal: AbortSignal): Promise<boolean> {
    const there = existing.classifications.filter(({ classificationName }) => declassify.includes(classificationName));
    for (const { classificationName } of there) await this.store.declassify(existing.guid, classificationName, signal);
    return there.length > 0;
  }

  async #bringClassifications(
    existing: MetadataElement,
    permitted: PermittedUpsert,
    signal: AbortSignal,
  ): Promise<boolean> {
    const wanted = classificationsToBring(existing, permitted);
    for (const [name, properties] of wanted) await this.store.classify(existing.guid, name, properties, signal);
    return wanted.length > 0;
  }

  async #bringAnchor(existing: MetadataElement, operation: Upsert, signal: AbortSignal): Promise<boolean> {
    if (operation.anchor === undefined || this.dialect.anchor === undefined) return false;
    return await this.dialect.anchor(existing, await this.#guid(operation.anchor, signal), signal);
  }

  async #bringParent(
    guid: string,
    { parent }: Upsert,
    parents: readonly RelatedElement[] | undefined,
    properties: ReturnType<typeof overParent>['properties'],
    signal: AbortSignal,
  ): Promise<boolean> {
    if (parent === undefined || parents === undefined) return false;
    const parentGuid = await this.#guid(parent.qualifiedName, signal);
    const parentAtEnd1 = parent.parentAtEnd1 ?? true;
    const isOther = ({ element }: RelatedElement) => element.guid !== parentGuid;
    const others = parents.filter((each) => isOther(each) && !this.#staysBeside(parent, each));
    const [end1, end2] = parentAtEnd1 ? [parentGuid, guid] : [guid, parentGuid];
    const there = parents.find((each) => !isOther(each))?.relationship;
    const isSame = there !== undefined && contains(there.properties, properties ?? {});
    if (there !== undefined && !isSame)
      await this.store.updateRelationship(there.guid, properties ?? {}, 'merge', signal);
    if (there === undefined)
      await this.store.relate(parent.relationshipTypeName, end1, end2, parent.properties ?? {}, signal);
    for (const { relationship } of others) await this.store.unrelate(relationship.guid, signal);
    return others.length > 0 || !isSame;
  }

  #several(parent: Look['parent']): boolean {
    return parent !== undefined && maySeveralHold(standardTypes(), parent);
  }

  /** What others linked, or the writer names as no former parent. */
  #staysBeside(parent: NonNullable<Upsert['parent']>, { element, relationship }: RelatedElement): boolean {
    if (!this.#several(parent)) return false;
    const isBeside = parent.beside?.includes(String(element.properties.qualifiedName)) === true;
    return isBeside || isOfOthers(relationship, this.writer);
  }

  async #link(operation: Link, signal: AbortSignal): Promise<BatchItemResult> {
    const end1 = await this.#find(operation.end1, signal);
    const end2 = await this.#find(operation.end2, signal);
    if (operation.op === 'unlink') {
      if (!end1 || !end2) return { outcome: 'unchanged' };
      const { expects, keepsOthers = false } = operation;
      const links = (await this.findLinks(operation.typeName, end1.guid, end2.guid, signal)).filter(
        ({ relationship }) => !keepsOthers || !isOfOthers(relationship, this.writer),
      );
      const changed = links.find(({ relationship }) => relationship.versions.version !== expects);
      if (expects !== undefined && changed !== undefined) throw changedLink(operation, changed);
      for (const { relationship } of links) await this.store.unrelate(relationship.guid, signal);
      return { outcome: links.length > 0 ? 'deleted' : 'unchanged' };
    }
    if (!end1 || !end2) throw missing(end1 ? operation.end2 : operation.end1);
    const { properties: wanted = {}, isTrial = false } = operation;
    const [link] = await this.findLinks(operation.typeName, end1.guid, end2.guid, signal);
    if (link === undefined) {
      if (!isTrial) await this.store.relate(operation.typeName, end1.guid, end2.guid, wanted, signal);
      return { outcome: 'created' };
    }
    const { relationship } = link;
    const there = relationship.properties;
    const { properties, clear, kept } = permittedLink(there, operation, isWorkOf(relationship, this.writer));
    const told = Object.keys(kept).length > 0 && { kept, keptFrom: lastChangeOf(relationship) };
    if (clear.length === 0 && contains(there, properties)) return { outcome: 'unchanged', ...told };
    const written = clear.length === 0 ? properties : withoutNames({ ...there, ...properties }, clear);
    const how = clear.length === 0 ? 'merge' : 'replace';
    if (!isTrial) await this.store.updateRelationship(relationship.guid, written, how, signal);
    return { outcome: 'updated', ...told };
  }

  async #delete(operation: Delete, signal: AbortSignal): Promise<BatchItemResult> {
    const method = operation.method ?? 'SOFT_DELETE';
    const existing = await this.store.getByQualifiedName(
      operation.qualifiedName,
      { forLineage: method === 'PURGE' },
      signal,
    );
    if (existing === undefined) return { outcome: 'unchanged' };
    checkExpected(operation, existing);
    // What hangs on it goes with it.
    this.#guids.clear();
    for (const guid of (await this.dialect.anchoredTo?.(existing.guid, signal)) ?? []) this.#fallen.add(guid);
    await this.store.delete(existing.guid, { method, cascade: true }, signal);
    return {
      outcome: 'deleted',
      guid: existing.guid,
      ...(this.#tellsFormer && { former: this.#found(existing, undefined) }),
    };
  }

  async #find(qualifiedName: string, signal: AbortSignal): Promise<MetadataElement | undefined> {
    return await this.store.getByQualifiedName(qualifiedName, { forLineage: true }, signal);
  }

  async #guid(qualifiedName: string, signal: AbortSignal): Promise<string> {
    const known = this.#guids.get(qualifiedName);
    if (known !== undefined) return known;
    const element = await this.#find(qualifiedName, signal);
    if (element === undefined) throw missing(qualifiedName);
    this.#guids.set(qualifiedName, element.guid);
    return element.guid;
  }
}
