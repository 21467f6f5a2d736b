import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { TestedConnector, type Work } from './testing-connector.js';

const never: AbortSignal = new AbortController().signal;
const database = 'Database::shop:orders';
const origin = 'Database::shop:sources';
const element = { qualifiedName: database };
const ends = { end1: element, end2: { qualifiedName: origin } };

const makesBoth: Work = async (context) => {
  await context.createDatabase?.({ qualifiedName: database, properties: { displayName: 'orders' } });
  await context.createDatabase?.({ qualifiedName: origin, properties: { displayName: 'sources' } });
};
const gives = (confidentialityLevel: number): Work => {
  return async (context) =>
    void (await context.setConfidentiality?.({ element, properties: { confidentialityLevel } }));
};
const clears: Work = async (context) => void (await context.clearConfidentiality?.({ element }));
const links = (sourceVersionNumber: number): Work => {
  return async (context) =>
    void (await context.linkSourceOfElement?.({ ...ends, properties: { sourceVersionNumber } }));
};
const unlinks: Work = async (context) => void (await context.unlinkSourceOfElement?.(ends));
const deletes: Work = async (context) => void (await context.deleteDatabase?.({ element }));

/** Between the preview of an operation and its approval a person edits what it is about. */
describe('a plan of operations', () => {
  const connector = new TestedConnector([database, origin]);
  const level = () => connector.classified(database, 'Confidentiality');
  const byPerson = async (properties: { confidentialityLevel: number } | undefined) => {
    const guid = await connector.guid(database);
    if (properties === undefined) await connector.store.declassify(guid, 'Confidentiality', never);
    else await connector.store.classify(guid, 'Confidentiality', properties, never);
  };
  const link = async () => {
    const [one, other] = [await connector.guid(database), await connector.guid(origin)];
    const [found] = await connector.store.linksBetween('SourcedFrom', one, other, never);
    return found?.relationship;
  };
  const linkByPerson = async (sourceVersionNumber: number) => {
    const there = await link();
    if (there !== undefined)
      return connector.store.updateRelationship(there.guid, { sourceVersionNumber }, 'merge', never);
    const [one, other] = [await connector.guid(database), await connector.guid(origin)];
    await connector.store.relate('SourcedFrom', one, other, { sourceVersionNumber }, never);
  };
  const unlinkByPerson = async () => connector.store.unrelate((await link())?.guid ?? '', never);

  /** @returns what the stale item says has changed */
  async function refused(before: readonly Work[], planned: Work, edit: () => Promise<unknown>): Promise<string> {
    await connector.refreshed(makesBoth);
    for (const work of before) await connector.refreshed(work);
    const run = await connector.previewed(planned);
    await edit();
    const applied = await connector.approved(run);
    expect(applied).toMatchObject({ error: { code: 'PLAN_STALE' } });
    const [item] = await connector.items(run);
    expect(item).toMatchObject({ decision: 'stale', fault: { code: 'ELEMENT_CHANGED' } });
    return item?.fault?.message ?? '';
  }

  it('does not write over a classification that a person changed', async () => {
    const what = await refused([gives(2)], gives(3), () => byPerson({ confidentialityLevel: 4 }));
    expect(what).toBe(
      `Confidentiality of ${database} was {"confidentialityLevel":2} when the plan was made and is {"confidentialityLevel":4} now`,
    );
    expect(await level()).toEqual({ confidentialityLevel: 4 });
  });

  it('does not write over a classification that a person gave', async () => {
    const what = await refused([], gives(3), () => byPerson({ confidentialityLevel: 4 }));
    expect(what).toContain('was not there when the plan was made');
    expect(await level()).toEqual({ confidentialityLevel: 4 });
  });

  it('does not bring back a classification that a person took away', async () => {
    const what = await refused([gives(2)], gives(3), () => byPerson(undefined));
    expect(what).toContain('is not there now');
    expect(await level()).toBeUndefined();
  });

  it('does not take away a classification that a person changed', async () => {
    await refused([gives(2)], clears, () => byPerson({ confidentialityLevel: 4 }));
    expect(await level()).toEqual({ confidentialityLevel: 4 });
  });

  it('does not write over a relationship that a person changed', async () => {
    const what = await refused([links(1)], links(2), () => linkByPerson(7));
    expect(what).toBe(`SourcedFrom from ${database} to ${origin} was changed since the plan was made`);
    expect((await link())?.properties).toEqual({ sourceVersionNumber: 7 });
  });

  it('does not write over a relationship that a person made', async () => {
    const what = await refused([], links(2), () => linkByPerson(7));
    expect(what).toContain('was made since the plan was made');
    expect((await link())?.properties).toEqual({ sourceVersionNumber: 7 });
  });

  it('does not make a relationship anew that a person took away', async () => {
    const what = await refused([links(1)], links(2), unlinkByPerson);
    expect(what).toContain('was taken away since the plan was made');
    expect(await link()).toBeUndefined();
  });

  it('does not take away a relationship that a person changed', async () => {
    await refused([links(1)], unlinks, () => linkByPerson(7));
    expect((await link())?.properties).toEqual({ sourceVersionNumber: 7 });
  });

  it('does not delete an element that a person classified', async () => {
    const what = await refused([], deletes, () => byPerson({ confidentialityLevel: 4 }));
    expect(what).toContain(`Confidentiality of ${database}`);
    expect(await connector.inStore(database)).toBeDefined();
  });

  it('does not delete an element that a person linked', async () => {
    const what = await refused([], deletes, () => linkByPerson(7));
    expect(what).toContain(`SourcedFrom from ${database} to ${origin}`);
    expect(await link()).toBeDefined();
  });

  it('is applied where its own operations build on one another, and where others were left out', async () => {
    await connector.refreshed(makesBoth);
    const both: Work = async (context, run) => {
      for (const work of [gives(2), gives(3), links(1), links(2), deletes]) await work(context, run);
    };
    const left = await connector.previewed(both);
    await connector.acted(() => connector.daemon.approvePlan(left.id, 'me', { only: [2, 4] }));
    expect((await connector.items(left)).map(({ decision }) => decision)).toEqual([
      'left-out',
      'applied',
      'left-out',
      'applied',
      'left-out',
    ]);
    expect(await level()).toEqual({ confidentialityLevel: 3 });
    expect((await link())?.properties).toEqual({ sourceVersionNumber: 2 });
    const all = await connector.previewed(both);
    expect(await connector.approved(all)).toMatchObject({ outcome: 'succeeded' });
    expect((await connector.items(all)).map(({ decision }) => decision)).toEqual(Array(5).fill('applied'));
    expect(await connector.inStore(database)).toBeUndefined();
  });
});
