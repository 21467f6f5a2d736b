import { type CallWatcher, type MetadataCalls, type OperationEffect, StoreOperations } from '@isthmus/connector-host';
import { ManualClock, MemoryMetadataStore } from '@isthmus/connector-testing';
import { standardTypes } from '@isthmus/model/standard-types';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type PlannedCall, plannedCallRow } from '../operations/planned-call.js';
import { CallPerformer, type Performed } from './perform-call.js';

const never: AbortSignal = new AbortController().signal;
const name = 'Database::shop:orders';
const element = { qualifiedName: name };
const ends = { end1: element, end2: { qualifiedName: 'Database::shop:sources' } };

describe('a call of a plan, in the instant in which it writes', () => {
  let store: MemoryMetadataStore;
  let operations: MetadataCalls;
  let planned: PlannedCall[];
  let preview = 0;

  beforeEach(async () => {
    store = new MemoryMetadataStore({ now: () => 0 });
    anew();
    const watcher: CallWatcher = (call) => {
      if (call.run?.mode !== 'preview') return undefined;
      const effects: OperationEffect[] = [];
      return {
        writing: async (effect) => ({ done: async () => void effects.push(effect), failed: async () => undefined }),
        end: async () => {
          const row = plannedCallRow({ call, effects, unkeptCount: 0 }, planned.length + 1);
          if (row.call !== undefined) planned.push(row.call);
        },
      };
    };
    const facts = () => ({ connectorName: 'orders', source: 'shop' });
    operations = new StoreOperations({ store, types: standardTypes(), clock: new ManualClock(), facts, watcher });
    for (const { qualifiedName } of [ends.end1, ends.end2])
      await store.create({ typeName: 'Database', properties: { qualifiedName, displayName: 'made' } });
  });

  const guidOf = async (qualifiedName: string) => (await store.getByQualifiedName(qualifiedName, {}))?.guid ?? '';
  const call = (operation: string, input: Readonly<Record<string, unknown>>) =>
    operations.call({ kind: 'database', operation, input, run: { id: `preview ${preview}`, mode: 'preview' } }, never);

  /** Begins another plan. */
  function anew(): void {
    planned = [];
    preview += 1;
  }

  async function performed(isWritten = false): Promise<readonly Performed[]> {
    const performer = new CallPerformer({
      operations,
      runId: 'apply',
      store,
      isWritten: async () => isWritten,
      signal: never,
    });
    const all: Performed[] = [];
    for (const each of planned) all.push(await performer.perform(each));
    return all;
  }

  const level = async () =>
    (await store.get(await guidOf(name), {}))?.classifications.find(
      ({ classificationName }) => classificationName === 'Confidentiality',
    )?.properties.confidentialityLevel;

  it('is refused when a person has changed the classification that it gives', async () => {
    await call('setConfidentiality', { element, properties: { confidentialityLevel: 2 } });
    await store.classify(await guidOf(name), 'Confidentiality', { confidentialityLevel: 4 });
    expect(await performed()).toMatchObject([{ kind: 'refused', code: 'ELEMENT_CHANGED' }]);
    expect(await level()).toBe(4);
  });

  it('is refused when a person has changed the element that it updates, or classified one that it deletes', async () => {
    await call('updateDatabase', { element, properties: { displayName: 'by the source' } });
    await call('deleteDatabase', { element: ends.end2 });
    await store.update(await guidOf(name), { displayName: 'by a person' }, 'merge');
    await store.classify(await guidOf(ends.end2.qualifiedName), 'Confidentiality', { confidentialityLevel: 4 });
    expect(await performed()).toMatchObject([
      { kind: 'refused', code: 'ELEMENT_CHANGED' },
      { kind: 'refused', code: 'ELEMENT_CHANGED' },
    ]);
    expect((await store.getByQualifiedName(name, {}))?.properties.displayName).toBe('by a person');
  });

  it('is refused when a person has made, changed or taken away the relationship', async () => {
    const link = () => call('linkSourceOfElement', { ...ends, properties: { sourceVersionNumber: 1 } });
    const guids = [await guidOf(name), await guidOf(ends.end2.qualifiedName)] as const;
    await link();
    const guid = await store.relate('SourcedFrom', ...guids, { sourceVersionNumber: 7 });
    expect(await performed()).toMatchObject([{ code: 'ELEMENT_CHANGED' }]);
    anew();
    await link();
    await store.updateRelationship(guid, { sourceVersionNumber: 8 }, 'merge');
    expect(await performed()).toMatchObject([{ code: 'ELEMENT_CHANGED' }]);
    anew();
    await link();
    await store.unrelate(guid);
    expect(await performed()).toMatchObject([{ code: 'ELEMENT_CHANGED' }]);
    expect(await store.linksBetween('SourcedFrom', ...guids)).toEqual([]);
  });

  it('passes over what the plan has written itself, by calls or otherwise', async () => {
    await call('setConfidentiality', { element, properties: { confidentialityLevel: 2 } });
    await call('setConfidentiality', { element, properties: { confidentialityLevel: 3 } });
    await call('updateDatabase', { element, properties: { displayName: 'one' } });
    await call('updateDatabase', { element, properties: { displayName: 'two' } });
    await call('linkSourceOfElement', { ...ends, properties: { sourceVersionNumber: 1 } });
    await call('unlinkSourceOfElement', ends);
    await call('deleteDatabase', { element });
    expect((await performed()).map(({ kind }) => kind)).toEqual(Array(7).fill('done'));
    anew();
    await call('updateDatabase', { element: ends.end2, properties: { displayName: 'one' } });
    await store.update(await guidOf(ends.end2.qualifiedName), { displayName: 'by the plan' }, 'merge');
    expect(await performed(true)).toEqual([{ kind: 'done' }]);
  });

  it('makes an element anew that the plan deletes first, and expects the one that is there', async () => {
    await call('deleteDatabase', { element });
    await call('createDatabase', { qualifiedName: name, properties: { displayName: 'anew' } });
    const version = (await store.getByQualifiedName(name, {}))?.versions.version;
    expect(planned.map(({ expects }) => expects)).toEqual([
      [{ qualifiedName: name, version }],
      [{ qualifiedName: name, version }],
    ]);
    expect(await performed()).toEqual([{ kind: 'done' }, { kind: 'done' }]);
    expect((await store.getByQualifiedName(name, {}))?.properties.displayName).toBe('anew');
  });

  it('deletes both ends of a relationship, which goes with the first, and neither when a person has linked it', async () => {
    const guids = [await guidOf(name), await guidOf(ends.end2.qualifiedName)] as const;
    await store.relate('SourcedFrom', ...guids, {});
    const both = async () => {
      await call('deleteDatabase', { element });
      await call('deleteDatabase', { element: ends.end2 });
    };
    await both();
    const other = await store.create({ typeName: 'Database', properties: { qualifiedName: 'Database::shop:other' } });
    await store.relate('SourcedFrom', guids[1], other, {});
    expect(await performed()).toMatchObject([{ kind: 'done' }, { code: 'ELEMENT_CHANGED' }]);
    expect(await guidOf(name)).toBe('');
    await store.create({ typeName: 'Database', properties: { qualifiedName: name } });
    await store.relate('SourcedFrom', await guidOf(name), guids[1], {});
    anew();
    await both();
    expect(await performed()).toEqual([{ kind: 'done' }, { kind: 'done' }]);
  });
});
