import type { Registration } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Behaviour } from './testing/fake-host.js';
import { ignoresAbort, never, untilAborted } from './testing/fake-host.js';
import { FleetBench, registration } from './testing/fleet-bench.js';

const names = ['a', 'b', 'c'] as const;
const groups = ['one', 'two'] as const;
const minute = 60_000;

type Name = (typeof names)[number];

const name = fc.constantFrom(...names);
const change = fc.constantFrom<Partial<Registration>>(
  {},
  { description: 'cosmetic' },
  { refreshTimeInterval: 5 },
  { connectorUserId: 'cold' },
  { connectorId: 'registered again' },
  { connection: { providerName: 'fake', configurationProperties: { hot: true } } },
  { connection: { providerName: 'fake', configurationProperties: { 'isthmus.schedule': 'never ever' } } },
  { usesBlockingCalls: true },
);

const behaviours: Readonly<Record<string, Behaviour>> = {
  good: {},
  'fails to start': { start: () => Promise.reject(new Error('no start')) },
  'hangs in start': { start: untilAborted },
  'fails to refresh': { refresh: () => Promise.reject(new Error('no refresh')) },
  'hangs in refresh': { refresh: (_request, _sink, signal) => untilAborted(signal) },
  'ignores its abort': { refresh: (_request, _sink, signal) => ignoresAbort(signal) },
  'fails to stop': { stop: () => Promise.reject(new Error('no stop')) },
  'hangs in stop': { stop: never },
  'asks for a restart': { reconfigure: () => Promise.resolve('restart') },
  'fails to reconfigure': { reconfigure: () => Promise.reject(new Error('no reconfigure')) },
  'hangs in reconfigure': { reconfigure: (_next, signal) => untilAborted(signal) },
  engages: { engages: true, engage: untilAborted },
};

const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('register' as const), group: fc.constantFrom(...groups), name, change }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('remove' as const), group: fc.constantFrom(...groups), name }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'pause' as const,
        'resume' as const,
        'restart' as const,
        'refresh' as const,
        'act' as const,
      ),
      name,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('behave' as const),
      name,
      as: fc.constantFrom(...Object.keys(behaviours)),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.constantFrom(0, 500, 5_000, minute, 20 * minute),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('event' as const), name }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

const undo = { kind: 'undo', undoneRunId: 'run-x', by: 'me', target: '' } as const;

function isStopped(error: unknown): void {
  expect(['CONNECTOR_NOT_FOUND', 'CONNECTOR_STOPPED']).toContain(
    typeof error === 'object' && error !== null && 'code' in error ? error.code : String(error),
  );
}

class Model {
  readonly bench = new FleetBench();
  readonly lists = new Map(groups.map((group) => [group, new Map<Name, Registration>()]));
  readonly paused = new Set<Name>();

  async act(step: Action): Promise<void> {
    const { bench, lists } = this;
    switch (step.kind) {
      case 'register':
        lists.get(step.group)?.set(step.name, registration(step.name, step.change));
        return this.publish(step.group);
      case 'remove':
        lists.get(step.group)?.delete(step.name);
        return this.publish(step.group);
      case 'behave': {
        const behaviour = behaviours[step.as];
        if (behaviour !== undefined) bench.host.behaviours.set(step.name, behaviour);
        return;
      }
      case 'pass':
        return bench.pass(step.ms);
      case 'event':
        for (const instance of bench.host.of(step.name)) instance.changed([`/${step.name}`]);
        return;
      default:
        return this.tell(step.kind, step.name);
    }
  }

  async publish(group: (typeof groups)[number]): Promise<void> {
    await this.bench.set(group, [...(this.lists.get(group)?.values() ?? [])]);
  }

  async tell(verb: 'pause' | 'resume' | 'restart' | 'refresh' | 'act', connector: Name): Promise<void> {
    const { fleet } = this.bench;
    const guid = `guid-of-${connector}`;
    try {
      // Who asks may have to wait for a start.
      if (verb === 'act') void fleet.act(guid, undo).catch(isStopped);
      else if (verb === 'refresh') await fleet.refresh(guid, 'me', {});
      else await fleet[verb](guid, 'me');
      if (verb === 'pause') this.paused.add(connector);
      if (verb === 'resume') this.paused.delete(connector);
    } catch (error) {
      isStopped(error);
    }
    await this.bench.rest();
  }

  /** No connector is ever started while another instance of it may still work. */
  checkAlone(): void {
    for (const one of names) {
      expect(this.bench.host.of(one).filter(({ isAlive }) => isAlive).length).toBeLessThanOrEqual(1);
    }
  }
}

describe('a fleet under any sequence of changes, verbs, faults and time', () => {
  it('runs each connector at most once, and exactly what is wanted when the faults are over', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
        const model = new Model();
        const { bench } = model;
        for (const step of actions) {
          await model.act(step);
          model.checkAlone();
        }
        for (const one of names) {
          bench.host.behaviours.set(one, {});
          await model.tell('resume', one);
          await model.tell('restart', one);
        }
        await bench.pass(minute);
        model.checkAlone();
        for (const one of names) {
          const registered = groups.flatMap((group) => model.lists.get(group)?.get(one) ?? []);
          const statuses = bench.fleet.statuses().filter((status) => status.name === one);
          expect(statuses).toHaveLength(registered.length);
          const holder = statuses.filter(({ state }) => state !== 'pending');
          expect(holder).toHaveLength(Math.min(1, registered.length));
          for (const { state, schedule, reason } of holder) {
            // An instance that was never started with a readable schedule is refused, and says so.
            expect([state, reason?.code]).toEqual(
              schedule === 'invalid' ? ['failed', 'SCHEDULE_INVALID'] : ['waiting', undefined],
            );
          }
        }
        await Promise.all([bench.fleet.close(new AbortController().signal), bench.pass(11_000)]);
        expect(bench.host.alive).toEqual([]);
        expect(bench.fleet.statuses()).toEqual([]);
        expect(bench.clock.armedTimers).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});
