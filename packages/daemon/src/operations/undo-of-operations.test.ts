import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { TestedConnector, type Work } from './testing-connector.js';

const never: AbortSignal = new AbortController().signal;
const database = 'Database::shop:orders';
const template = 'Database::shop:template';
const other = 'Database::shop:other';
const element = { qualifiedName: database };

const makes =
  (displayName: string): Work =>
  async (context) =>
    void (await context.createDatabase?.({ qualifiedName: database, properties: { displayName } }));
const gives =
  (confidentialityLevel: number): Work =>
  async (context) =>
    void (await context.setConfidentiality?.({ element, properties: { confidentialityLevel } }));
const deletes: Work = async (context) => void (await context.deleteDatabase?.({ element }));
const all =
  (...works: readonly Work[]): Work =>
  async (context, run) => {
    for (const work of works) await work(context, run);
  };

describe('the undo of a run that called operations', () => {
  let listed = '';
  const connector = new TestedConnector([database, template, other]);
  const level = () => connector.classified(database, 'Confidentiality');
  const displayName = async (name = database) => (await connector.inStore(name))?.properties.displayName;
  const findings = ({ findings: told }: { findings?: readonly { code: string; message: string }[] }) =>
    (told ?? []).filter(({ code }) => code === 'UNDO_KEPT').map(({ message }) => message);

  /** Tells the database that operations write too, under the name that the scope gives it. */
  const lists: Work = async (_context, run) => {
    const scope = run.scope('all');
    await scope.database({ names: ['listed'], displayName: 'listed' });
    await scope.complete();
  };
  const operates: Work = async (context, run) => {
    listed = run.scope('all').nameOf('database', ['listed']);
    await context.createDatabase?.({ qualifiedName: listed, properties: { displayName: 'by an operation' } });
    const own = { qualifiedName: listed };
    await context.setConfidentiality?.({ element: own, properties: { confidentialityLevel: 2 } });
    await context.updateDatabase?.({ element: own, properties: { description: 'by an operation' } });
  };

  it('takes away what was made from a template, with the classifications that this brought', async () => {
    const properties = { qualifiedName: template, displayName: 'of ~{place}~' };
    const classifications = { Template: {}, Confidentiality: { confidentialityLevel: 3 } };
    const { guid } = {
      guid: await connector.store.create({ typeName: 'Database', properties, classifications }, never),
    };
    const copies: Work = async (context) => {
      const placeholders = { place: 'Ghent' };
      await context.createDatabaseFromTemplate?.({ template: { guid }, placeholders, qualifiedName: database });
    };
    const run = await connector.refreshed(copies);
    expect(await displayName()).toBe('of Ghent');
    expect(await level()).toEqual({ confidentialityLevel: 3 });
    expect(findings(await connector.undone(run))).toEqual([]);
    expect(await connector.inStore(database)).toBeUndefined();

    const again = await connector.refreshed(copies);
    await connector.store.classify(await connector.guid(database), 'Criticality', { criticalityLevel: 1 }, never);
    expect(findings(await connector.undone(again))).toEqual([
      `${database} has Criticality, which the run did not give it, so it stays`,
    ]);
    expect(await connector.inStore(database)).toBeDefined();
  });

  it('leaves what a person has linked with something that the run made', async () => {
    const run = await connector.refreshed(makes('orders'));
    const end2 = await connector.store.create(
      { typeName: 'Database', properties: { qualifiedName: other, displayName: 'other' } },
      never,
    );
    const person = connector.store.as({ userId: 'ann' });
    await person.relate('SourcedFrom', await connector.guid(database), end2, {}, never);
    expect(findings(await connector.undone(run))).toEqual([
      `${database} was linked by somebody since it was made, so it stays`,
    ]);
    expect(await connector.inStore(database)).toBeDefined();
  });

  it('gives what was deleted and made anew in one run its former content', async () => {
    await connector.refreshed(all(makes('orders'), gives(2)));
    const guid = await connector.guid(database);
    const run = await connector.refreshed(all(gives(3), deletes, makes('anew'), gives(4)));
    expect(await displayName()).toBe('anew');
    const undone = await connector.undone(run);
    expect(findings(undone)).toEqual([]);
    expect(await displayName()).toBe('orders');
    expect(await level()).toEqual({ confidentialityLevel: 2 });
    expect(await connector.guid(database)).toBe(guid);
  });

  it('leaves nothing of what was made, deleted and made again in one run', async () => {
    const run = await connector.refreshed(all(makes('orders'), gives(2), deletes, makes('anew')));
    expect(findings(await connector.undone(run))).toEqual([]);
    expect(await connector.inStore(database)).toBeUndefined();
  });

  it.each([
    ['an operation made', all(operates, lists)],
    ['a scope told', all(lists, operates)],
  ])('takes away what %s first and the other wrote too, and holds it back', async (_who, work) => {
    const run = await connector.refreshed(work);
    expect(run.outcome).toBe('succeeded');
    expect(await displayName(listed)).toBe('listed');
    expect(findings(await connector.undone(run))).toEqual([]);
    expect(await connector.inStore(listed)).toBeUndefined();
    await connector.refreshed(lists);
    expect(await connector.inStore(listed)).toBeUndefined();
  });

  it('leaves no relationship that the run made and took away again', async () => {
    await connector.refreshed(makes('orders'));
    const properties = { qualifiedName: other, displayName: 'other' };
    const end2 = await connector.store.create({ typeName: 'Database', properties }, never);
    const ends = { end1: element, end2: { guid: end2 } };
    const run = await connector.refreshed(async (context) => {
      await context.linkSourceOfElement?.({ ...ends, properties: { sourceVersionNumber: 3 } });
      await context.unlinkSourceOfElement?.(ends);
    });
    expect(findings(await connector.undone(run))).toEqual([]);
    expect(await connector.store.linksBetween('SourcedFrom', await connector.guid(database), end2, never)).toEqual([]);
  });

  it('can be taken back itself', async () => {
    await connector.refreshed(all(makes('orders'), gives(2)));
    const change: Work = async (context) => {
      await context.updateDatabase?.({ element, properties: { displayName: 'all orders', description: 'all' } });
      await context.createDatabase?.({ qualifiedName: other, properties: { displayName: 'other' } });
      const ends = { end1: element, end2: { qualifiedName: other } };
      await context.linkSourceOfElement?.({ ...ends, properties: { sourceVersionNumber: 3 } });
      await context.clearConfidentiality?.({ element });
    };
    const run = await connector.refreshed(change);
    const undone = await connector.undone(run);
    expect(await displayName()).toBe('orders');
    expect(await level()).toEqual({ confidentialityLevel: 2 });
    expect(await connector.inStore(other)).toBeUndefined();
    expect(findings(await connector.undone(undone))).toEqual([]);
    const { guid = '', properties } = (await connector.inStore(database)) ?? {};
    expect(properties).toMatchObject({ displayName: 'all orders', description: 'all' });
    expect(await level()).toBeUndefined();
    const links = await connector.store.linksBetween('SourcedFrom', guid, await connector.guid(other), never);
    expect(links.map(({ relationship }) => relationship.properties)).toEqual([{ sourceVersionNumber: 3 }]);
  });
});
