import type { OperationEffect } from '@isthmus/connector-host';
import { IsthmusError } from '@isthmus/kernel';
import type { Author, MetadataElement, MetadataStore, Properties } from '@isthmus/model';
import { isSameValue } from '../groups/same-value.js';
import type { ActParts } from './apply-plan.js';
import { bringBackElement } from './bring-back-element.js';

const pageEffects = 200;

type Effect<O extends OperationEffect['of']> = O extends unknown ? Extract<OperationEffect, { readonly of: O }> : never;
type StateEffect = Extract<OperationEffect, { readonly of: 'effectivity' | 'publication' }>;

/**
 * Takes back what operations of contexts wrote in a run: what they changed gets its former values, what they took away
 * comes back, what they made goes. What anybody changed since stays and is told, as is what cannot be taken back.
 */
export class OperationUndo {
  readonly #store: MetadataStore;
  readonly #author: Author;
  #hasAny = false;

  constructor(
    private readonly parts: ActParts,
    private readonly runId: string,
  ) {
    const { grant, userId } = parts.spec;
    this.#author = { grant, ...(userId === undefined ? {} : { userId }) };
    this.#store = parts.store.as(this.#author);
  }

  /** All but what was made: items of the run may hang on that. Latest first. */
  async reset(): Promise<void> {
    for await (const { effect, operation } of this.#effects()) {
      this.#hasAny = true;
      if (!isMaking(effect)) await this.#attempt(effect, operation);
    }
  }

  async unmake(): Promise<void> {
    if (!this.#hasAny) return;
    for await (const { effect, operation } of this.#effects()) {
      if (isMaking(effect)) await this.#attempt(effect, operation);
    }
    this.parts.tally.finding(undefined, {
      severity: 'info',
      code: 'OPERATIONS_NOT_HELD',
      message: 'what operations of the context wrote is not held back: the next refresh may call them again',
    });
  }

  async *#effects() {
    const { journal, signal } = this.parts;
    for (let before: number | undefined; ; ) {
      const page = await journal.operations.effects(this.runId, before, pageEffects);
      if (page.length === 0) return;
      before = page.at(-1)?.number;
      for (const kept of page) {
        signal.throwIfAborted();
        yield kept;
      }
    }
  }

  /** What the server refuses is told; what keeps it from answering ends the run. */
  async #attempt(effect: OperationEffect, operation: string): Promise<void> {
    try {
      await this.#takeBack(effect);
    } catch (error) {
      if (!IsthmusError.is(error) || error.retryable || this.parts.signal.aborted) throw error;
      this.#keep(effect, `could not be taken back (${operation}): ${error.message}`);
    }
  }

  async #takeBack(effect: OperationEffect): Promise<void> {
    switch (effect.of) {
      case 'element':
        if (effect.from === undefined) return this.#unmake(effect);
        return effect.to === undefined ? this.#bringBack(effect) : this.#resetElement(effect);
      case 'classification':
        return this.#resetClassification(effect);
      case 'relationship':
        return this.#resetLink(effect);
      case 'effectivity':
        return this.#resetEffectivity(effect);
      case 'publication':
        return this.#keep(effect, 'was published or withdrawn, and it is not known what it was before');
    }
  }

  async #unmake(effect: Effect<'element'>): Promise<void> {
    const now = await this.#find(effect);
    if (now === undefined) return;
    const { properties = {}, classifications = {} } = effect.to ?? {};
    const given = now.classifications.filter(
      ({ classificationName: name }) => name !== 'Anchors' && !(name in classifications),
    );
    const isAsMade = now.versions.version === 1 || isSameValue(now.properties, properties);
    if (!isAsMade || given.length > 0) return this.#keep(effect, 'was changed since it was made, so it stays');
    await this.#writerOf(now).delete(now.guid, { method: 'SOFT_DELETE' }, this.parts.signal);
    this.#count('deleted', now.guid);
  }

  async #bringBack(effect: Effect<'element'>): Promise<void> {
    const { guid } = effect.element;
    const now = await this.#get(guid);
    if (now?.classifications.some(({ classificationName }) => classificationName === 'Memento') === true) {
      await this.#writerOf(now).declassify(guid, 'Memento', this.parts.signal);
      return this.#count('restored', guid);
    }
    if (now !== undefined) return this.#keep(effect, 'was brought back since, so it stays as it is');
    const fault = await bringBackElement(this.parts, effect.element, effect.from ?? { properties: {} });
    if (fault !== undefined) return this.#keep(effect, `stays away: ${fault}`);
    if (effect.method === 'PURGE') this.#keep(effect, 'was purged, so it was made anew under another GUID');
    this.#count('restored', guid);
  }

  async #resetElement(effect: Effect<'element'>): Promise<void> {
    const now = await this.#find(effect);
    if (now === undefined) return this.#keep(effect, 'was removed since, so it stays away');
    const { from, to } = sidesOf(effect);
    const wanted = this.#reset(now.properties, from, to, (field) =>
      this.#keep(effect, 'was changed since, so it stays', `${field} of `),
    );
    if (wanted === undefined) return;
    // Merging would leave what was added.
    await this.#writerOf(now).update(now.guid, wanted, 'replace', undefined, this.parts.signal);
    this.#count('updated', now.guid);
  }

  async #resetClassification(effect: Effect<'classification'>): Promise<void> {
    const { name, from, element } = effect;
    const now = await this.#get(element.guid);
    if (now === undefined) return;
    const there = now.classifications.find(({ classificationName }) => classificationName === name)?.properties;
    if (isSameValue(there, from)) return;
    if (!isAsWritten(effect, there)) return this.#keep(effect, 'was changed since, so it stays', `${name} of `);
    if (from === undefined) await this.#writerOf(now).declassify(now.guid, name, this.parts.signal);
    else await this.#writerOf(now).classify(now.guid, name, from, this.parts.signal);
    this.#count('updated', now.guid);
  }

  async #resetLink(effect: Effect<'relationship'>): Promise<void> {
    const { signal } = this.parts;
    const { guid, name, from, to, end1, end2 } = effect;
    const there = guid === '' ? undefined : (await this.#store.getRelationship(guid, {}, signal))?.relationship;
    if (to === undefined) {
      const links = await this.#store.linksBetween(name, end1.guid, end2.guid, signal);
      if (there !== undefined || links.length > 0) return;
      await this.#store.relate(name, end1.guid, end2.guid, from ?? {}, signal);
    } else if (there === undefined) {
      return;
    } else if (from === undefined) {
      if (!isSameValue(there.properties, to)) return this.#keep(effect, 'was changed since it was made, so it stays');
      await this.#store.unrelate(guid, signal);
    } else {
      const wanted = this.#reset(there.properties, from, to, (field) =>
        this.#keep(effect, 'was changed since, so it stays', `${field} of `),
      );
      if (wanted === undefined) return;
      await this.#store.updateRelationship(guid, wanted, 'replace', signal);
    }
    this.#count('updated', end1.guid);
  }

  async #resetEffectivity(effect: StateEffect): Promise<void> {
    const { element, from, to } = effect;
    const now = from === undefined ? undefined : await this.#get(element.guid);
    if (from === undefined || now === undefined)
      return this.#keep(effect, 'got another effectivity, and it is not known what it was before');
    const there = { effectiveFrom: now.effectiveFrom, effectiveTo: now.effectiveTo };
    if (!isSameValue(there, to)) return this.#keep(effect, 'was changed since, so it stays', 'effectivity of ');
    await this.#writerOf(now).setEffectivity({ element: now.guid }, from, this.parts.signal);
    this.#count('updated', now.guid);
  }

  /** @returns all properties with the former values of what is still as it was written; undefined: nothing is */
  #reset(now: Properties, from: Properties, to: Properties, onKept: (field: string) => void): Properties | undefined {
    const wanted = new Map(Object.entries(now));
    let isAny = false;
    for (const field of new Set([...Object.keys(from), ...Object.keys(to)])) {
      const former = from[field];
      if (isSameValue(now[field], former)) continue;
      if (!isSameValue(now[field], to[field])) {
        onKept(field);
        continue;
      }
      isAny = true;
      if (former === undefined) wanted.delete(field);
      else wanted.set(field, former);
    }
    return isAny ? Object.fromEntries(wanted) : undefined;
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

  #keep(effect: OperationEffect, why: string, what = ''): void {
    const message = `${what}${nameOf(effect)} ${why}`;
    this.parts.tally.finding(undefined, { severity: 'warning', code: 'UNDO_KEPT', message });
  }
}

function isMaking(effect: OperationEffect): boolean {
  return effect.of === 'element' && effect.from === undefined;
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
