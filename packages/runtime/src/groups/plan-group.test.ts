import type { Connection, Registration } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  changedFields,
  fieldClassOf,
  isEmptyPlan,
  planGroup,
  strongestClass,
  withoutDuplicates,
} from './plan-group.js';

describe('fieldClassOf', () => {
  it.each([
    ['displayName', 'cosmetic'],
    ['description', 'cosmetic'],
    ['connectorName', 'cosmetic'],
    ['version', 'cosmetic'],
    ['generateConnectorActivityReports', 'cosmetic'],
    ['refreshTimeInterval', 'schedule'],
    ['startDate', 'schedule'],
    ['connectorShutdownDate', 'schedule'],
    ['connection.configurationProperties.isthmus.schedule', 'schedule'],
    ['connection.configurationProperties.isthmus.timeZone', 'schedule'],
    ['connection.configurationProperties.include', 'hot'],
    ['connection.networkAddress', 'cold'],
    ['connection.userId', 'cold'],
    ['connectorUserId', 'cold'],
    ['metadataCollectionQualifiedName', 'cold'],
    ['permittedSynchronization', 'cold'],
    ['connection.configurationProperties.isthmus.source', 'cold'],
    ['usesBlockingCalls', 'cold'],
    ['qualifiedName', 'cold'],
    ['connectorGuid', 'identity'],
    ['connectorId', 'identity'],
    ['connection.providerName', 'identity'],
    ['connection', 'identity'],
    ['constructor', 'cold'],
  ])('says that %s is %s', (field, expected) => {
    expect(fieldClassOf(field)).toBe(expected);
  });

  it('takes the strongest of several', () => {
    expect(strongestClass(['displayName', 'connection.networkAddress', 'startDate'])).toBe('cold');
    expect(strongestClass([])).toBeUndefined();
  });
});

describe('planGroup', () => {
  it('starts all of a new group and stops all when the list is empty', () => {
    const list = [registration('a'), registration('b')];
    expect(guids(planGroup(list, new Map()).start)).toEqual(['a', 'b']);
    expect(guids(planGroup([], byGuid(list)).stop)).toEqual(['a', 'b']);
  });

  it('replaces a connector that was removed and added again: its connector id is another one', () => {
    const plan = planGroup([registration('a', { connectorId: 'second' })], byGuid([registration('a')]));
    expect(plan.replace.map(({ fields }) => fields)).toEqual([['connectorId']]);
    expect([plan.start, plan.stop, plan.restart]).toEqual([[], [], []]);
  });

  it('only relabels a connector that was renamed', () => {
    const renamed = registration('a', { connectorName: 'new', displayName: 'new', version: 2 });
    const plan = planGroup([renamed], byGuid([registration('a')]));
    expect(plan.relabel.map(({ fields }) => fields)).toEqual([['connectorName', 'displayName', 'version']]);
  });

  it('plans a change in several classes once, by the strongest', () => {
    const before = registration('a', {}, { configurationProperties: { include: ['*.csv'] } });
    const after = registration(
      'a',
      { refreshTimeInterval: 5, description: 'changed' },
      { configurationProperties: { include: ['*.json'] } },
    );
    const plan = planGroup([after], byGuid([before]));
    expect(plan.reconfigure).toHaveLength(1);
    expect([...plan.reschedule, ...plan.relabel, ...plan.restart]).toEqual([]);
  });

  it('replaces a connector whose connection went away or came', () => {
    const { connection: _, ...unconnected } = registration('a');
    expect(planGroup([unconnected], byGuid([registration('a')])).replace).toHaveLength(1);
    expect(planGroup([registration('a')], byGuid([unconnected])).replace).toHaveLength(1);
  });

  it('does not see a change in the order of configuration keys or in members that are undefined', () => {
    const before = registration('a', {}, { configurationProperties: { one: 1, two: { x: 1, y: [1, 2] } } });
    const after = registration('a', {}, { configurationProperties: { two: { y: [1, 2], x: 1 }, one: 1 } });
    expect(changedFields(before, after)).toEqual([]);
    expect(isEmptyPlan(planGroup([after], byGuid([before])))).toBe(true);
  });

  it('counts one of several entries for a connector: the one that runs, else that of the lowest id', () => {
    const first = registration('a', { connectorId: 'id-1' });
    const second = registration('a', { connectorId: 'id-2' });
    expect(withoutDuplicates([second, first], new Map()).registrations).toEqual([first]);
    expect(withoutDuplicates([second, first], new Map()).duplicates).toEqual([second]);
    expect(planGroup([first, second], byGuid([second])).unchanged).toEqual([second]);
  });

  it('makes what runs equal what is wanted, and then has nothing to do', () => {
    fc.assert(
      fc.property(lists, lists, (desired, before) => {
        const running = byGuid(withoutDuplicates(before, new Map()).registrations);
        const after = applied(planGroup(desired, running), running);
        expect(new Map(after)).toEqual(byGuid(withoutDuplicates(desired, running).registrations));
        expect(isEmptyPlan(planGroup(desired, after))).toBe(true);
      }),
    );
  });

  it('names every connector once, in an order that does not depend on the list', () => {
    fc.assert(
      fc.property(lists, lists, (desired, before) => {
        const running = byGuid(withoutDuplicates(before, new Map()).registrations);
        const plan = planGroup(desired, running);
        expect(planGroup([...desired].reverse(), running)).toEqual(plan);
        const named = Object.values(plan).flatMap((list: readonly (Registration | { after: Registration })[]) =>
          list.map((item) => ('after' in item ? item.after : item).connectorGuid),
        );
        expect(new Set(named).size).toBe(named.length);
        expect(new Set(named)).toEqual(new Set([...running.keys(), ...guids(desired)]));
      }),
    );
  });

  it('is empty for a list that runs already', () => {
    fc.assert(
      fc.property(lists, (list) => {
        const { registrations } = withoutDuplicates(list, new Map());
        expect(isEmptyPlan(planGroup(registrations, byGuid(registrations)))).toBe(true);
      }),
    );
  });
});

function registration(
  guid: string,
  fields: Partial<Registration> = {},
  connection: Partial<Connection> = {},
): Registration {
  return {
    connectorId: `id-${guid}`,
    connectorGuid: guid,
    qualifiedName: `IntegrationConnector::${guid}`,
    connectorName: guid,
    refreshTimeInterval: 60,
    permittedSynchronization: 'BOTH_DIRECTIONS',
    generateConnectorActivityReports: false,
    usesBlockingCalls: false,
    connection: { providerName: 'files', configurationProperties: {}, ...connection },
    version: 1,
    ...fields,
  };
}

/** Few GUIDs and few values, so that lists overlap in every way. */
const lists = fc.array(
  fc
    .record({
      guid: fc.constantFrom('a', 'b', 'c', 'd'),
      connectorId: fc.constantFrom('1', '2'),
      description: fc.constantFrom('x', 'y'),
      refreshTimeInterval: fc.constantFrom(0, 60),
      connectorUserId: fc.constantFrom('u', 'v'),
      include: fc.constantFrom('*', '*.csv'),
      isConnected: fc.boolean(),
    })
    .map(({ guid, include, isConnected, ...fields }) => {
      const { connection, ...rest } = registration(guid, fields, { configurationProperties: { include } });
      return isConnected && connection ? { ...rest, connection } : rest;
    }),
  { maxLength: 8 },
);

function applied(
  plan: ReturnType<typeof planGroup>,
  running: ReadonlyMap<string, Registration>,
): ReadonlyMap<string, Registration> {
  const after = new Map(running);
  for (const { connectorGuid } of plan.stop) after.delete(connectorGuid);
  const changed = [...plan.replace, ...plan.restart, ...plan.reconfigure, ...plan.reschedule, ...plan.relabel];
  for (const started of [...plan.start, ...changed.map(({ after: wanted }) => wanted)])
    after.set(started.connectorGuid, started);
  return after;
}

function byGuid(list: readonly Registration[]): ReadonlyMap<string, Registration> {
  return new Map(list.map((item) => [item.connectorGuid, item]));
}

function guids(list: readonly Registration[]): readonly string[] {
  return list.map(({ connectorGuid }) => connectorGuid);
}
