import { type BatchOperation, type Properties, printOf } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import { alice, refusal, steward, upsert, withStore } from './test-store.js';

const outcomes = (result: { readonly items: readonly { readonly outcome: string }[] }) =>
  result.items.map((item) => item.outcome);

const tree: readonly BatchOperation[] = [
  upsert('FileFolder', 'root'),
  upsert('DataFile', 'file', {
    properties: { displayName: 'file' },
    parent: { relationshipTypeName: 'NestedFile', qualifiedName: 'root' },
  }),
  upsert('TabularSchemaType', 'schema', {
    anchor: 'file',
    parent: { relationshipTypeName: 'Schema', qualifiedName: 'file' },
  }),
  upsert('TabularColumn', 'column', {
    anchor: 'file',
    parent: { relationshipTypeName: 'AttributeForSchema', qualifiedName: 'schema', properties: { position: 0 } },
  }),
];

describe('writeBatch', () => {
  it('writes elements with what hangs on them, and knows the same state again', () =>
    withStore(async (store) => {
      const first = await store.writeBatch(alice, { id: '1', operations: tree });
      expect(outcomes(first)).toEqual(['created', 'created', 'created', 'created']);
      const before = await store.identity();
      const second = await store.writeBatch(alice, { id: '2', operations: tree });
      expect(outcomes(second)).toEqual(['unchanged', 'unchanged', 'unchanged', 'unchanged']);
      expect(second.items.map((item) => item.guid)).toEqual(first.items.map((item) => item.guid));
      expect((await store.identity()).changeSequence).toBe(before.changeSequence);
      const file = first.items[1]?.guid ?? '';
      expect((await store.anchoredGraph(file)).anchoredElements).toHaveLength(2);
      expect((await store.anchoredGraph(file)).relationships).toHaveLength(2);
    }));

  it('takes an element out of its former parent, and not out of what others put it into or is told beside', () =>
    withStore(async (store) => {
      const member = (parent: string, more: object = {}): BatchOperation =>
        upsert('GlossaryTerm', 'term', {
          parent: { relationshipTypeName: 'CollectionMembership', qualifiedName: parent, ...more },
        });
      const link = (end1: string): BatchOperation => ({
        op: 'link',
        typeName: 'CollectionMembership',
        end1,
        end2: 'term',
      });
      const folders = ['old', 'new', 'also', 'picked'].map((name) => upsert('CollectionFolder', name));
      await store.writeBatch(alice, { id: '1', operations: [...folders, member('old'), link('also')] });
      await store.writeBatch(steward, { id: '2', operations: [link('picked')] });
      const beside = ['also', 'none'];
      const { items } = await store.writeBatch(alice, {
        id: '3',
        tellFormer: true,
        operations: [member('new', { beside })],
      });
      expect(items[0]?.former?.parents).toEqual([
        { qualifiedName: 'old', properties: {} },
        { qualifiedName: 'also', properties: {} },
        { qualifiedName: 'picked', properties: {}, stays: true },
      ]);
      const again = await store.writeBatch(alice, { id: '4', operations: [member('new', { beside })] });
      expect(outcomes(again)).toEqual(['unchanged']);
      const parent = { relationshipTypeName: 'CollectionMembership' };
      const look = { op: 'look', qualifiedName: 'term', parent } as const;
      const looked = await store.writeBatch(alice, { id: '5', operations: [look] });
      const names = looked.items[0]?.former?.parents?.map(({ qualifiedName }) => qualifiedName);
      expect(names?.sort()).toEqual(['also', 'new', 'picked']);
    }));

  it('takes an element out of whatever held it where the type lets it have one parent', () =>
    withStore(async (store) => {
      await store.writeBatch(alice, { id: '1', operations: tree });
      const other = [
        upsert('TabularSchemaType', 'other'),
        { op: 'unlink', typeName: 'AttributeForSchema', end1: 'schema', end2: 'column' },
      ];
      await store.writeBatch(steward, {
        id: '2',
        operations: [
          ...(other as BatchOperation[]),
          { op: 'link', typeName: 'AttributeForSchema', end1: 'other', end2: 'column' },
        ],
      });
      await store.writeBatch(alice, { id: '3', operations: tree });
      const parent = { relationshipTypeName: 'AttributeForSchema' };
      const looked = await store.writeBatch(alice, {
        id: '4',
        operations: [{ op: 'look', qualifiedName: 'column', parent }],
      });
      expect(looked.items[0]?.former?.parents).toEqual([{ qualifiedName: 'schema', properties: { position: 0 } }]);
    }));

  it('tells its own last change as the feed does, and none where it changed nothing', () =>
    withStore(async (store) => {
      const last = async () => {
        const { changeSequence } = await store.identity();
        const { sequence, guid, eventType, time } = (await store.changes(changeSequence - 1, 1)).changes[0] ?? {};
        return { sequence, guid, eventType, time };
      };
      expect((await store.writeBatch(alice, { id: '1', operations: tree })).lastChange).toEqual(await last());
      expect((await store.writeBatch(alice, { id: '2', operations: tree })).lastChange).toBeUndefined();
      const removal = { id: '3', operations: [{ op: 'delete', qualifiedName: 'file' } as const] };
      expect((await store.writeBatch(alice, removal)).lastChange).toEqual(await last());
      await store.writeBatch(alice, { id: '4', operations: [upsert('FileFolder', 'later')] });
      expect((await store.writeBatch(alice, removal)).lastChange).not.toEqual(await last());
    }));

  it('tells what elements were before, and their versions, where asked to', () =>
    withStore(async (store) => {
      await store.writeBatch(alice, { id: '1', operations: tree });
      const { items } = await store.writeBatch(alice, {
        id: '2',
        tellFormer: true,
        operations: [
          upsert('DataFile', 'file', {
            properties: { displayName: 'renamed' },
            parent: { relationshipTypeName: 'NestedFile', qualifiedName: 'root' },
          }),
          upsert('FileFolder', 'root'),
          upsert('FileFolder', 'new'),
          { op: 'delete', qualifiedName: 'schema' },
        ],
      });
      expect(items[0]).toMatchObject({
        outcome: 'updated',
        version: 2,
        former: {
          state: 'live',
          typeName: 'DataFile',
          version: 1,
          parents: [{ qualifiedName: 'root', properties: {} }],
          properties: { displayName: 'file' },
        },
      });
      expect(items[1]).toEqual({ outcome: 'unchanged', guid: expect.any(String) });
      expect(items[2]).toEqual({ outcome: 'created', guid: expect.any(String), version: 1 });
      expect(items[3]).toMatchObject({ outcome: 'deleted', former: { typeName: 'TabularSchemaType' } });
    }));

  it('looks at elements without changing or remembering anything', () =>
    withStore(async (store) => {
      await store.writeBatch(alice, { id: '1', operations: tree });
      await store.writeBatch(alice, { id: '2', operations: [{ op: 'delete', qualifiedName: 'column' }] });
      const { changeSequence } = await store.identity();
      const looks: readonly BatchOperation[] = [
        { op: 'look', qualifiedName: 'file', parent: { relationshipTypeName: 'NestedFile' } },
        { op: 'look', qualifiedName: 'column' },
        { op: 'look', qualifiedName: 'nothing' },
      ];
      const { items } = await store.writeBatch(alice, { id: 'look', operations: looks });
      expect(items[0]?.former).toMatchObject({
        state: 'live',
        version: 1,
        parents: [{ qualifiedName: 'root', properties: {} }],
      });
      expect(items[1]?.former).toMatchObject({ state: 'deleted', version: 2 });
      expect(items[2]).toEqual({ outcome: 'unchanged' });
      expect((await store.identity()).changeSequence).toBe(changeSequence);
      await store.writeBatch(alice, { id: '3', operations: [upsert('FileFolder', 'nothing')] });
      const again = await store.writeBatch(alice, { id: 'look', operations: looks });
      expect(again.items[2]?.former).toMatchObject({ typeName: 'FileFolder' });
    }));

  it('tells of an element who made it, where that was another user', () =>
    withStore(async (store) => {
      await store.writeBatch(alice, { id: '1', operations: tree });
      const bob = { ...alice, userId: 'bob' };
      await store.writeBatch(bob, {
        id: '2',
        operations: [upsert('FileFolder', 'root', { properties: { displayName: 'x' } })],
      });
      const look: BatchOperation = { op: 'look', qualifiedName: 'root' };
      const [forBob] = (await store.writeBatch(bob, { id: '3', operations: [look] })).items;
      const [forAlice] = (await store.writeBatch(alice, { id: '4', operations: [look] })).items;
      expect(forBob?.former?.madeByOther).toBe(alice.userId);
      expect(forAlice?.former).not.toHaveProperty('madeByOther');
    }));

  it('refuses what is no longer in the version that the writer has read, and writes the rest', () =>
    withStore(async (store) => {
      await store.writeBatch(alice, { id: '1', operations: tree });
      const rename = (name: string, expects: number): BatchOperation =>
        upsert('FileFolder', name, { properties: { displayName: 'x' }, expects });
      const { items } = await store.writeBatch(alice, {
        id: '2',
        operations: [
          rename('root', 2),
          rename('root', 1),
          rename('root', 0),
          { op: 'delete', qualifiedName: 'file', expects: 7 },
          rename('made', 0),
        ],
      });
      expect(items.map(({ outcome, error }) => error?.code ?? outcome)).toEqual([
        'ELEMENT_CHANGED',
        'updated',
        'ELEMENT_CHANGED',
        'ELEMENT_CHANGED',
        'created',
      ]);
    }));

  it('deletes what is gone already, with what it was anchored to for instance, whatever version is expected', () =>
    withStore(async (store) => {
      const term = upsert('GlossaryTerm', 'term', { anchor: 'glossary' });
      const deletes = ['glossary', 'term', 'never'].map(
        (qualifiedName): BatchOperation => ({ op: 'delete', qualifiedName, expects: 1 }),
      );
      await store.writeBatch(alice, { id: '1', operations: [upsert('Glossary', 'glossary'), term] });
      const result = await store.writeBatch(alice, { id: '2', operations: deletes });
      expect(outcomes(result)).toEqual(['deleted', 'unchanged', 'unchanged']);
    }));

  it('tells of what it looks at what is anchored to it, where that is asked', () =>
    withStore(async (store) => {
      const operations = [
        upsert('Glossary', 'glossary'),
        upsert('GlossaryTerm', 'term', { anchor: 'glossary' }),
        upsert('GlossaryTerm', 'below', { anchor: 'term' }),
        upsert('GlossaryTerm', 'gone', { anchor: 'glossary' }),
        { op: 'delete', qualifiedName: 'gone' } as const,
      ];
      await store.writeBatch(alice, { id: '1', operations });
      const looks = [
        { op: 'look', qualifiedName: 'glossary', anchored: 100 },
        { op: 'look', qualifiedName: 'glossary' },
      ] as const;
      const { items } = await store.writeBatch(alice, { id: '2', operations: looks });
      expect(items.map(({ former }) => former?.anchored)).toEqual([['term', 'below'], undefined]);
    }));

  it('tells what others related to it, and by its GUID what they anchored to it without a name', () =>
    withStore(async (store) => {
      const { items } = await store.writeBatch(alice, { id: '1', operations: tree });
      const [folder = '', file = ''] = items.map(({ guid }) => guid);
      const note = await store.create(steward, {
        typeName: 'Like',
        properties: {},
        anchorGuid: file,
      });
      const look = { op: 'look', qualifiedName: 'file', anchored: 100, foreignLinks: true } as const;
      const looked = async (id: string) => (await store.writeBatch(alice, { id, operations: [look] })).items[0]?.former;
      expect((await looked('2'))?.anchored).toEqual(['schema', 'column', note]);
      expect((await looked('3'))?.foreignLinks).toBeUndefined();
      await store.relate(steward, { typeName: 'ResourceList', end1Guid: folder, end2Guid: file, properties: {} });
      expect((await looked('4'))?.foreignLinks).toMatchObject([
        { typeName: 'ResourceList', other: 'root', by: steward.userId },
      ]);
    }));

  it('brings back anchored as it was, and tells the user who removed it that it was their removal', () =>
    withStore(async (store) => {
      const term = upsert('GlossaryTerm', 'term', { anchor: 'glossary' });
      await store.writeBatch(alice, { id: '1', operations: [upsert('Glossary', 'glossary'), term] });
      await store.writeBatch(alice, { id: '2', operations: [{ op: 'delete', qualifiedName: 'glossary' }] });
      const look = (user: typeof alice, id: string) =>
        store.writeBatch(user, { id, operations: [{ op: 'look', qualifiedName: 'term' }] });
      expect((await look(alice, '3')).items[0]?.former).toMatchObject({ state: 'deleted', isOwnRemoval: true });
      expect((await look(steward, '4')).items[0]?.former).not.toHaveProperty('isOwnRemoval');
      const operations = ['term', 'glossary'].map((name) =>
        upsert(name === 'term' ? 'GlossaryTerm' : 'Glossary', name, { keepsAnchor: true }),
      );
      expect(outcomes(await store.writeBatch(alice, { id: '5', operations }))).toEqual(['restored', 'restored']);
      expect(outcomes(await store.writeBatch(alice, { id: '6', operations: [term] }))).toEqual(['unchanged']);
    }));

  it('repeats the answer of a batch that it has seen, per slot', () =>
    withStore(async (store) => {
      const batch = (slot: string, token = 1) => ({ id: 'b', grant: { slot, token }, operations: tree.slice(0, 1) });
      const first = await store.writeBatch(alice, batch('one'));
      expect(await store.writeBatch(alice, batch('one'))).toEqual(first);
      expect(await store.writeBatch(alice, { ...batch('one', 2), operations: [] })).toEqual(first);
      expect((await store.writeBatch(alice, { ...batch('one', 2), id: 'not seen', operations: [] })).items).toEqual([]);
      expect(outcomes(await store.writeBatch(alice, batch('two')))).toEqual(['unchanged']);
    }));

  it('remembers the last 64 batches of a slot', () =>
    withStore(async (store) => {
      for (let number = 0; number < 66; number += 1)
        await store.writeBatch(alice, { id: String(number), operations: [upsert('FileFolder', `f${number}`)] });
      expect(outcomes(await store.writeBatch(alice, { id: '5', operations: [upsert('FileFolder', 'f5')] }))).toEqual([
        'created',
      ]);
      expect(outcomes(await store.writeBatch(alice, { id: '0', operations: [upsert('FileFolder', 'f0')] }))).toEqual([
        'unchanged',
      ]);
    }));

  it('sets a bad item aside with its reason and applies the others', () =>
    withStore(async (store) => {
      const result = await store.writeBatch(alice, {
        id: '1',
        operations: [
          upsert('FileFolder', 'good'),
          upsert('DataFile', 'bad', { properties: { nope: 1 } }),
          upsert('DataFile', 'half', { classifications: { PrimaryKey: {} } }),
          upsert('DataFile', 'lost', { parent: { relationshipTypeName: 'NestedFile', qualifiedName: 'bad' } }),
          upsert('DataFile', 'fine', { parent: { relationshipTypeName: 'NestedFile', qualifiedName: 'good' } }),
          { op: 'link', typeName: 'NestedFile', end1: 'fine', end2: 'good' },
        ],
      });
      expect(outcomes(result)).toEqual(['created', 'refused', 'refused', 'refused', 'created', 'refused']);
      expect(result.items[1]?.error?.code).toBe('PROPERTY_UNKNOWN');
      expect(result.items[3]?.error?.code).toBe('ELEMENT_NOT_FOUND');
      expect((await store.find()).map((each) => each.properties.qualifiedName)).toEqual(['fine', 'good']);
      expect(await store.findByString('half')).toEqual([]);
      expect(await store.count()).toBe(2);
    }));

  it('tells the changes of all that was applied and of nothing that was refused, however many share a commit', () =>
    withStore(async (store) => {
      const files = (from: number, count: number): BatchOperation[] =>
        Array.from({ length: count }, (_, index) => upsert('DataFile', `file ${from + index}`));
      // refused when it is written already
      const half = upsert('DataFile', 'half', {
        classifications: { Confidentiality: { levelIdentifier: 'not a number' } },
      });
      const before = (await store.identity()).changeSequence;
      const results = await Promise.all([
        store.writeBatch(alice, { id: 'one', operations: files(0, 45) }),
        store.writeBatch(alice, { id: 'two', operations: [...files(100, 3), half, ...files(200, 70)] }),
        refusal(store.delete(alice, 'nobody')),
        store.writeBatch(alice, { id: 'three', operations: files(300, 2) }),
      ]);
      expect(results[1]).toMatchObject({
        items: expect.arrayContaining([expect.objectContaining({ outcome: 'refused' })]),
      });
      const { changes } = await store.changes(before, 1000);
      const told = changes.map(({ guid }) => guid);
      const names = [...files(0, 45), ...files(100, 3), ...files(200, 70), ...files(300, 2)];
      const written = await Promise.all(
        names.map(async (operation) => (await store.getByQualifiedName(String(Object(operation).qualifiedName)))?.guid),
      );
      expect(told).toEqual(written);
      expect(changes.map(({ sequence }) => sequence)).toEqual(
        changes.map(({ sequence }) => sequence).sort((one, other) => one - other),
      );
    }));

  it('leaves alone what the writer does not name, and clears what it says', () =>
    withStore(async (store) => {
      const file = (properties = {}, clear: readonly string[] = []) =>
        upsert('DataFile', 'file', { properties, clear });
      const { items } = await store.writeBatch(alice, {
        id: '1',
        operations: [file({ displayName: 'a', pathName: '/a' })],
      });
      const guid = items[0]?.guid ?? '';
      await store.update(steward, guid, { description: 'by hand' }, 'merge');
      expect(
        outcomes(await store.writeBatch(alice, { id: '2', operations: [file({ displayName: 'b' }, ['pathName'])] })),
      ).toEqual(['updated']);
      expect((await store.get(guid)).properties).toEqual({
        qualifiedName: 'file',
        displayName: 'b',
        description: 'by hand',
      });
    }));

  it('merges a map key by key, also when it restores, and clears single keys of it', () =>
    withStore(async (store) => {
      let batches = 0;
      const write = async (additionalProperties: Record<string, string>, ...clear: string[]) => {
        batches += 1;
        const file = upsert('DataFile', 'file', { properties: { additionalProperties }, clear });
        return await store.writeBatch(alice, { id: String(batches), operations: [file] });
      };
      const guid = (await write({ size: '1', mode: 'r' })).items[0]?.guid ?? '';
      const additional = async () => (await store.get(guid)).properties.additionalProperties;
      await store.update(steward, guid, { additionalProperties: { size: '1', mode: 'r', owner: 'alice' } }, 'merge');
      expect(outcomes(await write({ size: '1' }))).toEqual(['unchanged']);
      expect(outcomes(await write({ size: '2' }, 'additionalProperties.mode'))).toEqual(['updated']);
      expect(await additional()).toEqual({ size: '2', owner: 'alice' });
      await store.writeBatch(alice, { id: 'd', operations: [{ op: 'delete', qualifiedName: 'file' }] });
      expect(outcomes(await write({ size: '3' }))).toEqual(['restored']);
      expect(await additional()).toEqual({ size: '3', owner: 'alice' });
      expect(outcomes(await write({}, 'additionalProperties'))).toEqual(['updated']);
      expect(await additional()).toEqual({});
    }));

  it('replaces a map as a whole in a merging update, which is no batch', () =>
    withStore(async (store) => {
      const operations = [upsert('DataFile', 'file', { properties: { additionalProperties: { size: '1' } } })];
      const guid = (await store.writeBatch(alice, { id: '1', operations })).items[0]?.guid ?? '';
      await store.update(steward, guid, { additionalProperties: { owner: 'alice' } }, 'merge');
      expect((await store.get(guid)).properties.additionalProperties).toEqual({ owner: 'alice' });
    }));

  it('moves an element below another parent', () =>
    withStore(async (store) => {
      const below = (parent: string) =>
        upsert('DataFile', 'file', { parent: { relationshipTypeName: 'NestedFile', qualifiedName: parent } });
      const operations = [upsert('FileFolder', 'one'), upsert('FileFolder', 'two'), below('one')];
      const { items } = await store.writeBatch(alice, { id: '1', operations });
      expect(outcomes(await store.writeBatch(alice, { id: '2', operations: [below('two')] }))).toEqual(['updated']);
      const { related } = await store.related(items[2]?.guid ?? '');
      expect(related.map((each) => each.element.properties.qualifiedName)).toEqual(['two']);
    }));

  it('changes the type when everything fits, and refuses when something does not', () =>
    withStore(async (store) => {
      const { items } = await store.writeBatch(alice, { id: '1', operations: tree });
      const as = (id: string, typeName: string) =>
        store.writeBatch(alice, { id, operations: [upsert(typeName, 'file')] });
      expect(outcomes(await as('2', 'CSVFile'))).toEqual(['updated']);
      expect(await store.get(items[1]?.guid ?? '')).toMatchObject({
        typeName: 'CSVFile',
        properties: { displayName: 'file' },
      });
      expect((await as('3', 'FileFolder')).items[0]).toMatchObject({
        outcome: 'refused',
        error: { code: 'TYPE_UNSUITABLE' },
      });
      expect(await store.count({ typeName: 'CSVFile' })).toBe(1);
    }));

  it('clears with a change of the type, and passes over what the new type does not have', () =>
    withStore(async (store) => {
      const as = (typeName: string, properties: Properties, ...clear: string[]) =>
        upsert(typeName, 'file', { properties, clear });
      const written = { displayName: 'a', description: 'b', delimiterCharacter: ';', additionalProperties: { c: '1' } };
      const { items } = await store.writeBatch(alice, { id: '1', operations: [as('CSVFile', written)] });
      const clear = ['description', 'delimiterCharacter', 'additionalProperties.c', 'noSuchProperty'];
      const retyped = [as('DataFile', { displayName: 'a' }, ...clear)];
      expect(outcomes(await store.writeBatch(alice, { id: '2', operations: retyped }))).toEqual(['updated']);
      expect(await store.get(items[0]?.guid ?? '')).toMatchObject({ typeName: 'DataFile' });
      expect((await store.get(items[0]?.guid ?? '')).properties).toEqual({ qualifiedName: 'file', displayName: 'a' });
    }));

  it('deletes with what is anchored, restores by name, and links and unlinks by name', () =>
    withStore(async (store) => {
      await store.writeBatch(alice, { id: '1', operations: tree });
      const run = async (id: string, ...operations: BatchOperation[]) =>
        outcomes(await store.writeBatch(alice, { id, operations }));
      expect(await run('2', { op: 'delete', qualifiedName: 'file' })).toEqual(['deleted']);
      expect(
        await run('3', { op: 'delete', qualifiedName: 'file' }, { op: 'delete', qualifiedName: 'never was' }),
      ).toEqual(['unchanged', 'unchanged']);
      expect(await store.count()).toBe(1);
      expect(await run('4', ...tree)).toEqual(['unchanged', 'restored', 'restored', 'restored']);
      const flow = { typeName: 'DataFlow', end1: 'root', end2: 'file' };
      expect(await run('5', { op: 'link', ...flow }, { op: 'link', ...flow })).toEqual(['created', 'unchanged']);
      expect(await run('6', { op: 'unlink', ...flow }, { op: 'unlink', ...flow })).toEqual(['deleted', 'unchanged']);
    }));

  it('takes a link away only in the version that the writer expects', () =>
    withStore(async (store) => {
      await store.writeBatch(alice, { id: '1', operations: tree });
      await store.writeBatch(alice, { id: '2', operations: [upsert('GlossaryTerm', 'term')] });
      const link = { typeName: 'SemanticAssignment', end1: 'file', end2: 'term' };
      await store.writeBatch(alice, { id: '3', operations: [{ op: 'link', ...link }] });
      await store.writeBatch(steward, {
        id: '4',
        operations: [{ op: 'link', ...link, properties: { description: 'by hand' } }],
      });
      const unlink = (expects: number) => ({ op: 'unlink', ...link, expects }) as const;
      const { items } = await store.writeBatch(alice, { id: '5', operations: [unlink(1)] });
      expect(items).toMatchObject([{ outcome: 'refused', error: { code: 'ELEMENT_CHANGED' } }]);
      const again = await store.writeBatch(alice, { id: '6', operations: [unlink(2), unlink(2)] });
      expect(outcomes(again)).toEqual(['deleted', 'unchanged']);
    }));

  it('takes away of a link what is to be cleared, unless others have set it since; a trial only says so', () =>
    withStore(async (store) => {
      await store.writeBatch(alice, { id: '1', operations: tree });
      const link = { op: 'link', typeName: 'DataFlow', end1: 'root', end2: 'file' } as const;
      const properties = { label: 'x', description: 'y' };
      await store.writeBatch(alice, { id: '2', operations: [{ ...link, properties }] });
      const described = { ...link, properties: { description: 'by hand' } };
      await store.writeBatch(steward, { id: '3', operations: [described] });
      const guards = { label: printOf('x'), description: printOf('y') };
      const clear = { ...link, clear: ['label', 'description', 'formula'], guards };
      const trial = { ...clear, isTrial: true } as const;
      const { items } = await store.writeBatch(alice, { id: '4', operations: [trial, clear, trial] });
      const kept = { description: 'by hand' };
      expect(items).toMatchObject([
        { outcome: 'updated', kept },
        { outcome: 'updated', kept },
        { outcome: 'unchanged', kept },
      ]);
    }));

  it('leaves a link that another user made where that is asked, and takes away its own, whoever changed it', () =>
    withStore(async (store) => {
      await store.writeBatch(alice, { id: '1', operations: tree });
      const link = { typeName: 'DataFlow', end1: 'root', end2: 'file' };
      const described = { op: 'link', ...link, properties: { description: 'by hand' } } as const;
      const unlink = { op: 'unlink', ...link, keepsOthers: true } as const;
      await store.writeBatch(steward, { id: '2', operations: [described] });
      const operations = [unlink, { op: 'unlink', ...link }, { op: 'link', ...link }] as const;
      const result = await store.writeBatch(alice, { id: '3', operations });
      expect(outcomes(result)).toEqual(['unchanged', 'deleted', 'created']);
      await store.writeBatch(steward, { id: '4', operations: [described] });
      expect(outcomes(await store.writeBatch(alice, { id: '5', operations: [unlink] }))).toEqual(['deleted']);
    }));

  it('restores an archived element', () =>
    withStore(async (store) => {
      const { items } = await store.writeBatch(alice, { id: '1', operations: tree.slice(0, 1) });
      await store.archive(alice, items[0]?.guid ?? '');
      expect(outcomes(await store.writeBatch(alice, { id: '2', operations: tree.slice(0, 1) }))).toEqual(['restored']);
      expect((await store.get(items[0]?.guid ?? '')).classifications).toHaveLength(1);
    }));

  it('gives the event loop its turns during a long batch', () =>
    withStore(async (store) => {
      const operations = Array.from({ length: 3000 }, (_, index) => upsert('DataFile', `f${index}`));
      let turns = 0;
      let done = false;
      const count = () => {
        turns += 1;
        if (!done) setImmediate(count);
      };
      setImmediate(count);
      await store.writeBatch(alice, { id: '1', operations });
      done = true;
      expect(turns).toBeGreaterThan(5);
    }));

  it('shows readers nothing of a batch before its commit', () =>
    withStore(async (store) => {
      const operations = Array.from({ length: 2000 }, (_, index) => upsert('DataFile', `f${index}`));
      const seen = new Set<number>();
      let done = false;
      const writing = store.writeBatch(alice, { id: '1', operations }).finally(() => {
        done = true;
      });
      while (!done) {
        seen.add(await store.count());
        await new Promise((resolve) => setImmediate(resolve));
      }
      await writing;
      for (const count of seen) expect([0, 2000]).toContain(count);
    }));
});

describe('fencing', () => {
  const grant = (token: number) => ({ slot: 's', token });

  it('refuses batches and single writes under an older grant, and only those of the slot', () =>
    withStore(async (store) => {
      await store.writeBatch(alice, { id: '1', grant: grant(5), operations: [] });
      const file = (name: string) => ({ typeName: 'DataFile', properties: { qualifiedName: name } });
      expect(await refusal(store.writeBatch(alice, { id: '2', grant: grant(4), operations: tree }))).toBe(
        'GRANT_SUPERSEDED',
      );
      expect(await refusal(store.create({ ...alice, grant: grant(4) }, file('a')))).toBe('GRANT_SUPERSEDED');
      expect(await store.count()).toBe(0);
      await store.create({ ...alice, grant: grant(5) }, file('a'));
      await store.create({ ...alice, grant: { slot: 'other', token: 1 } }, file('b'));
      expect(await refusal(store.writeBatch(alice, { id: '1', grant: grant(4), operations: [] }))).toBe(
        'GRANT_SUPERSEDED',
      );
    }));

  it('remembers a token also when the write itself is refused', () =>
    withStore(async (store) => {
      const bad = { typeName: 'Nope', properties: {} };
      expect(await refusal(store.create({ ...alice, grant: grant(9) }, bad))).toBe('TYPE_UNKNOWN');
      expect(await refusal(store.writeBatch(alice, { id: '1', grant: grant(8), operations: [] }))).toBe(
        'GRANT_SUPERSEDED',
      );
    }));
});

describe('an upsert with guards', () => {
  const write = (properties: Properties, more: object = {}) => upsert('DataFile', 'file', { properties, ...more });

  it('leaves what others set since, in the transaction in which it writes, and tells it', () =>
    withStore(async (store) => {
      await store.writeBatch(alice, { id: '1', operations: [write({ displayName: 'a', description: 'a' })] });
      await store.writeBatch(steward, { id: '2', operations: [write({ displayName: 'by hand' })] });
      const guards = { displayName: printOf('a'), description: printOf('a') };
      const operations = [write({ displayName: 'b', description: 'b' }, { guards })];
      const { items } = await store.writeBatch(alice, { id: '3', operations });
      expect(items).toMatchObject([
        { outcome: 'updated', kept: { displayName: 'by hand' }, keptFrom: { by: 'steward' } },
      ]);
      const element = await store.getByQualifiedName('file');
      expect(element?.properties).toMatchObject({ displayName: 'by hand', description: 'b' });
    }));

  it('tells who set what stays, whoever wrote other fields since', () =>
    withStore(async (store) => {
      const values = { displayName: 'a', description: 'a' };
      const classified = (confidentialityLevel: number) => ({
        classifications: { Confidentiality: { confidentialityLevel } },
      });
      await store.writeBatch(alice, { id: '1', operations: [write(values, classified(1))] });
      await store.writeBatch(steward, { id: '2', operations: [write({ displayName: 'by hand' }, classified(4))] });
      const at = (await store.getByQualifiedName('file'))?.versions.updateTime;
      const field = '@Confidentiality.confidentialityLevel';
      for (const [id, value, before] of [
        ['3', 'b', 'a'],
        ['4', 'c', 'b'],
      ] as const) {
        const guards = { displayName: printOf('a'), description: printOf(before), [field]: printOf(1) };
        const operations = [write({ displayName: value, description: value }, { guards, ...classified(2) })];
        const { items } = await store.writeBatch(alice, { id, operations });
        const [{ keptFrom, keptBy = {} } = {}] = items;
        expect([keptBy.displayName ?? keptFrom, keptBy[field] ?? keptFrom]).toEqual([
          { by: 'steward', at },
          { by: 'steward', at: expect.any(Number) },
        ]);
      }
    }));

  it('keeps what a steward set of an element that was deleted meanwhile, and brings it back', () =>
    withStore(async (store) => {
      await store.writeBatch(alice, { id: '1', operations: [write({ displayName: 'a', description: 'a' })] });
      await store.writeBatch(steward, { id: '2', operations: [write({ displayName: 'by hand' })] });
      await store.writeBatch(steward, { id: '3', operations: [{ op: 'delete', qualifiedName: 'file' }] });
      const guards = { displayName: printOf('a'), description: printOf('a') };
      const operations = [write({ displayName: 'b', description: 'b' }, { guards })];
      const { items } = await store.writeBatch(alice, { id: '4', operations });
      expect(items).toMatchObject([{ outcome: 'restored', kept: { displayName: 'by hand' } }]);
    }));

  it('that knows nothing writes over its own work alone, and may ask for something new', () =>
    withStore(async (store) => {
      const mine = (displayName: string) => write({ displayName }, { guards: {}, trustsOwnWork: true });
      await store.writeBatch(alice, { id: '1', operations: [mine('a')] });
      expect((await store.writeBatch(alice, { id: '2', operations: [mine('b')] })).items[0]?.kept).toBeUndefined();
      await store.writeBatch(steward, { id: '3', operations: [write({ description: 'by hand' })] });
      expect((await store.writeBatch(alice, { id: '4', operations: [mine('c')] })).items).toMatchObject([
        { outcome: 'unchanged', kept: { displayName: 'b' } },
      ]);
      const { items } = await store.writeBatch(alice, { id: '5', operations: [write({}, { onlyIfNew: true })] });
      expect(items).toMatchObject([{ outcome: 'refused', error: { code: 'ELEMENT_EXISTS' } }]);
    }));

  it('takes away the classifications that the writer gave, as long as nobody else set anything in them', () =>
    withStore(async (store) => {
      const Confidentiality = { confidentialityLevel: 1, notes: 'a' };
      const names = async () => (await store.getByQualifiedName('file'))?.classifications ?? [];
      const given = async () => (await names()).map(({ classificationName }) => classificationName).sort();
      const classifications = { Confidentiality, Criticality: {} };
      await store.writeBatch(alice, { id: '1', operations: [write({ displayName: 'a' }, { classifications })] });
      await store.writeBatch(steward, { id: '2', operations: [write({}, { classifications: { Retention: {} } })] });
      const guards = { '@Confidentiality.confidentialityLevel': printOf(1), '@Confidentiality.notes': printOf('a') };
      const clear = ['@Confidentiality.notes', '@Retention.nothing'];
      const cleared = write({}, { guards, clear, declassify: ['Criticality', 'Retention', 'Ownership'] });
      const { items } = await store.writeBatch(alice, { id: '3', tellFormer: true, operations: [cleared] });
      expect(items).toMatchObject([
        { outcome: 'updated', former: { classifications, foreignClassifications: ['Retention'] } },
      ]);
      expect(await given()).toEqual(['Anchors', 'Confidentiality', 'Retention']);
      const left = (await names()).find(({ classificationName }) => classificationName === 'Confidentiality');
      expect(left?.properties).toEqual({ confidentialityLevel: 1 });
      const edit = write({}, { classifications: { Confidentiality: { notes: 'by hand' } } });
      await store.writeBatch(steward, { id: '4', operations: [edit] });
      const dropped = write({}, { guards, declassify: ['Confidentiality'] });
      expect((await store.writeBatch(alice, { id: '5', operations: [dropped] })).items).toMatchObject([
        { outcome: 'unchanged', kept: { '@Confidentiality.notes': 'by hand' } },
      ]);
      const forced = write({}, { declassify: ['Confidentiality'] });
      await store.writeBatch(alice, { id: '6', operations: [forced] });
      expect(await given()).toEqual(['Anchors', 'Retention']);
    }));
});

describe('a link with guards', () => {
  const write = (properties: Properties, more: object = {}): BatchOperation => ({
    op: 'link',
    typeName: 'DataFlow',
    end1: 'root',
    end2: 'file',
    properties,
    ...more,
  });
  const prepared = (run: Parameters<typeof withStore>[0]) =>
    withStore(async (store) => {
      await store.writeBatch(alice, { id: '0', operations: tree });
      await run(store);
    });

  it('leaves what others set since, and tells it with who set it, whoever wrote other properties since', () =>
    prepared(async (store) => {
      const batch = async (id: string, operation: BatchOperation) =>
        (await store.writeBatch(alice, { id, operations: [operation] })).items[0];
      await batch('1', write({ label: 'a', description: 'a' }));
      await store.writeBatch(steward, { id: '2', operations: [write({ label: 'by hand' })] });
      for (const [id, value, before] of [
        ['3', 'b', 'a'],
        ['4', 'c', 'b'],
      ] as const) {
        const guards = { label: printOf('a'), description: printOf(before) };
        const item = await batch(id, write({ label: value, description: value }, { guards }));
        expect(item).toMatchObject({
          outcome: 'updated',
          kept: { label: 'by hand' },
          keptBy: { label: { by: 'steward', at: expect.any(Number) } },
        });
      }
      const guards = { label: printOf('by hand'), description: printOf('c') };
      expect(await batch('5', write({ label: 'd' }, { guards }))).toEqual({ outcome: 'updated' });
      expect(await batch('6', write({ label: 'd', description: 'c' }, { guards: {} }))).toEqual({
        outcome: 'unchanged',
      });
    }));

  it('that knows nothing writes over its own work alone', () =>
    prepared(async (store) => {
      const mine = (label: string) => write({ label }, { guards: {}, trustsOwnWork: true });
      const run = async (id: string, operation: BatchOperation) =>
        (await store.writeBatch(alice, { id, operations: [operation] })).items[0]?.outcome;
      expect([await run('1', mine('a')), await run('2', mine('b'))]).toEqual(['created', 'updated']);
      await store.writeBatch(steward, { id: '3', operations: [write({ description: 'by hand' })] });
      expect(await run('4', mine('c'))).toBe('unchanged');
    }));

  it('changes nothing where it is only tried, and says what it would do', () =>
    prepared(async (store) => {
      const tried = async (id: string, operation: BatchOperation) =>
        (await store.writeBatch(alice, { id, operations: [operation] })).items[0];
      const trial = (label: string, more: object = {}) => write({ label }, { isTrial: true, ...more });
      const { changeSequence } = await store.identity();
      expect(await tried('1', trial('a'))).toEqual({ outcome: 'created' });
      expect((await store.identity()).changeSequence).toBe(changeSequence);
      await tried('2', write({ label: 'a' }));
      const before = await store.identity();
      expect(await tried('3', trial('a'))).toEqual({ outcome: 'unchanged' });
      expect(await tried('4', trial('b'))).toEqual({ outcome: 'updated' });
      expect(await tried('5', trial('b', { guards: {} }))).toMatchObject({
        outcome: 'unchanged',
        kept: { label: 'a' },
      });
      expect((await store.identity()).changeSequence).toBe(before.changeSequence);
    }));
});

describe('an upsert with guards below a parent', () => {
  const column = (properties: Properties, more: object = {}) =>
    upsert('TabularColumn', 'column', {
      anchor: 'file',
      parent: { relationshipTypeName: 'AttributeForSchema', qualifiedName: 'schema', properties },
      ...more,
    });

  it('leaves properties of their relationship that another user set last, and tells them', () =>
    withStore(async (store) => {
      await store.writeBatch(alice, { id: '1', operations: tree });
      const batch = async (id: string, operation: BatchOperation) =>
        (await store.writeBatch(alice, { id, operations: [operation] })).items[0];
      const field = '^AttributeForSchema.minCardinality';
      expect(await batch('2', column({ position: 1, minCardinality: 1 }, { guards: {} }))).toMatchObject({
        outcome: 'updated',
      });
      await store.writeBatch(steward, { id: '3', operations: [column({ minCardinality: 5 })] });
      const item = await batch('4', column({ position: 2, minCardinality: 2 }, { guards: {} }));
      expect(item).toMatchObject({
        outcome: 'updated',
        kept: { [field]: 5 },
        keptBy: { [field]: { by: 'steward', at: expect.any(Number) } },
      });
      const look = {
        op: 'look',
        qualifiedName: 'column',
        parent: { relationshipTypeName: 'AttributeForSchema' },
      } as const;
      expect((await batch('5', look))?.former?.parents).toEqual([
        {
          qualifiedName: 'schema',
          properties: { position: 2, minCardinality: 5 },
          foreignProperties: ['minCardinality'],
        },
      ]);
      const permitted = column({ position: 2, minCardinality: 2 }, { guards: { [field]: printOf(5) } });
      const { kept, outcome } = (await batch('6', permitted)) ?? {};
      expect([outcome, kept]).toEqual(['updated', undefined]);
      const { kept: none } = (await batch('7', column({ position: 2, minCardinality: 3 }, { guards: {} }))) ?? {};
      expect(none).toBeUndefined();
    }));
});
