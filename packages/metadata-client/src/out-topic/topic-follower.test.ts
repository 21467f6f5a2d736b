import { ManualClock } from '@isthmus/connector-testing';
import { silentLogger } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import type { TopicAddress } from './topic-address.js';
import { TopicFollower } from './topic-follower.js';
import type { Subscribe, TopicListener } from './topic-subscription.js';

const somewhere: TopicAddress = { topic: 'changes', bootstrapServers: ['one:9092'], security: {} };
const ofGroup = JSON.stringify({ elementHeader: { type: { typeName: 'IntegrationGroup' } } });
const ofFile = JSON.stringify({ elementHeader: { type: { typeName: 'DataFile' } } });

/** A follower with a broker that is there or not. */
class World {
  readonly clock = new ManualClock();
  readonly listeners: TopicListener[] = [];
  address: TopicAddress | undefined = somewhere;
  isAway = false;
  isServerAway = false;
  changes = 0;
  closed = 0;
  readonly follower = new TopicFollower({
    address: async () => {
      if (this.isServerAway) throw new Error('no metadata server');
      return this.address;
    },
    subscribe: this.subscribe(),
    onChange: () => {
      this.changes += 1;
    },
    clock: this.clock,
    logger: silentLogger,
    random: () => 0,
  });

  subscribe(): Subscribe {
    return async (_address, listener) => {
      if (this.isAway) throw new Error('no broker');
      this.listeners.push(listener);
      return {
        close: async () => {
          this.closed += 1;
        },
      };
    };
  }

  async start(): Promise<TopicListener> {
    this.follower.start();
    await this.clock.advance(0);
    const [listener] = this.listeners;
    if (listener === undefined) throw new Error('nobody listens');
    return listener;
  }
}

describe('TopicFollower', () => {
  it('reads everything once when it begins to listen, then at each event of a group', async () => {
    const world = new World();
    const listener = await world.start();
    expect(world.follower.status()).toMatchObject({ state: 'listening', topic: 'changes' });
    expect(world.changes).toBe(1);
    listener.onEvent(ofGroup);
    listener.onEvent(ofFile);
    expect(world.changes).toBe(2);
    await world.follower.close();
    expect(world.closed).toBe(1);
  });

  it('counts events that cannot be read and passes them over', async () => {
    const world = new World();
    const listener = await world.start();
    for (const text of ['', 'null', '{', ofGroup]) listener.onEvent(text);
    expect(world.follower.status()).toMatchObject({ state: 'listening', events: 4, malformed: 3 });
    expect(world.changes).toBe(2);
    await world.follower.close();
  });

  it('says that brokers are away, tries again, and reads everything when they are back', async () => {
    const world = new World();
    const listener = await world.start();
    world.isAway = true;
    listener.onLost(new AggregateError([new Error('refused')], 'lost'));
    await world.clock.advance(1);
    expect(world.follower.status()).toMatchObject({ state: 'away', problem: { code: 'BROKER_UNREACHABLE' } });
    await world.clock.advance(60_000);
    world.isAway = false;
    await world.clock.advance(30_000);
    expect(world.follower.status().state).toBe('listening');
    expect(world.follower.status().problem).toBeUndefined();
    expect(world.changes).toBe(2);
    await world.follower.close();
  });

  it('looks now and then whether a server without a topic has got one, or has another', async () => {
    const world = new World();
    world.address = undefined;
    world.follower.start();
    await world.clock.advance(0);
    expect(world.follower.status().state).toBe('absent');
    world.address = somewhere;
    await world.clock.advance(60_000);
    expect(world.follower.status().state).toBe('listening');
    world.address = { ...somewhere, topic: 'others' };
    await world.clock.advance(60_000);
    expect(world.follower.status()).toMatchObject({ state: 'listening', topic: 'others' });
    expect(world.closed).toBe(1);
    await world.follower.close();
  });

  it('leaves a metadata server that is away to others', async () => {
    const world = new World();
    world.isServerAway = true;
    world.follower.start();
    await world.clock.advance(10_000);
    expect(world.follower.status().state).toBe('absent');
    world.isServerAway = false;
    await world.clock.advance(30_000);
    expect(world.follower.status().state).toBe('listening');
    world.isServerAway = true;
    await world.clock.advance(120_000);
    expect(world.follower.status().state).toBe('listening');
    await world.follower.close();
  });
});
