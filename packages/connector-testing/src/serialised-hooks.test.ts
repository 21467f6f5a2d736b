import {
  connectorOver,
  defineConnector,
  hookPort,
  type IntegrationConnector,
  kindContext,
  Type,
} from '@isthmus/connector-sdk';
import { describe, expect, it } from '@jest/globals';
import { recordingHost } from './recording-host.js';
import { serialisedHooks } from './serialised-port.js';

const context = kindContext(
  'catalog',
  { call: () => Promise.reject(new Error('not called')) },
  { connectorName: 'c', source: 's', permittedSynchronization: 'BOTH_DIRECTIONS', excludedPaths: [] },
);
const signal = new AbortController().signal;

function crossing(connector: IntegrationConnector<'catalog'>): IntegrationConnector<'catalog'> {
  return connectorOver(serialisedHooks(hookPort(connector, context.run)));
}

describe('a connector whose hooks cross as text', () => {
  it('has the hooks that it has, and no others', () => {
    const hooks = Object.keys(crossing({ stop: async () => undefined, elementsChanged: async () => undefined })).sort();
    expect(hooks).toEqual(['elementsChanged', 'stop']);
  });

  it('is told all that a run is, its signal too', async () => {
    const stop = new AbortController();
    const told: unknown[] = [];
    const connector = crossing({
      refresh: async ({ id, mode, requested, target, cursor, signal: own }) => {
        told.push(id, mode, [...(requested ?? [])], target?.configuration, cursor);
        stop.abort(new Error('enough'));
        own.throwIfAborted();
      },
    });
    const target = {
      name: 'north',
      element: { guid: 'g', typeName: 'Asset', properties: {} },
      configuration: { depth: 3 },
      source: 'north',
      permittedSynchronization: 'BOTH_DIRECTIONS',
      templates: {},
    } as const;
    const run = context.run({
      id: 'r',
      mode: 'preview',
      requested: new Set(['a']),
      target,
      cursor: [1],
      signal: stop.signal,
    });
    await expect(connector.refresh?.(run)).rejects.toThrow('enough');
    expect(told).toEqual(['r', 'preview', ['a'], { depth: 3 }, [1]]);
  });

  it('answers as it would without', async () => {
    const steps = [{ name: 'reach', ok: true, message: 'there' }] as const;
    const connector = crossing({ probe: async () => steps, reconfigure: async () => 'applied' });
    expect(await connector.probe?.(signal)).toEqual(steps);
    expect(await connector.reconfigure?.({ a: 1 }, signal)).toBe('applied');
    const pushing = crossing({ push: async ([one]) => [{ qualifiedName: one?.qualifiedName ?? '', outcome: 'gone' }] });
    const pushed = {
      guid: 'g',
      typeName: 'T',
      qualifiedName: 'T::a:b',
      state: 'live',
      properties: {},
      changes: {},
    } as const;
    expect(await pushing.push?.([pushed], signal)).toEqual([{ qualifiedName: 'T::a:b', outcome: 'gone' }]);
    await expect(crossing({ probe: async () => Object({}) }).probe?.(signal)).rejects.toThrow('no list of steps');
  });

  it('is told what happens beside its runs', async () => {
    const told: unknown[] = [];
    const connector = crossing({
      start: async (own) => void told.push(own.aborted),
      elementsChanged: async (changes) => void told.push(changes),
      openLineageEvent: async ({ event }) => void told.push(event),
      foldersChanged: async (folders) => void told.push(folders),
      targetsChanged: async ({ removed }) => void told.push(removed),
    });
    const changes = { elements: [], missed: true };
    await connector.start?.(signal);
    await connector.elementsChanged?.(changes, signal);
    await connector.openLineageEvent?.({ event: { job: 'j' } }, signal);
    await connector.foldersChanged?.(['/a'], signal);
    await connector.targetsChanged?.({ added: [], changed: [], removed: ['x'] }, signal);
    expect(told).toEqual([false, changes, { job: 'j' }, ['/a'], ['x']]);
  });

  it('is refused what is no plain data', async () => {
    const connector = crossing({ reconfigure: async () => 'applied' });
    await expect(connector.reconfigure?.({ at: new Date() }, signal)).rejects.toThrow(
      'hook reconfigure holds something',
    );
  });

  it('runs in a recording host as it does without', async () => {
    const definition = defineConnector({
      kind: 'topic',
      provider: 'some',
      version: 1,
      configuration: Type.Object({}),
      create: (own) => ({
        async refresh(run) {
          const scope = run.scope('topics');
          await scope.topic({ names: ['orders'], topicType: 'kafka' });
          await scope.eventType({ names: ['orders', 'Order'], fields: [{ name: 'id', dataType: 'long' }] });
          await scope.complete();
          own.publishOpenLineageEvent({ job: 'j' });
        },
      }),
    });
    const pictures = [];
    for (const transport of ['direct', 'serialised'] as const) {
      const host = recordingHost(definition, {}, {}, transport);
      const run = await host.refresh();
      pictures.push([run.failure, run.sent, [...host.elements().keys()], host.published]);
    }
    expect(pictures[1]).toEqual(pictures[0]);
    expect(pictures[0]?.slice(0, 2)).toEqual([undefined, ['topics Topic:orders', 'topics EventType:orders/Order']]);
  });
});
