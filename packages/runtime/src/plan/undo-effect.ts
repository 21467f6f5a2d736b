import { type OperationEffect, watchedStore } from '@isthmus/connector-host';
import type { Author, MetadataElement, MetadataStore, Properties, PropertyValue } from '@isthmus/model';
import { isSameValue } from '../groups/same-value.js';
import { keepWrite } from '../operations/operation-ledger.js';
import { holdingsOf } from '../sync/holdings.js';
import type { ActParts } from './apply-plan.js';
import { bringBackElement } from './bring-back-element.js';

export type Effect<O extends OperationEffect['of']> = Extract<OperationEffect, { readonly of: O }>;
type StateEffect = Extract<OperationEffect, { readonly of: 'effectivity' | 'publication' }>;

const mostLinks = 1_000;

/** Takes one effect of an operation back, and keeps what it writes as the run's own. */
export class EffectUndo {
  readonly #store: MetadataStore;
  readonly #author: Author;
  readonly #operation: string;

  constructor(
    private readonly parts: ActParts,
    operation: string,
    /** When the run that is taken back began to write, epoch ms. */
    private readonly since: number,
    /** GUIDs of relationships that the undo has made again, by those that they had: earlier effects name these. */
    private readonly remade: Map<string, string>,
  ) {
    const { grant, userId } = parts.spec;
    this.#author = { grant, ...(userId === undefined ? {} : { userId }) };
    this.#operation = operation.startsWith(prefix) ? operation.slice(prefix.length) : `${prefix}${operation}`;
    const writing = (effect: OperationEffect) => this.#keepWrite(effect);
    this.#store = watchedStore(parts.store, { writing, end: async () => undefined }).as(this.#author);
  }

  /** Not of what was made: see `unmake`. */
  async takeBack(effect: OperationEffect): Promise<void> {
    switch (effect.of) {
      case 'element':
        return effect.to === undefined ? this.#bringBack(effect) : this.#resetElement(effect);
      case 'classification':
        return this.#resetClassification(effect);
      case 'relationship':
        return this.#resetLink(effect);
      case 'effectivity':
        return this.#resetEffectivity(effect);
      case 'publication':
        return this.keep(effect, 'was published or withdrawn, and it is not known what it was before');
    }
  }

  /** @param beforeGoing - is told its name */
  async unmake(effect: Effect<'element'>, beforeGoing: (qualifiedName: string) => Promise<void>): Promise<void> {
    const now = await this.#find(effect);
    if (now === undefined) return;
    const { properties = {}, classifications = {} } = effect.to ?? {};
    const given = now.classifications.filter(
      ({ classificationName: name }) => name !== 'Anchors' && !(name in classifications),
    );
    const isOther = ([name, value]: [string, PropertyValue]) => !isSameValue(now.properties[name], value);
    const isTouched = now.versions.version > 1;
    if (isTouched && Object.entries(properties).some(isOther))
      return this.keep(effect, 'was changed since it was made, so it stays');
    const added = isTouched ? Object.keys(now.properties).filter((name) => !(name in properties)) : [];
    const more = [...added, ...given.map(({ classificationName }) => classificationName)];
    if (more.length > 0) return this.keep(effect, `has ${more.join(', ')}, which the run did not give it, so it stays`);
    if (await this.#isLinkedByOthers(now))
      return this.keep(effect, 'was linked by somebody since it was made, so it stays');
    const { qualifiedName } = effect.element;
    const held = qualifiedName === undefined ? undefined : await this.#heldByAnchored(qualifiedName);
    if (held !== undefined) return this.keep(effect, `stays: ${held}`);
    if (qualifiedName !== undefined) await beforeGoing(qualifiedName);
    await this.#writerOf(now).delete(now.guid, { method: 'SOFT_DELETE' }, this.parts.signal);
    this.#count('deleted', now.guid);
  }

  async #heldByAnchored(name: string): Promise<string | undefined> {
    const item = { scope: '', key: '', hash: '', qualifiedNames: [name] };
    const parts = { ...this.parts, owner: this.parts.spec.owner };
    return (await holdingsOf(parts, [{ name, item }], async () => new Set())).get(name)?.why;
  }

  /** What was deleted and made anew in one run gets the content that it had before. */
  async resetLife(deleted: Effect<'element'>, made: Effect<'element'>): Promise<void> {
    const now = await this.#find(made);
    if (now === undefined) return this.keep(deleted, 'was removed since, so it stays away');
    if (now.guid !== deleted.element.guid)
      this.keep(deleted, 'was made anew under another GUID, which stays; it has its former content');
    const { properties: from = {}, classifications: former = {} } = deleted.from ?? {};
    await this.#resetProperties(deleted, now, from, made.to?.properties ?? {});
    const given = made.to?.classifications ?? {};
    const there = new Map(now.classifications.map((each) => [each.classificationName, each.properties]));
    for (const name of new Set([...Object.keys(former), ...Object.keys(given)])) {
      if (name === 'Anchors') continue;
      await this.#writeClassification(deleted, now, { name, from: former[name], to: given[name] }, there.get(name));
    }
  }

  async #writeClassification(
    effect: OperationEffect,
    now: MetadataElement,
    {
      name,
      from,
      to,
    }: { readonly name: string; readonly from?: Properties | undefined; readonly to?: Properties | undefined },
    there: Properties | undefined,
  ): Promise<void> {
    if (isSameValue(there, from)) return;
    if (there !== undefined && !isSameValue(there, to))
      return this.keep(effect, 'was changed since, so it stays', `${name} of `);
    if (from === undefined) await this.#writerOf(now).declassify(now.guid, name, this.parts.signal);
    else await this.#writerOf(now).classify(now.guid, name, from, this.parts.signal);
    this.#count('updated', now.guid);
  }

  /** Relationships that the run made were taken away before. */
  async #isLinkedByOthers({ guid, versions }: MetadataElement): Promise<boolean> {
    this.parts.tally.add('requests');
    const related = await this.#store.related(guid, { forLineage: true, pageSize: mostLinks }, this.parts.signal);
    const writer = versions.updatedBy ?? versions.createdBy;
    // What was there before came back with an element that was made under the name of a deleted one.
    return related.some(({ relationship: { versions: link } }) => {
      const isSince = (link.updateTime ?? link.createTime) >= this.since;
      return isSince && (link.updatedBy ?? link.createdBy) !== writer;
    });
  }

  async #bringBack(effect: Effect<'element'>): Promise<void> {
    const { guid } = effect.element;
    const now = await this.#get(guid);
    if (now?.classifications.some(({ classificationName }) => classificationName === 'Memento') === true) {
      await this.#writerOf(now).declassify(guid, 'Memento', this.parts.signal);
      return this.#count('restored', guid);
    }
    if (now !== undefined) return this.keep(effect, 'was brought back since, so it stays as it is');
    const content = effect.from ?? { properties: {} };
    const told = await this.#keepWrite({ of: 'element', element: { ...effect.element, guid: '' }, to: content });
    const { fault, guid: back } = await bringBackElement(this.parts, effect.element, content);
    if (fault !== undefined) {
      await told.failed(true);
      return this.keep(effect, `stays away: ${fault}`);
    }
    await told.done(back);
    if (effect.method === 'PURGE') this.keep(effect, 'was purged, so it was made anew under another GUID');
    this.#count('restored', guid);
  }

  async #resetElement(effect: Effect<'element'>): Promise<void> {
    const now = await this.#find(effect);
    if (now === undefined) return this.keep(effect, 'was removed since, so it stays away');
    const { from, to } = sidesOf(effect);
    await this.#resetProperties(effect, now, from, to);
  }

  async #resetProperties(
    effect: OperationEffect,
    now: MetadataElement,
    from: Properties,
    to: Properties,
  ): Promise<void> {
    const wanted = this.#reset(now.properties, from, to, (field) =>
      this.keep(effect, 'was changed since, so it stays', `${field} of `),
    );
    if (wanted === undefined) return;
    const { values, mode } = wanted;
    await this.#writerOf(now).update(now.guid, values, mode, undefined, this.parts.signal);
    this.#count('updated', now.guid);
  }

  async #resetClassification(effect: Effect<'classification'>): Promise<void> {
    const { name, from, element } = effect;
    const now = await this.#get(element.guid);
    if (now === undefined) return;
    const there = now.classifications.find(({ classificationName }) => classificationName === name)?.properties;
    if (isSameValue(there, from)) return;
    if (!isAsWritten(effect, there)) return this.keep(effect, 'was changed since, so it stays', `${name} of `);
    if (from === undefined) await this.#writerOf(now).declassify(now.guid, name, this.parts.signal);
    else await this.#writerOf(now).classify(now.guid, name, from, this.parts.signal);
    this.#count('updated', now.guid);
  }

  async #resetLink(effect: Effect<'relationship'>): Promise<void> {
    const { signal } = this.parts;
    const { name, from, to, end1, end2 } = effect;
    const guid = this.remade.get(effect.guid) ?? effect.guid;
    const there = guid === '' ? undefined : (await this.#store.getRelationship(guid, {}, signal))?.relationship;
    if (to === undefined) {
      const links = await this.#store.linksBetween(name, end1.guid, end2.guid, signal);
      if (there !== undefined || links.length > 0) return;
      this.remade.set(effect.guid, await this.#store.relate(name, end1.guid, end2.guid, from ?? {}, signal));
    } else if (there === undefined) {
      return;
    } else if (from === undefined) {
      if (!isSameValue(there.properties, to)) return this.keep(effect, 'was changed since it was made, so it stays');
      await this.#store.unrelate(guid, signal);
    } else {
      const wanted = this.#reset(there.properties, from, to, (field) =>
        this.keep(effect, 'was changed since, so it stays', `${field} of `),
      );
      if (wanted === undefined) return;
      await this.#store.updateRelationship(guid, wanted.values, wanted.mode, signal);
    }
    this.#count('updated', end1.guid);
  }

  async #resetEffectivity(effect: StateEffect): Promise<void> {
    const { element, from, to } = effect;
    const now = from === undefined ? undefined : await this.#get(element.guid);
    if (from === undefined || now === undefined)
      return this.keep(effect, 'got another effectivity, and it is not known what it was before');
    const there = { effectiveFrom: now.effectiveFrom, effectiveTo: now.effectiveTo };
    if (!isSameValue(there, to)) return this.keep(effect, 'was changed since, so it stays', 'effectivity of ');
    await this.#writerOf(now).setEffectivity({ element: now.guid }, from, this.parts.signal);
    this.#count('updated', now.guid);
  }

  /**
   * The former values of what is still as it was written; undefined: nothing is. What was added goes only when all is
   * written, else what others write meanwhile is left alone.
   */
  #reset(now: Properties, from: Properties, to: Properties, onKept: (field: string) => void): Reset | undefined {
    const changed = new Map<string, PropertyValue>();
    const added: string[] = [];
    for (const field of new Set([...Object.keys(from), ...Object.keys(to)])) {
      const former = from[field];
      if (isSameValue(now[field], former)) continue;
      if (!isSameValue(now[field], to[field])) onKept(field);
      else if (former === undefined) added.push(field);
      else changed.set(field, former);
    }
    if (added.length === 0)
      return changed.size === 0 ? undefined : { values: Object.fromEntries(changed), mode: 'merge' };
    const left = Object.entries(now).filter(([field]) => !added.includes(field));
    return { values: Object.fromEntries([...left, ...changed]), mode: 'replace' };
  }

  #keepWrite(effect: OperationEffect) {
    const { journal, spec, clock } = this.parts;
    const { operations } = journal;
    const begin = (operation: string, told: OperationEffect) =>
      operations.begin(spec.owner, spec.runId, clock.now(), { operation, effect: told });
    const done = (number: number, told: OperationEffect) => operations.done(number, told);
    return keepWrite({ begin, done, drop: (number) => operations.drop(number) }, this.#operation, effect);
  }

  /** What was made, also where the process went away before its GUID was known. */
  async #find({ element: { guid, qualifiedName } }: Effect<'element'>): Promise<MetadataElement | undefined> {
    if (guid !== '') return this.#get(guid);
    if (qualifiedName === undefined) return undefined;
    return this.#store.getByQualifiedName(qualifiedName, {}, this.parts.signal);
  }

  /** What belongs to a metadata collection only that collection can change. */
  #writerOf({ origin }: MetadataElement): MetadataStore {
    const { originCategory, homeMetadataCollectionId: guid, homeMetadataCollectionName: name } = origin;
    return originCategory === 'EXTERNAL_SOURCE'
      ? this.#store.as({ ...this.#author, externalSource: { guid, name } })
      : this.#store;
  }

  #get(guid: string): Promise<MetadataElement | undefined> {
    this.parts.tally.add('requests');
    return this.#store.get(guid, { forLineage: true }, this.parts.signal);
  }

  #count(what: 'updated' | 'restored' | 'deleted', guid: string): void {
    this.parts.tally.add(what);
    this.parts.tally.add('requests');
    this.parts.tally.changed(what, guid);
  }

  keep(effect: OperationEffect, why: string, what = ''): void {
    const message = `${what}${nameOf(effect)} ${why}`;
    this.parts.tally.finding(undefined, { severity: 'warning', code: 'UNDO_KEPT', message });
  }
}

/** Of an archived element only that it is: when and by whom the server notes itself. */
function isAsWritten({ name, from, to }: Effect<'classification'>, there: Properties | undefined): boolean {
  const isArchiving = name === 'Memento' && from === undefined && to !== undefined;
  return isArchiving ? there !== undefined : isSameValue(there, to);
}

function sidesOf({ from, to }: Effect<'element'>): { readonly from: Properties; readonly to: Properties } {
  return { from: from?.properties ?? {}, to: to?.properties ?? {} };
}

function nameOf(effect: OperationEffect): string {
  if (effect.of !== 'relationship') return effect.element.qualifiedName ?? effect.element.guid;
  const { name, end1, end2 } = effect;
  return `${name} from ${end1.qualifiedName ?? end1.guid} to ${end2.qualifiedName ?? end2.guid}`;
}

/** Stands before the name of the operation that was taken back. */
const prefix = 'undo of ';

interface Reset {
  readonly values: Properties;
  readonly mode: 'merge' | 'replace';
}

/** The same for all that a run did to an element. */
export function effectName(effect: Effect<'element'>): string {
  return effect.element.qualifiedName ?? effect.element.guid;
}
