import { IsthmusError } from '@isthmus/kernel';
import {
  type BatchOperation,
  type ElementLink,
  type MetadataElement,
  type MetadataStore,
  type Properties,
  printOf,
} from '@isthmus/model';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type BatchDialect, SequentialBatch } from './sequential-batch.js';

const never = new AbortController().signal;
let store: PlainEgeria;

beforeEach(() => {
  store = new PlainEgeria();
});

describe('SequentialBatch', () => {
  it('makes elements, anchors and parents that are named by an earlier operation', async () => {
    expect(await outcomes(folder('a'), file('a/1', 'a'))).toEqual(['created', 'created']);
    expect(store.linked()).toEqual(['NestedFile a a/1']);
    expect(store.created[1]).toMatchObject({ anchorGuid: 'guid-a' });
  });

  it('changes nothing when it is done again', async () => {
    await outcomes(folder('a'), file('a/1', 'a'));
    store.writes = 0;
    expect(await outcomes(folder('a'), file('a/1', 'a'))).toEqual(['unchanged', 'unchanged']);
    expect(store.writes).toBe(0);
  });

  it('leaves properties alone that the writer does not name, and removes those to clear', async () => {
    await outcomes({ ...folder('a'), properties: { displayName: 'a', description: 'mine' } });
    store.steward('a', { url: 'set by a steward' });
    const change = { ...folder('a'), properties: { displayName: 'b' }, clear: ['description', 'nothing'] };
    expect(await outcomes(change)).toEqual(['updated']);
    expect(store.elements.get('a')?.properties).toEqual({
      qualifiedName: 'a',
      displayName: 'b',
      url: 'set by a steward',
    });
  });

  it('takes away the classifications that its user gave, as long as nobody else set anything in them', async () => {
    await outcomes(folder('a'));
    const given = () => store.elements.get('a')?.classifications.map(({ classificationName }) => classificationName);
    const apply = async (more: object) => {
      const batch = new SequentialBatch(store.asStore(), store.links, {}, 'tester');
      const { items } = await batch.apply({ id: 'c', operations: [{ ...folder('a'), guards: {}, ...more }] }, never);
      return items[0];
    };
    await apply({ classifications: { Confidentiality: { notes: 'a' }, Criticality: {} } });
    store.giver = 'steward';
    await apply({ classifications: { Retention: {} } });
    store.giver = 'tester';
    const declassify = ['Confidentiality', 'Criticality', 'Retention', 'Ownership'];
    expect(await apply({ declassify })).toMatchObject({ outcome: 'updated', kept: { '@Confidentiality.notes': 'a' } });
    expect(given()).toEqual(['Confidentiality', 'Retention']);
    const guards = { '@Confidentiality.notes': printOf('a') };
    await apply({ guards, clear: ['@Confidentiality.notes'], classifications: { Confidentiality: { level: 1 } } });
    expect(store.elements.get('a')?.classifications).toContainEqual(
      expect.objectContaining({ classificationName: 'Confidentiality', properties: { level: 1 } }),
    );
    await apply({ guards: { '@Confidentiality.level': printOf(1) }, declassify });
    expect(given()).toEqual(['Retention']);
  });

  it('takes an element out of its former parent, and not out of what others put it into or is told beside', async () => {
    const apply = async (...operations: BatchOperation[]) =>
      (await new SequentialBatch(store.asStore(), store.links, {}, 'tester').apply({ id: 'b', operations }, never))
        .items;
    const within = (parent: string, more: object = {}): BatchOperation => ({
      op: 'upsert',
      typeName: 'DataFile',
      qualifiedName: 'f',
      properties: {},
      parent: { relationshipTypeName: 'NestedFile', qualifiedName: parent, ...more },
    });
    const link = (end1: string): BatchOperation => ({ op: 'link', typeName: 'NestedFile', end1, end2: 'f' });
    await apply(...['old', 'new', 'also', 'picked'].map((name) => folder(name)), within('old'), link('also'));
    store.giver = 'steward';
    await apply(link('picked'));
    store.giver = 'tester';
    expect(await apply(within('new', { beside: ['also'] }))).toMatchObject([{ outcome: 'updated' }]);
    expect([...store.linked()].sort()).toEqual(['NestedFile also f', 'NestedFile new f', 'NestedFile picked f']);
    expect(await apply(within('new', { beside: ['also'] }))).toMatchObject([{ outcome: 'unchanged' }]);
  });

  it('looks, expects versions and tells what was before, as our own server does', async () => {
    await outcomes(folder('a'), file('a/1', 'a'));
    const looked = await new SequentialBatch(store.asStore(), store.links).apply(
      {
        id: 'l',
        operations: [
          { op: 'look', qualifiedName: 'a' },
          { op: 'look', qualifiedName: 'none' },
        ],
      },
      never,
    );
    const version = looked.items[0]?.former?.version ?? -1;
    expect(looked.items[0]?.former).toMatchObject({ state: 'live', properties: { qualifiedName: 'a' } });
    expect(looked.items[1]).toEqual({ outcome: 'unchanged' });
    const rename = { ...folder('a'), properties: { displayName: 'b' } };
    const { items } = await new SequentialBatch(store.asStore(), store.links).apply(
      {
        id: 'w',
        tellFormer: true,
        operations: [
          { ...rename, expects: version + 1 },
          { ...rename, expects: version },
        ],
      },
      never,
    );
    expect(items[0]?.error?.code).toBe('ELEMENT_CHANGED');
    expect(items[1]).toMatchObject({ outcome: 'updated', former: { version, properties: { qualifiedName: 'a' } } });
  });

  it('tells what hangs on an element by what is related to it, and to what is anchored to it', async () => {
    await outcomes(folder('a'), file('a/1', 'a'), file('a/1/x', 'a/1'), folder('b'));
    store.giver = 'steward';
    const { classify, relate } = store.asStore();
    await classify('guid-a/1', 'Anchors', { anchorGUID: 'guid-a' }, never);
    await classify('guid-a/1/x', 'Anchors', { anchorGUID: 'guid-a/1' }, never);
    await relate('NestedFile', 'guid-a', 'guid-b', {}, never);
    const look = { op: 'look', qualifiedName: 'a', anchored: 10, foreignLinks: true } as const;
    const lookWith = (dialect: BatchDialect) =>
      new SequentialBatch(store.asStore(), store.links, dialect, 'tester').apply(
        { id: 'l', operations: [look] },
        never,
      );
    const looked = await lookWith({});
    await outcomes(folder('far'));
    await classify('guid-far', 'Anchors', { anchorGUID: 'guid-a' }, never);
    const anchoredTo = async () => ['guid-a/1', 'guid-far', 'guid-b', 'guid-none'];
    const told = await lookWith({ anchoredTo });
    expect(told.items[0]?.former?.anchored).toEqual(['a/1', 'a/1/x', 'far']);
    expect(looked.items[0]?.former).toMatchObject({
      anchored: ['a/1', 'a/1/x'],
      foreignLinks: [{ typeName: 'NestedFile', other: 'b', by: 'steward', at: 0 }],
    });
  });

  it('merges a map key by key, and removes single keys of it', async () => {
    const described = (additionalProperties: Record<string, string>, clear: readonly string[] = []) =>
      ({ ...folder('a'), properties: { displayName: 'a', additionalProperties }, clear }) as const;
    await outcomes(described({ size: '1', mode: 'r' }));
    store.steward('a', { additionalProperties: { size: '1', mode: 'r', owner: 'alice' } });
    store.writes = 0;
    expect(await outcomes(described({ size: '1' }, ['additionalProperties.none']))).toEqual(['unchanged']);
    expect(store.writes).toBe(0);
    expect(await outcomes(described({ size: '2' }))).toEqual(['updated']);
    expect(store.elements.get('a')?.properties.additionalProperties).toEqual({ size: '2', mode: 'r', owner: 'alice' });
    expect(await outcomes(described({ size: '2' }, ['additionalProperties.mode']))).toEqual(['updated']);
    expect(store.elements.get('a')?.properties.additionalProperties).toEqual({ size: '2', owner: 'alice' });
    const emptied = { ...folder('a'), clear: ['additionalProperties.size', 'additionalProperties.owner'] };
    expect(await outcomes(emptied)).toEqual(['updated']);
    expect(store.elements.get('a')?.properties).toEqual({ qualifiedName: 'a', displayName: 'a' });
  });

  it('brings an archived element back', async () => {
    await outcomes(folder('a'));
    store.archive('a');
    expect(await outcomes(folder('a'))).toEqual(['restored']);
    expect(store.elements.get('a')?.classifications).toEqual([]);
  });

  it('gives an element another parent, and classifies it', async () => {
    await outcomes(folder('a'), folder('b'), file('f', 'a'));
    const moved = { ...file('f', 'b'), classifications: { Confidentiality: { confidentialityLevel: 2 } } };
    expect(await outcomes(moved)).toEqual(['updated']);
    expect(store.linked()).toEqual(['NestedFile b f']);
    expect(await outcomes(moved)).toEqual(['unchanged']);
  });

  it('brings properties of the relationship to the parent to what is told, and leaves them once others wrote it', async () => {
    const placed = async (properties: Properties) => {
      const parent = { relationshipTypeName: 'NestedFile', qualifiedName: 'a', properties };
      const batch = new SequentialBatch(store.asStore(), store.links, {}, 'tester');
      const operation = { ...folder('b'), guards: {}, parent };
      return (await batch.apply({ id: 'c', operations: [operation] }, never)).items[0];
    };
    await outcomes(folder('a'));
    await placed({ description: 'x' });
    expect([await placed({ description: 'y' }), await placed({ description: 'y' })]).toMatchObject([
      { outcome: 'updated' },
      { outcome: 'unchanged' },
    ]);
    store.giver = 'steward';
    const [link] = await store.links('NestedFile', 'guid-a', 'guid-b');
    await store.asStore().updateRelationship(link?.relationship.guid ?? '', { description: 'by hand' }, 'merge', never);
    expect(await placed({ description: 'z' })).toMatchObject({
      outcome: 'unchanged',
      kept: { '^NestedFile.description': 'by hand' },
      keptBy: { '^NestedFile.description': { by: 'steward' } },
    });
  });

  it('leaves what others set of a link since, tells it, and only tries where that is asked', async () => {
    const link = { op: 'link', typeName: 'LineageMapping', end1: 'a', end2: 'b' } as const;
    const apply = async (more: object) => {
      const batch = new SequentialBatch(store.asStore(), store.links, {}, 'tester');
      const { items } = await batch.apply({ id: 'c', operations: [{ ...link, ...more }] }, never);
      return items[0];
    };
    await outcomes(folder('a'), folder('b'));
    const trial = { properties: { label: 'a' }, isTrial: true };
    expect([await apply(trial), store.linked()]).toEqual([{ outcome: 'created' }, []]);
    await apply({ properties: { label: 'a', description: 'a' } });
    await apply({ properties: { label: 'by hand' } });
    const guarded = {
      properties: { label: 'b', description: 'b' },
      guards: { label: printOf('a'), description: printOf('a') },
    };
    for (const isTrial of [true, undefined])
      expect(await apply({ ...guarded, isTrial })).toMatchObject({ outcome: 'updated', kept: { label: 'by hand' } });
    expect(await apply({ ...guarded, isTrial: true })).toMatchObject({
      outcome: 'unchanged',
      kept: { label: 'by hand' },
    });
  });

  it('links, updates a link, and unlinks, each once', async () => {
    const link = { op: 'link', typeName: 'LineageMapping', end1: 'a', end2: 'b', properties: { label: 'x' } } as const;
    const unlink = { ...link, op: 'unlink' } as const;
    const relabelled = { ...link, properties: { label: 'y' } };
    expect(await outcomes(folder('a'), folder('b'), link, link, relabelled, unlink, unlink)).toEqual([
      'created',
      'created',
      'created',
      'unchanged',
      'updated',
      'deleted',
      'unchanged',
    ]);
  });

  it('takes away of a link what is to be cleared', async () => {
    const link = { op: 'link', typeName: 'LineageMapping', end1: 'a', end2: 'b' } as const;
    await outcomes(folder('a'), folder('b'), { ...link, properties: { label: 'x', description: 'y' } });
    const clear = { ...link, clear: ['label'] };
    expect(await outcomes({ ...clear, isTrial: true }, clear, clear)).toEqual(['updated', 'updated', 'unchanged']);
    const [there] = await store.links('LineageMapping', 'guid-a', 'guid-b');
    expect(there?.relationship.properties).toEqual({ description: 'y' });
  });

  it('leaves a link that another user made, where that is asked', async () => {
    const link = { op: 'link', typeName: 'LineageMapping', end1: 'a', end2: 'b' } as const;
    const unlink = { ...link, op: 'unlink', keepsOthers: true } as const;
    await outcomes(folder('a'), folder('b'), link);
    const as = async (writer: string) => {
      const batch = new SequentialBatch(store.asStore(), store.links, {}, writer);
      return (await batch.apply({ id: 'c', operations: [unlink] }, never)).items;
    };
    expect(await as('another')).toEqual([{ outcome: 'unchanged' }]);
    expect(await as('tester')).toEqual([{ outcome: 'deleted' }]);
  });

  it('does not wait for one operation before it begins another that has nothing to do with it', async () => {
    const files = Array.from({ length: 4 }, (_, index) => file(`f${index}`, 'a'));
    expect(await outcomes(folder('a'), ...files)).toEqual(['created', ...files.map(() => 'created')]);
    expect(store.mostAtOnce).toBe(4);
    expect(store.linked()).toHaveLength(4);
    expect(store.asked).toEqual([]);
  });

  it('makes new elements in one request each, and looks for many names in one', async () => {
    await outcomes(folder('a'));
    store.finds = 0;
    store.asked.length = 0;
    const files = Array.from({ length: 100 }, (_, index) => file(`f${index}`, 'a'));
    expect(await outcomes(...files)).toEqual(files.map(() => 'created'));
    expect(store.finds).toBe(3);
    expect(store.asked).toEqual([]);
    expect(store.created).toHaveLength(101);
  });

  it('finds what somebody else made after it was looked for, and makes no second one', async () => {
    await outcomes(folder('a'), folder('b'));
    store.afterFind = async () => {
      store.afterFind = async () => undefined;
      await store.asStore().create({ typeName: 'DataFile', properties: { qualifiedName: 'f', url: 'theirs' } }, never);
    };
    expect(await outcomes(file('f', 'a'), file('g', 'a'))).toEqual(['updated', 'created']);
    expect(store.elements.get('f')?.properties).toEqual({ qualifiedName: 'f', displayName: 'f', url: 'theirs' });
    expect(store.linked()).toContain('NestedFile a f');
  });

  it('merges with what is there right before it writes, not with what it saw earlier', async () => {
    await outcomes(folder('a'), folder('b'));
    store.afterFind = async () => store.steward('a', { additionalProperties: { owner: 'alice' } });
    const change = { ...folder('a'), properties: { additionalProperties: { size: '1' } } };
    expect(await outcomes(change, folder('b'))).toEqual(['updated', 'unchanged']);
    expect(store.elements.get('a')?.properties.additionalProperties).toEqual({ owner: 'alice', size: '1' });
  });

  it('asks for each name by itself where a server cannot look for many', async () => {
    store.refusesFind = true;
    expect(await outcomes(folder('a'), file('f', 'a'), file('g', 'a'))).toEqual(['created', 'created', 'created']);
    expect(await outcomes(folder('a'), file('f', 'a'))).toEqual(['unchanged', 'unchanged']);
  });

  it('deletes what is there', async () => {
    const deletion = { op: 'delete', qualifiedName: 'a' } as const;
    expect(await outcomes(folder('a'), deletion, deletion)).toEqual(['created', 'deleted', 'unchanged']);
    expect(store.deletions).toEqual(['SOFT_DELETE']);
  });

  it('tells what went along with what is deleted, but for what the batch names itself', async () => {
    await outcomes(folder('a'), file('a/1', 'a'));
    const anchoredTo = async (guid: string) => (guid === 'guid-a' ? ['guid-a/1', 'guid-far'] : []);
    const batch = new SequentialBatch(store.asStore(), store.links, { anchoredTo });
    const operations = ['a/1', 'a'].map((qualifiedName) => ({ op: 'delete', qualifiedName }) as const);
    expect(await batch.apply({ id: 'd', operations }, never)).toMatchObject({ fallen: ['guid-far'] });
  });

  it('sets one bad operation aside and does the others', async () => {
    const batch = [file('f', 'nowhere'), folder('a')];
    const { items } = await apply(...batch);
    expect(items).toMatchObject([
      { outcome: 'refused', error: { code: 'ELEMENT_NOT_FOUND' } },
      { outcome: 'created', guid: 'guid-a' },
    ]);
  });

  it('does not take an element of another type for its own', async () => {
    await outcomes(folder('a'));
    expect((await apply(file('a'))).items).toMatchObject([{ outcome: 'refused', error: { code: 'ELEMENT_EXISTS' } }]);
  });

  it('ends as a whole when the server is away, so that all of it is done again', async () => {
    store.failure = new IsthmusError('STORE_UNREACHABLE', 'reset');
    await expect(apply(folder('a'))).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    await expect(apply(folder('a'))).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  });
});

function apply(...operations: readonly BatchOperation[]) {
  return new SequentialBatch(store.asStore(), store.links).apply({ id: 'batch', operations }, never);
}

async function outcomes(...operations: readonly BatchOperation[]) {
  return (await apply(...operations)).items.map(({ outcome }) => outcome);
}

function folder(qualifiedName: string) {
  return { op: 'upsert', typeName: 'FileFolder', qualifiedName, properties: { displayName: qualifiedName } } as const;
}

function file(qualifiedName: string, parent?: string) {
  return {
    op: 'upsert',
    typeName: 'DataFile',
    qualifiedName,
    properties: { displayName: qualifiedName },
    ...(parent !== undefined && {
      anchor: parent,
      parent: { relationshipTypeName: 'NestedFile', qualifiedName: parent },
    }),
  } as const;
}

/** A store that has single calls alone, in memory. GUIDs are `guid-<qualified name>`. */
class PlainEgeria {
  readonly elements = new Map<string, MetadataElement>();
  readonly created: Parameters<MetadataStore['create']>[0][] = [];
  readonly deletions: string[] = [];
  writes = 0;
  failure: IsthmusError | undefined;
  readonly asked: string[] = [];
  finds = 0;
  refusesFind = false;
  /** What others do right after a look at many names. */
  afterFind: () => Promise<unknown> = async () => undefined;
  mostAtOnce = 0;
  /** In whose name classifications are given. */
  giver = 'tester';
  #atOnce = 0;
  #links: ElementLink[] = [];

  readonly links = async (typeName: string, end1: string, end2: string): Promise<readonly ElementLink[]> =>
    this.#links.filter(
      (link) => link.relationship.typeName === typeName && link.end1.guid === end1 && link.end2.guid === end2,
    );

  linked(): readonly string[] {
    const name = ({ guid }: { readonly guid: string }) => guid.replace('guid-', '');
    return this.#links.map(({ relationship, end1, end2 }) => `${relationship.typeName} ${name(end1)} ${name(end2)}`);
  }

  steward(qualifiedName: string, properties: Properties): void {
    this.#change(`guid-${qualifiedName}`, (element) => ({ properties: { ...element.properties, ...properties } }));
  }

  archive(qualifiedName: string): void {
    const classifications = [{ classificationName: 'Memento', properties: {} }];
    this.#change(`guid-${qualifiedName}`, () => ({ classifications }));
  }

  asStore(): MetadataStore {
    const unused = async (): Promise<never> => {
      throw new IsthmusError('INTERNAL', 'not used by a batch');
    };
    return {
      capabilities: unused,
      identity: unused,
      get: async (guid) => this.#byGuid(guid),
      findByString: unused,
      find: async (conditions) => {
        this.finds += 1;
        if (this.failure) throw this.failure;
        if (this.refusesFind) throw new IsthmusError('STORE_REFUSED', 'ANY is not known here');
        const names = conditions?.conditions.map(({ value }) => String(value)) ?? [];
        const elements = names.flatMap((name) => this.elements.get(name) ?? []);
        await this.afterFind();
        return elements;
      },
      getRelationship: unused,
      history: unused,
      writeBatch: unused,
      changes: unused,
      linksBetween: unused,
      as: () => this.asStore(),
      createFromTemplate: unused,
      setEffectivity: unused,
      setPublished: unused,
      getByQualifiedName: async (name) => {
        this.asked.push(name);
        this.#atOnce += 1;
        this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
        await Promise.resolve();
        this.#atOnce -= 1;
        if (this.failure) throw this.failure;
        return this.elements.get(name);
      },
      related: async (guid, { relationshipTypeName, startingAtEnd }) =>
        this.#links
          .filter(({ relationship }) => [undefined, relationship.typeName].includes(relationshipTypeName))
          .flatMap(({ relationship, end1, end2 }) => {
            const isAtEnd1 = end2.guid === guid && startingAtEnd !== 1;
            const isAtEnd2 = end1.guid === guid && startingAtEnd !== 2;
            const element = isAtEnd1 || isAtEnd2 ? this.#byGuid(isAtEnd1 ? end1.guid : end2.guid) : undefined;
            return element ? [{ relationship, element, elementAtEnd1: isAtEnd1 }] : [];
          }),
      create: async (element) => {
        this.#atOnce += 1;
        this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
        await Promise.resolve();
        this.#atOnce -= 1;
        const name = String(element.properties.qualifiedName);
        if (this.elements.has(name)) throw new IsthmusError('ELEMENT_EXISTS', `there is an element ${name}`);
        this.writes += 1;
        this.created.push(element);
        const guid = `guid-${name}`;
        this.elements.set(name, { ...bare, guid, typeName: element.typeName, properties: element.properties });
        if (element.parent) {
          const { relationshipTypeName, guid: parent, properties = {} } = element.parent;
          this.#relate(relationshipTypeName, parent, guid, properties);
        }
        return guid;
      },
      update: async (guid, properties, mode) => {
        this.#change(guid, (element) => ({
          properties: mode === 'merge' ? { ...element.properties, ...properties } : properties,
        }));
        return true;
      },
      classify: async (guid, classificationName, properties) =>
        this.#change(guid, ({ classifications }) => ({
          classifications: [
            ...classifications.filter((known) => known.classificationName !== classificationName),
            { classificationName, properties, createdBy: this.giver },
          ],
        })),
      declassify: async (guid, name) =>
        this.#change(guid, ({ classifications }) => ({
          classifications: classifications.filter(({ classificationName }) => classificationName !== name),
        })),
      relate: async (typeName, end1, end2, properties) => this.#relate(typeName, end1, end2, properties),
      updateRelationship: async (guid, changes, mode) => {
        this.#links = this.#links.map((link) => {
          if (link.relationship.guid !== guid) return link;
          const properties = mode === 'merge' ? { ...link.relationship.properties, ...changes } : changes;
          const versions = { ...link.relationship.versions, updatedBy: this.giver };
          return { ...link, relationship: { ...link.relationship, properties, versions } };
        });
      },
      unrelate: async (guid) => {
        this.writes += 1;
        this.#links = this.#links.filter(({ relationship }) => relationship.guid !== guid);
      },
      delete: async (guid, { method }) => {
        this.deletions.push(method);
        this.elements.delete(guid.replace('guid-', ''));
      },
    };
  }

  #relate(typeName: string, end1: string, end2: string, properties: Properties): string {
    this.writes += 1;
    const guid = `${typeName}-${this.writes}`;
    const relationship = { guid, typeName, properties, versions: { ...bare.versions, createdBy: this.giver } };
    this.#links.push({ relationship, end1: { guid: end1 }, end2: { guid: end2 } });
    return guid;
  }

  #byGuid(guid: string): MetadataElement | undefined {
    return [...this.elements.values()].find((element) => element.guid === guid);
  }

  #change(guid: string, change: (element: MetadataElement) => Partial<MetadataElement>): void {
    this.writes += 1;
    for (const [name, element] of this.elements)
      if (element.guid === guid) this.elements.set(name, { ...element, ...change(element) });
  }
}

const bare = {
  superTypeNames: [],
  status: 'ACTIVE',
  origin: { originCategory: 'LOCAL_COHORT', homeMetadataCollectionId: 'c', homeMetadataCollectionName: 'c' },
  versions: { createdBy: 'tester', createTime: 0, version: 1 },
  classifications: [],
} as const;
