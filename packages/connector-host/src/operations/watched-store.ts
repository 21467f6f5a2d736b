import { isDeepStrictEqual } from 'node:util';
import { IsthmusError } from '@isthmus/kernel';
import type {
  Author,
  Batch,
  BatchResult,
  DeleteOptions,
  Effectivity,
  EffectivityTarget,
  ElementLink,
  ExternalSource,
  MetadataElement,
  MetadataStore,
  NewElement,
  NewFromTemplate,
  Properties,
} from '@isthmus/model';
import { changedOnly, classificationsOf, effectElement, withClassification, zonesOf } from './effect-parts.js';
import { FoundMetadata } from './found-metadata.js';
import type { CallWatch, EffectElement, EffectJudge, ElementContent, OperationEffect } from './operation-effect.js';
import { OverlaidStore } from './overlaid-store.js';
import type { PreviewedMetadata } from './previewed-metadata.js';
import { SeenMetadata } from './seen-metadata.js';

export interface WatchedParts {
  readonly store: MetadataStore;
  readonly seen: SeenMetadata;
  readonly watch?: CallWatch;
  readonly judge?: EffectJudge;
  /** Nothing is written, but laid over what is read. */
  readonly preview?: PreviewedMetadata;
}

/** Of a write that left everything as it was. */
const nothingWritten = Symbol('nothing written');

/**
 * A store that tells what each write of one call changes, before it is made. In a preview it is told and not made: what is
 * read afterwards is as if it had been.
 */
export class WatchedStore extends OverlaidStore implements MetadataStore {
  readonly #found: FoundMetadata;

  constructor(private readonly parts: WatchedParts) {
    super(parts);
    this.#found = new FoundMetadata(parts);
  }

  as(author: Author): MetadataStore {
    return new WatchedStore({ ...this.parts, store: this.parts.store.as(author) });
  }

  async create(element: NewElement, signal: AbortSignal): Promise<string> {
    return await this.#make(element, element.classifications, () => this.parts.store.create(element, signal), signal);
  }

  /** What the template brings is read once it was made: undo has to know it from what people add. */
  async createFromTemplate(element: NewFromTemplate, signal: AbortSignal): Promise<string> {
    const { store } = this.parts;
    const content = async (guid: string): Promise<ElementContent | undefined> => {
      const made = await store.get(guid, {}, signal).catch(() => undefined);
      return made && { properties: made.properties, classifications: classificationsOf(made) };
    };
    return await this.#make(element, undefined, () => store.createFromTemplate(element, signal), signal, content);
  }

  async update(
    guid: string,
    properties: Properties,
    mode: 'merge' | 'replace',
    source: ExternalSource | undefined,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { store, preview } = this.parts;
    const write = () => store.update(guid, properties, mode, source, signal);
    const former = await this.#former(guid, signal);
    if (former === undefined) return await write();
    const { qualifiedName } = former.properties;
    const kept = qualifiedName === undefined ? {} : { qualifiedName };
    const after = mode === 'merge' ? { ...former.properties, ...properties } : { ...kept, ...properties };
    if (isDeepStrictEqual(after, { ...former.properties })) return preview === undefined ? await write() : false;
    const [from, to] = changedOnly(former.properties, after);
    const element = effectElement(former);
    return await this.#write(
      { of: 'element', element, from: { properties: from }, to: { properties: to } },
      write,
      () => {
        preview?.put({ ...former, properties: after });
        return true;
      },
    );
  }

  async classify(guid: string, name: string, properties: Properties, signal: AbortSignal): Promise<void> {
    const { store, preview } = this.parts;
    const write = () => store.classify(guid, name, properties, signal);
    const former = await this.#former(guid, signal);
    if (former === undefined) return await write();
    const from = classificationsOf(former)[name];
    const effect = { of: 'classification', element: effectElement(former), name, to: properties } as const;
    const found = this.#found.classification(guid, name);
    await this.#write({ ...effect, ...(from !== undefined && { from }), ...found }, write, () =>
      preview?.put(withClassification(former, name, properties)),
    );
  }

  async declassify(guid: string, name: string, signal: AbortSignal): Promise<void> {
    const { store, preview } = this.parts;
    const write = () => store.declassify(guid, name, signal);
    const former = await this.#former(guid, signal);
    const from = former && classificationsOf(former)[name];
    if (former === undefined || from === undefined) return await write();
    const found = this.#found.classification(guid, name);
    await this.#write({ of: 'classification', element: effectElement(former), name, from, ...found }, write, () =>
      preview?.put(withClassification(former, name, undefined)),
    );
  }

  async relate(
    typeName: string,
    end1Guid: string,
    end2Guid: string,
    properties: Properties,
    signal: AbortSignal,
  ): Promise<string> {
    const { store, preview } = this.parts;
    const [end1, end2] = [this.#named(end1Guid), this.#named(end2Guid)];
    const found = await this.#found.links([typeName, end1Guid, end2Guid], signal);
    return await this.#write(
      { of: 'relationship', guid: '', name: typeName, end1, end2, to: properties, ...found },
      () => store.relate(typeName, end1Guid, end2Guid, properties, signal),
      () => preview?.link(typeName, end1Guid, end2Guid, properties) ?? '',
      (guid) => guid,
    );
  }

  async updateRelationship(
    guid: string,
    properties: Properties,
    mode: 'merge' | 'replace',
    signal: AbortSignal,
  ): Promise<void> {
    const { store, preview } = this.parts;
    const write = () => store.updateRelationship(guid, properties, mode, signal);
    const link = await this.#formerLink(guid, signal);
    if (link === undefined) return await write();
    const { relationship } = link;
    const after = mode === 'merge' ? { ...relationship.properties, ...properties } : properties;
    const [from, to] = changedOnly(relationship.properties, after);
    await this.#write({ ...(await this.#linkEffect(link, signal)), from, to }, write, () =>
      preview?.putLink({ ...link, relationship: { ...relationship, properties: after } }),
    );
  }

  async unrelate(guid: string, signal: AbortSignal): Promise<void> {
    const { store, preview } = this.parts;
    const write = () => store.unrelate(guid, signal);
    const link = await this.#formerLink(guid, signal);
    if (link === undefined) return await write();
    const from = link.relationship.properties;
    await this.#write({ ...(await this.#linkEffect(link, signal)), from }, write, () => preview?.unlink(guid));
  }

  async setEffectivity(of: EffectivityTarget, effectivity: Effectivity, signal: AbortSignal): Promise<void> {
    const write = () => this.parts.store.setEffectivity(of, effectivity, signal);
    const to: Properties = { ...effectivity };
    if ('relationship' in of) {
      const link = await this.#formerLink(of.relationship, signal);
      if (link === undefined) return await write();
      const element = { guid: of.relationship, typeName: link.relationship.typeName };
      return await this.#write({ of: 'effectivity', element, to }, write, () => undefined);
    }
    const former = await this.#former(of.element, signal);
    if (former === undefined) return await write();
    const { effectiveFrom, effectiveTo } = former;
    const from =
      of.classification === undefined
        ? { from: { ...(effectiveFrom && { effectiveFrom }), ...(effectiveTo && { effectiveTo }) } }
        : {};
    await this.#write({ of: 'effectivity', element: effectElement(former), ...from, to }, write, () => undefined);
  }

  async setPublished(guid: string, isPublished: boolean, signal: AbortSignal): Promise<void> {
    const write = () => this.parts.store.setPublished(guid, isPublished, signal);
    const former = await this.#former(guid, signal);
    if (former === undefined) return await write();
    const element = effectElement(former);
    // The server alone knows to which zones it publishes: whether anything changed shows afterwards.
    const compared = async (): Promise<unknown> => {
      await write();
      const after = await this.parts.store.get(guid, { forLineage: true }, signal);
      this.parts.seen.noteFresh(after);
      return after !== undefined && isDeepStrictEqual(zonesOf(after), zonesOf(former)) ? nothingWritten : undefined;
    };
    await this.#write({ of: 'publication', element, to: { published: isPublished } }, compared, () => {
      if (!isPublished) this.parts.preview?.put(withClassification(former, 'ZoneMembership', { zoneMembership: [] }));
    });
  }

  async delete(guid: string, options: DeleteOptions, signal: AbortSignal): Promise<void> {
    const { store, preview } = this.parts;
    const write = () => store.delete(guid, options, signal);
    const former = await this.#former(guid, signal);
    if (former === undefined) return await write();
    const element = effectElement(former);
    const { properties } = former;
    if (options.method === 'ARCHIVE') {
      const found = this.#found.classification(guid, 'Memento');
      return await this.#write({ of: 'classification', element, name: 'Memento', to: {}, ...found }, write, () =>
        preview?.put(withClassification(former, 'Memento', {})),
      );
    }
    const from = { properties, classifications: classificationsOf(former) };
    const found = await this.#found.everything(guid, signal);
    await this.#write({ of: 'element', element, from, method: options.method, ...found }, write, () =>
      preview?.remove(former),
    );
  }

  async writeBatch(batch: Batch, signal: AbortSignal): Promise<BatchResult> {
    const isRead = batch.operations.every(({ op }) => op === 'look');
    if (this.parts.preview !== undefined && !isRead)
      throw new IsthmusError('INTERNAL', 'a preview was asked to write a batch');
    return await this.parts.store.writeBatch(batch, signal);
  }

  async #make(
    { typeName, properties, parent }: NewElement | NewFromTemplate,
    classifications: ElementContent['classifications'],
    make: () => Promise<string>,
    signal: AbortSignal,
    contentOf?: (guid: string) => Promise<ElementContent | undefined>,
  ): Promise<string> {
    const { preview } = this.parts;
    if (preview !== undefined) await this.#refuseTaken(properties, signal);
    const held = parent && { relationship: parent.relationshipTypeName, ...named(this.#named(parent.guid)) };
    const to = { properties, ...(classifications && { classifications }), ...(held && { parent: held }) };
    const { qualifiedName } = properties;
    const former = typeof qualifiedName === 'string' ? preview?.guidOf(qualifiedName) : undefined;
    // One of the name that the preview has deleted is there still.
    const there = former === undefined ? undefined : preview?.found(former);
    const element = effectElement({ guid: '', typeName, properties, ...(there && { versions: there.versions }) });
    return await this.#write(
      { of: 'element', element, to },
      make,
      () => {
        const made = preview?.make({ typeName, properties, ...(classifications && { classifications }) });
        const guid = made?.guid ?? '';
        if (parent !== undefined) {
          const [end1, end2] = parent.parentAtEnd1 === false ? [guid, parent.guid] : [parent.guid, guid];
          preview?.link(parent.relationshipTypeName, end1, end2, parent.properties ?? {});
        }
        return guid;
      },
      (guid) => guid,
      contentOf,
    );
  }

  /** Tells it, then makes it, or shows it in a preview. */
  async #write<T>(
    effect: OperationEffect,
    make: () => Promise<T>,
    show: () => T | undefined,
    guidOf: (made: T) => string | undefined = () => undefined,
    contentOf: (guid: string) => Promise<ElementContent | undefined> = async () => undefined,
  ): Promise<T> {
    await this.parts.judge?.(effect);
    const told = await this.parts.watch?.writing(effect);
    if (this.parts.preview !== undefined) {
      const shown = show() as T;
      await told?.done(guidOf(shown));
      return shown;
    }
    try {
      const made = await make();
      this.#forget(effect);
      if (made === nothingWritten) {
        await told?.failed(true);
        return made;
      }
      const guid = guidOf(made);
      if (guid !== undefined && effect.of === 'element') this.parts.seen.noteName({ ...effect.element, guid });
      await told?.done(guid, guid === undefined || told === undefined ? undefined : await contentOf(guid));
      return made;
    } catch (error) {
      await told?.failed(isRefusal(error));
      throw error;
    }
  }

  /** What was read before the write is no longer so. */
  #forget(effect: OperationEffect): void {
    this.parts.seen.forget(effect.of === 'relationship' ? effect.guid : effect.element.guid);
  }

  async #former(guid: string, signal: AbortSignal): Promise<MetadataElement | undefined> {
    const { preview, seen, store } = this.parts;
    if (preview?.has(guid) === true) return preview.element(guid);
    const found = await seen.element(store, guid, signal);
    if (found !== undefined) preview?.noteFound(found);
    return found;
  }

  #formerLink(guid: string, signal: AbortSignal): Promise<ElementLink | undefined> {
    const { preview, seen, store } = this.parts;
    if (preview?.hasLink(guid) === true) return Promise.resolve(preview.linkOf(guid));
    return seen.link(store, guid, signal);
  }

  async #linkEffect({ relationship, end1, end2 }: ElementLink, signal: AbortSignal) {
    const { guid, typeName: name, versions } = relationship;
    const ends = { end1: this.#named(end1.guid), end2: this.#named(end2.guid) };
    const found = await this.#found.links([name, end1.guid, end2.guid], signal);
    return { of: 'relationship', guid, name, ...ends, version: versions.version, ...found } as const;
  }

  /** By what is known of it: a name is not worth a request. */
  #named(guid: string): EffectElement {
    const { preview, seen } = this.parts;
    const found = preview?.element(guid);
    return found === undefined ? seen.named(guid) : effectElement(found);
  }

  async #refuseTaken({ qualifiedName }: Properties, signal: AbortSignal): Promise<void> {
    if (typeof qualifiedName !== 'string') return;
    const there = await this.getByQualifiedName(qualifiedName, { forLineage: true }, signal);
    if (there !== undefined) throw new IsthmusError('ELEMENT_EXISTS', `there is an element ${qualifiedName} already`);
  }
}

function named({ guid, qualifiedName }: EffectElement) {
  return { guid, ...(qualifiedName !== undefined && { qualifiedName }) };
}

/** Whether the server has said that nothing was written: one that did not answer may have. */
function isRefusal(error: unknown): boolean {
  return IsthmusError.is(error) && error.code !== 'STORE_UNREACHABLE' && error.code !== 'STORE_ANSWER_INVALID';
}

/** A store that tells its writes; what they change is read right before. */
export function watchedStore(store: MetadataStore, watch: CallWatch): MetadataStore {
  return new WatchedStore({ store, watch, seen: new SeenMetadata() });
}
