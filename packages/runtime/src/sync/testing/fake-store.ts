import { IsthmusError } from '@isthmus/kernel';
import {
  type Batch,
  type BatchItemResult,
  type BatchOperation,
  type BatchResult,
  type ChangePage,
  classifiedProperties,
  type FoundElement,
  type MetadataChange,
  type MetadataElement,
  type MetadataStore,
  type PermittedUpsert,
  type Properties,
  permittedLink,
  permittedParent,
  permittedUpsert,
  type QueryOptions,
  type RelatedElement,
  type StoreCapabilities,
  type StoreIdentity,
  upsertedProperties,
} from '@isthmus/model';

export interface FakeElement {
  readonly guid: string;
  readonly qualifiedName: string;
  typeName: string;
  properties: Properties;
  classifications: Readonly<Record<string, Properties>>;
  /** Those that somebody past the engine gave. */
  foreignClassifications: readonly string[];
  anchor: string | undefined;
  readonly parents: Map<string, string>;
  /** Properties of the links to parents, by relationship type; those that somebody past the engine set are in `foreignAbove`. */
  readonly parentProperties: Map<string, Properties>;
  readonly foreignAbove: Map<string, readonly string[]>;
  /** Links that went with this element or with their parent, and come back with both. */
  readonly hidden: Map<string, string>;
  version: number;
  live: boolean;
  /** Somebody past the engine has written it. */
  isForeign: boolean;
  /** Of a deleted one: the engine removed it. */
  isOwnRemoval: boolean;
  /** Somebody past the engine made it. */
  isMadeByOther: boolean;
  /** Of its last change; the clock of the store. */
  changedAt: number;
}

export interface StoreBackup {
  readonly elements: readonly FakeElement[];
  readonly changes: readonly MetadataChange[];
  readonly sequence: number;
}

type Upsert = Extract<BatchOperation, { op: 'upsert' }>;

const notInTheFake = async (): Promise<never> => {
  throw new IsthmusError('STORE_REFUSED', 'the fake store has no such method');
};

/** A metadata store in memory that holds `writeBatch` and the change feed to their contract, with faults on demand. */
export class FakeStore implements MetadataStore {
  readonly elements = new Map<string, FakeElement>();
  readonly batches = new Map<string, BatchResult>();
  /** Properties by type, end 1 and end 2, in their order as JSON; not those to parents. */
  readonly links = new Map<string, Properties>();
  /** How often each of them was written. */
  readonly linkVersions = new Map<string, number>();
  readonly requests: string[] = [];
  incarnation = 'one';
  /** False: a real Egeria, without feed and sequence. */
  hasFeed = true;
  /** False: a server that does not say which changes are a batch's own. */
  tellsOwnChanges = true;
  /** False: an older server, which does not tell what is anchored to an element. */
  tellsAnchored = true;
  /** False: a server of ours from before it told the last change of a batch. */
  tellsLastChange = true;
  /** True: as our server, whose soft delete only hides the links of an element. */
  bringsLinksBack = false;
  /** May throw: nothing of the batch is applied. */
  beforeBatch: (batch: Batch) => void | Promise<void> = () => undefined;
  /** May throw: the batch is applied, its answer is lost. */
  afterBatch: (batch: Batch) => void | Promise<void> = () => undefined;
  refuses: (operation: BatchOperation) => boolean = () => false;
  onDelete: (qualifiedName: string) => void = () => undefined;
  /** Of one of `links`, by its key: the engine or a person took it away, or one of its ends went. */
  onLinkGone: (key: string, by: 'engine' | 'person' | 'end') => void = () => undefined;
  /** Clock of the store, epoch ms. */
  now: () => number = () => 0;
  #changes: MetadataChange[] = [];
  #sequence = 0;
  #time = 0;
  #guids = 0;
  readonly #stewardLinks = new Map<string, number>();
  /** Of `links` those that somebody past the engine made. */
  readonly #madeLinks = new Set<string>();
  /** Of `links` those that went with an end, and come back with both. */
  readonly #hiddenLinks = new Map<string, Properties>();
  readonly #tokens = new Map<string, number>();

  async capabilities(): Promise<StoreCapabilities> {
    return { writeBatch: true, changeFeed: this.hasFeed, fencing: true, groupETag: true };
  }

  async identity(): Promise<StoreIdentity> {
    this.requests.push('identity');
    return this.hasFeed
      ? { metadataCollectionId: 'collection', incarnation: this.incarnation, changeSequence: this.#sequence }
      : { metadataCollectionId: 'collection' };
  }

  async writeBatch(batch: Batch, signal: AbortSignal): Promise<BatchResult> {
    this.requests.push('writeBatch');
    signal.throwIfAborted();
    await this.beforeBatch(batch);
    const result = this.#answer(batch);
    await this.afterBatch(batch);
    return result;
  }

  async changes(after: number, options: { readonly limit: number }): Promise<ChangePage> {
    this.requests.push('changes');
    const first = this.#changes[0]?.sequence ?? this.#sequence + 1;
    if (after + 1 < first) throw new IsthmusError('CHANGES_TOO_OLD', 'the feed begins later');
    const changes = this.#changes.filter((change) => change.sequence > after).slice(0, options.limit);
    return { changes, next: changes.at(-1)?.sequence ?? after };
  }

  async get(guid: string): Promise<MetadataElement | undefined> {
    this.requests.push('get');
    const element = [...this.live().values()].find((each) => each.guid === guid);
    return element === undefined ? undefined : shown(element);
  }

  async getByQualifiedName(qualifiedName: string): Promise<MetadataElement | undefined> {
    this.requests.push('get');
    const element = this.live().get(qualifiedName);
    return element === undefined ? undefined : shown(element);
  }

  async find(
    _conditions: unknown,
    { typeName, startFrom = 0, pageSize = 1000 }: QueryOptions,
  ): Promise<readonly MetadataElement[]> {
    this.requests.push('find');
    const all = [...this.live().values()].filter((element) => element.typeName === typeName);
    return all.slice(startFrom, startFrom + pageSize).map(shown);
  }

  async related(
    guid: string,
    { startFrom = 0, pageSize = 1000 }: QueryOptions = {},
  ): Promise<readonly RelatedElement[]> {
    this.requests.push('related');
    const live = this.live();
    const ends = [...live.values()].flatMap((child) =>
      [...child.parents].map(([typeName, end1]) => ({ typeName, end1, end2: child.qualifiedName, version: 1 })),
    );
    for (const key of this.links.keys()) {
      const [typeName, end1, end2] = JSON.parse(key);
      ends.push({ typeName, end1, end2, version: this.linkVersions.get(key) ?? 1 });
    }
    const found = ends.flatMap(({ typeName, end1, end2, version }) => {
      const isEnd1 = live.get(end1)?.guid === guid;
      const other = live.get(isEnd1 ? end2 : end1);
      if (other === undefined || (!isEnd1 && live.get(end2)?.guid !== guid)) return [];
      const versions = { createdBy: 'somebody', createTime: 0, version };
      const relationship = { guid: JSON.stringify([typeName, end1, end2]), typeName, properties: {}, versions };
      return [{ relationship, element: shown(other), elementAtEnd1: !isEnd1 }];
    });
    return found.slice(startFrom, startFrom + pageSize);
  }

  findByString = notInTheFake;
  getRelationship = notInTheFake;
  history = notInTheFake;
  create = notInTheFake;
  createFromTemplate = notInTheFake;
  setEffectivity = notInTheFake;
  setPublished = notInTheFake;
  linksBetween = notInTheFake;
  update = notInTheFake;
  classify = notInTheFake;
  declassify: MetadataStore['declassify'] = notInTheFake;
  relate = notInTheFake;
  updateRelationship = notInTheFake;
  unrelate = notInTheFake;
  delete = notInTheFake;

  as(): MetadataStore {
    return this;
  }

  /** Takes an element away without a trace; only its own end is told, not that of its links. */
  purge(qualifiedName: string): void {
    const element = this.elements.get(qualifiedName);
    if (element === undefined) return;
    this.elements.delete(qualifiedName);
    for (const other of this.elements.values()) {
      if (other.anchor === qualifiedName) other.anchor = undefined;
      for (const [relationship, parent] of other.parents) {
        if (parent === qualifiedName) other.parents.delete(relationship);
      }
    }
    this.#tell(element);
  }

  /** What a steward does in the store, past the engine. */
  steward(operation: BatchOperation): void {
    this.#apply(operation, true);
  }

  /** The feed no longer reaches back to its begin. */
  forgetChanges(): void {
    this.#changes = [];
  }

  /** What the store holds now, to be brought back by `restore`. */
  backup(): StoreBackup {
    const elements = [...this.elements.values()].map((element) => ({
      ...element,
      parents: new Map(element.parents),
      parentProperties: new Map(element.parentProperties),
      foreignAbove: new Map(element.foreignAbove),
      hidden: new Map(element.hidden),
    }));
    return { elements, changes: [...this.#changes], sequence: this.#sequence };
  }

  /** As an operator brings back files: the incarnation is the same, the clock goes on. */
  restore(backup: StoreBackup): void {
    this.elements.clear();
    for (const element of backup.elements) {
      this.elements.set(element.qualifiedName, {
        ...element,
        parents: new Map(element.parents),
        parentProperties: new Map(element.parentProperties),
        foreignAbove: new Map(element.foreignAbove),
        hidden: new Map(element.hidden),
      });
    }
    this.batches.clear();
    this.#changes = [...backup.changes];
    this.#sequence = backup.sequence;
  }

  /** Everything is gone; the server says so by another incarnation. */
  wipe(): void {
    this.elements.clear();
    for (const some of [this.links, this.linkVersions, this.#stewardLinks, this.#madeLinks, this.#hiddenLinks])
      some.clear();
    this.batches.clear();
    this.#changes = [];
    this.#sequence = 0;
    this.incarnation += '+';
  }

  live(): ReadonlyMap<string, FakeElement> {
    return new Map([...this.elements].filter(([, element]) => element.live));
  }

  #answer(batch: Batch): BatchResult {
    const { grant } = batch;
    if (grant !== undefined) {
      if (grant.token < (this.#tokens.get(grant.slot) ?? 0)) {
        throw new IsthmusError('GRANT_SUPERSEDED', 'a higher token was seen');
      }
      this.#tokens.set(grant.slot, grant.token);
    }
    const earlier = this.batches.get(batch.id);
    if (earlier !== undefined) return earlier;
    const sequenceBefore = this.#sequence;
    const wasLive = this.live();
    const items = batch.operations.map((operation) => this.#told(this.#apply(operation, false), batch.tellFormer));
    const named = new Set(items.map(({ guid }) => guid));
    const fallen = [...wasLive.values()].filter(({ live, guid }) => !live && !named.has(guid)).map(({ guid }) => guid);
    const last = this.hasFeed && this.tellsLastChange ? this.#changes.at(-1) : undefined;
    const result: BatchResult = {
      items,
      changeSequence: this.#sequence,
      ...(this.hasFeed && this.tellsOwnChanges ? { sequenceBefore } : {}),
      ...(last !== undefined && this.#sequence > sequenceBefore ? { lastChange: last } : {}),
      ...(this.hasFeed || fallen.length === 0 ? {} : { fallen }),
    };
    this.batches.set(batch.id, result);
    return result;
  }

  #told(item: BatchItemResult, tellFormer = false): BatchItemResult {
    const isLook = item.version === undefined;
    if (isLook || (tellFormer && item.outcome !== 'unchanged')) return item;
    const { former: _, version: __, ...rest } = item;
    return rest;
  }

  #apply(operation: BatchOperation, bySteward: boolean): BatchItemResult {
    if (!bySteward && this.refuses(operation)) return refusal('PROPERTY_TYPE_WRONG');
    if (operation.op === 'look') return this.#look(operation);
    if (operation.op === 'delete' && this.elements.get(operation.qualifiedName)?.live !== true)
      return { outcome: 'unchanged' };
    if ((operation.op === 'upsert' || operation.op === 'delete') && operation.expects !== undefined) {
      const version = this.elements.get(operation.qualifiedName)?.version ?? 0;
      if (version !== operation.expects) return refusal('ELEMENT_CHANGED');
    }
    if (operation.op === 'upsert') return this.#upsert(operation, bySteward);
    if (operation.op === 'delete') {
      const element = this.elements.get(operation.qualifiedName);
      const former = element === undefined ? {} : { former: foundIn(element, undefined) };
      const item = this.#delete(operation.qualifiedName, bySteward);
      return item.outcome === 'deleted' ? { ...item, ...former, version: element?.version ?? 0 } : item;
    }
    if (operation.op === 'link') return this.#link(operation, bySteward);
    const child = this.elements.get(operation.end2);
    const { expects, keepsOthers = false } = operation;
    const key = linkKey(operation);
    if (keepsOthers && !bySteward && this.#madeLinks.has(key)) return { outcome: 'unchanged' };
    if (expects !== undefined && this.links.has(key) && this.linkVersions.get(key) !== expects)
      return refusal('ELEMENT_CHANGED');
    // Our server takes away one that its end has hidden, too.
    const wasHidden = this.#hiddenLinks.delete(key);
    if (wasHidden || this.links.has(key)) this.#madeLinks.delete(key);
    if (wasHidden) this.onLinkGone(key, bySteward ? 'person' : 'engine');
    if (wasHidden) return { outcome: 'deleted' };
    if (this.links.delete(key)) {
      this.onLinkGone(key, bySteward ? 'person' : 'engine');
      if (child !== undefined) this.#tell(child, this.elements.get(operation.end1));
      return { outcome: 'deleted' };
    }
    if (child?.parents.delete(operation.typeName) === true) {
      this.#tell(child, this.elements.get(operation.end1));
    }
    return { outcome: 'updated' };
  }

  #anchoredTo(qualifiedName: string): readonly string[] {
    const direct = [...this.live().values()].filter(({ anchor }) => anchor === qualifiedName);
    return direct.flatMap((each) => [each.qualifiedName, ...this.#anchoredTo(each.qualifiedName)]);
  }

  #look({ qualifiedName, parent, anchored, foreignLinks }: Extract<BatchOperation, { op: 'look' }>): BatchItemResult {
    const element = this.elements.get(qualifiedName);
    if (element === undefined) return { outcome: 'unchanged' };
    const former = foundIn(element, parent?.relationshipTypeName);
    const names = anchored === undefined || !this.tellsAnchored ? [] : this.#anchoredTo(qualifiedName);
    const links = foreignLinks === true && element.live ? this.#foreignLinks(qualifiedName) : [];
    const told = {
      ...former,
      ...(names.length > 0 && { anchored: names.slice(0, anchored) }),
      ...(links.length > 0 && { foreignLinks: links }),
    };
    return { outcome: 'unchanged', guid: element.guid, former: told };
  }

  #foreignLinks(qualifiedName: string): NonNullable<FoundElement['foreignLinks']> {
    return [...this.#stewardLinks].flatMap(([key, at]) => {
      const [typeName, end1, end2] = JSON.parse(key);
      if (!this.links.has(key) || ![end1, end2].includes(qualifiedName)) return [];
      return [{ typeName, other: end1 === qualifiedName ? end2 : end1, by: 'steward', at }];
    });
  }

  #link(operation: Extract<BatchOperation, { op: 'link' | 'unlink' }>, bySteward: boolean): BatchItemResult {
    const [end1, end2] = [this.elements.get(operation.end1), this.elements.get(operation.end2)];
    if (end1?.live !== true || end2?.live !== true) return refusal('ELEMENT_NOT_FOUND');
    const key = linkKey(operation);
    const known = this.links.get(key);
    const permitted = permittedLink(known ?? {}, operation, !this.#stewardLinks.has(key));
    const at = this.#stewardLinks.get(key) ?? 0;
    const isKept = known !== undefined && Object.keys(permitted.kept).length > 0;
    const told = isKept && { kept: permitted.kept, keptFrom: { at, by: 'steward' } };
    const all = Object.entries({ ...known, ...permitted.properties });
    const properties = Object.fromEntries(all.filter(([name]) => !permitted.clear.includes(name)));
    if (known !== undefined && JSON.stringify(known) === JSON.stringify(properties))
      return { outcome: 'unchanged', ...told };
    const outcome = known === undefined ? 'created' : 'updated';
    if (operation.isTrial === true) return { outcome, ...told };
    this.links.set(key, properties);
    if (bySteward && known === undefined) this.#madeLinks.add(key);
    if (bySteward) this.#stewardLinks.set(key, this.now());
    else if (known === undefined) this.#stewardLinks.delete(key);
    this.linkVersions.set(key, known === undefined ? 1 : (this.linkVersions.get(key) ?? 0) + 1);
    this.#tell(end2, end1);
    return { outcome, ...told };
  }

  #upsert(operation: Upsert, bySteward: boolean): BatchItemResult {
    const { qualifiedName, parent, anchor } = operation;
    for (const name of [parent?.qualifiedName, anchor]) {
      if (name !== undefined && this.elements.get(name)?.live !== true) return refusal('ELEMENT_NOT_FOUND');
    }
    let element = this.elements.get(qualifiedName);
    const former = element === undefined ? {} : { former: foundIn(element, parent?.relationshipTypeName) };
    if (operation.onlyIfNew === true && element?.live === true) return refusal('ELEMENT_EXISTS');
    const permitted =
      element === undefined
        ? permittedUpsert({ properties: {}, classifications: {} }, operation, true)
        : permittedUpsert(
            { ...element, foreignClassifications: bySteward ? [] : element.foreignClassifications },
            operation,
            !element.isForeign && !bySteward,
          );
    const keptFrom = { at: element?.changedAt ?? 0, by: 'steward' };
    let outcome: BatchItemResult['outcome'] = element === undefined ? 'created' : 'unchanged';
    if (element === undefined) {
      this.#guids += 1;
      element = {
        guid: `${operation.typeName}-${this.#guids}`,
        qualifiedName,
        typeName: operation.typeName,
        properties: {},
        classifications: {},
        foreignClassifications: [],
        anchor,
        parents: new Map(),
        parentProperties: new Map(),
        foreignAbove: new Map(),
        hidden: new Map(),
        version: 0,
        live: true,
        isForeign: false,
        isOwnRemoval: false,
        isMadeByOther: bySteward,
        changedAt: 0,
      };
      this.elements.set(qualifiedName, element);
    } else if (!element.live) {
      element.live = true;
      if (this.bringsLinksBack) this.#showLinks(element);
      outcome = 'restored';
    }
    const before = stateOf(element);
    element.typeName = operation.typeName;
    if (operation.keepsAnchor !== true) element.anchor = anchor;
    element.properties = upsertedProperties(element.properties, permitted.properties, permitted.clear);
    const keptAbove = place(element, operation, bySteward);
    classify(element, permitted, bySteward);
    const changed = before !== stateOf(element);
    if (outcome === 'unchanged' && changed) outcome = 'updated';
    const all = { ...permitted.kept, ...keptAbove };
    const kept = Object.keys(all).length > 0 ? { kept: all, keptFrom } : {};
    if (outcome === 'unchanged') return { outcome, guid: element.guid, ...kept };
    element.version += 1;
    element.changedAt = this.now();
    element.isForeign ||= bySteward;
    this.#tell(element);
    return { outcome, guid: element.guid, version: element.version, ...former, ...kept };
  }

  #delete(qualifiedName: string, bySteward: boolean): BatchItemResult {
    const element = this.elements.get(qualifiedName);
    if (element?.live !== true) return { outcome: 'unchanged' };
    if (!bySteward) this.onDelete(qualifiedName);
    element.live = false;
    element.isOwnRemoval = !bySteward;
    element.version += 1;
    for (const [relationship, parent] of element.parents) element.hidden.set(relationship, parent);
    element.parents.clear();
    this.#hideLinks(qualifiedName);
    this.#tell(element);
    for (const other of this.elements.values()) {
      if (!other.live) continue;
      if (other.anchor === qualifiedName) this.#delete(other.qualifiedName, bySteward);
      for (const [relationship, parent] of other.parents) {
        if (parent !== qualifiedName) continue;
        other.parents.delete(relationship);
        other.hidden.set(relationship, parent);
        this.#tell(other, element);
      }
    }
    return { outcome: 'deleted', guid: element.guid };
  }

  #hideLinks(qualifiedName: string): void {
    for (const [key, properties] of this.links) {
      if (!JSON.parse(key).includes(qualifiedName)) continue;
      this.links.delete(key);
      if (this.bringsLinksBack) this.#hiddenLinks.set(key, properties);
      else this.#madeLinks.delete(key);
      this.onLinkGone(key, 'end');
    }
  }

  /** Those whose other end is there, as a soft delete only hides them. */
  #showLinks(element: FakeElement): void {
    for (const [key, properties] of this.#hiddenLinks) {
      const [, ...ends]: readonly string[] = JSON.parse(key);
      if (ends.some((end) => this.elements.get(end)?.live !== true)) continue;
      this.#hiddenLinks.delete(key);
      this.links.set(key, properties);
    }
    for (const other of this.elements.values()) {
      if (!other.live) continue;
      for (const [relationship, parent] of other.hidden) {
        if (other !== element && parent !== element.qualifiedName) continue;
        if (this.elements.get(parent)?.live !== true || other.parents.has(relationship)) continue;
        other.hidden.delete(relationship);
        other.parents.set(relationship, parent);
      }
    }
  }

  #tell(element: FakeElement, end1?: FakeElement): void {
    this.#sequence += 1;
    this.#time += 1;
    this.#changes.push({
      sequence: this.#sequence,
      time: this.#time,
      eventType: 'UPDATED_ELEMENT_EVENT',
      guid: end1 === undefined ? element.guid : `relationship-${this.#sequence}`,
      typeName: element.typeName,
      superTypeNames: [],
      ...(end1 === undefined ? {} : { end1Guid: end1.guid, end2Guid: element.guid }),
    });
  }
}

function foundIn(element: FakeElement, relationshipTypeName: string | undefined): FoundElement {
  const { live, typeName, version, properties, classifications, foreignClassifications, parents } = element;
  const parent = relationshipTypeName === undefined ? undefined : parents.get(relationshipTypeName);
  return {
    state: live ? 'live' : 'deleted',
    typeName,
    version,
    properties,
    ...(Object.keys(classifications).length === 0 ? {} : { classifications }),
    ...(foreignClassifications.length === 0 ? {} : { foreignClassifications }),
    ...(element.isForeign ? {} : { isOwnWork: true }),
    ...(!element.live && element.isOwnRemoval ? { isOwnRemoval: true } : {}),
    ...(element.isMadeByOther ? { madeByOther: 'steward' } : {}),
    ...(relationshipTypeName === undefined
      ? {}
      : { parents: parent === undefined ? [] : [parentIn(element, relationshipTypeName, parent)] }),
  };
}

function parentIn(
  { parentProperties, foreignAbove }: FakeElement,
  type: string,
  qualifiedName: string,
): NonNullable<FoundElement['parents']>[number] {
  const foreignProperties = foreignAbove.get(type) ?? [];
  const properties = parentProperties.get(type) ?? {};
  return { qualifiedName, properties, ...(foreignProperties.length > 0 && { foreignProperties }) };
}

function stateOf({ typeName, properties, parents, parentProperties, classifications }: FakeElement): string {
  return JSON.stringify([typeName, properties, [...parents], [...parentProperties], classifications]);
}

/** @returns what stays of the link to the parent as others have set it */
function place(element: FakeElement, operation: Upsert, bySteward: boolean): Properties {
  const { parent } = operation;
  if (parent === undefined) return {};
  const { relationshipTypeName: type, properties = {} } = parent;
  const isThere = element.parents.get(type) === parent.qualifiedName;
  const there = isThere ? (element.parentProperties.get(type) ?? {}) : {};
  const foreign = isThere ? (element.foreignAbove.get(type) ?? []) : [];
  const permitted = permittedParent(there, operation, (name) => !bySteward && foreign.includes(name));
  const written = permitted.properties ?? {};
  const changed = Object.keys(written).filter((name) => there[name] !== properties[name]);
  element.parents.set(type, parent.qualifiedName);
  element.parentProperties.set(type, { ...there, ...written });
  const others = foreign.filter((name) => !changed.includes(name));
  element.foreignAbove.set(type, bySteward ? [...others, ...changed] : others);
  return permitted.kept;
}

function classify(
  element: FakeElement,
  { classifications, clearIn, declassify }: PermittedUpsert,
  bySteward: boolean,
): void {
  const after = new Map(Object.entries(element.classifications).filter(([name]) => !declassify.includes(name)));
  const foreign = new Set(element.foreignClassifications.filter((name) => after.has(name)));
  for (const name of new Set([...Object.keys(clearIn), ...Object.keys(classifications)])) {
    if (!after.has(name) && !Object.hasOwn(classifications, name)) continue;
    if (!after.has(name) && bySteward) foreign.add(name);
    after.set(name, classifiedProperties(after.get(name), classifications[name] ?? {}, clearIn[name]));
  }
  element.classifications = Object.fromEntries(after);
  element.foreignClassifications = [...foreign];
}

function linkKey({ typeName, end1, end2 }: Extract<BatchOperation, { op: 'link' | 'unlink' }>): string {
  return JSON.stringify([typeName, end1, end2]);
}

function shown({ guid, qualifiedName, typeName, properties, version, changedAt }: FakeElement): MetadataElement {
  return {
    guid,
    typeName,
    superTypeNames: [],
    status: 'ACTIVE',
    origin: { originCategory: 'LOCAL_COHORT', homeMetadataCollectionId: 'c', homeMetadataCollectionName: 'c' },
    versions: { createdBy: 'somebody', createTime: 0, updateTime: changedAt, version },
    classifications: [],
    properties: { ...properties, qualifiedName },
  };
}

function refusal(code: string): BatchItemResult {
  return { outcome: 'refused', error: { code, message: 'refused by the fake' } };
}
