import 'reflect-metadata';
import { silentLogger } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import { Container } from 'inversify';
import { Type } from 'typebox';
import type { NamedServer, ServerKind } from '../server-kind.js';
import { ServerRegistry } from './server-registry.js';

function recordingKind(events: string[], failing?: string): ServerKind<{ readonly size: number }> {
  return {
    kind: 'thing',
    configuration: Type.Object({ size: Type.Integer({ minimum: 1, default: 7 }) }, { additionalProperties: false }),
    create: (name, configuration): NamedServer => ({
      name,
      kind: 'thing',
      start: async () => {
        events.push(`start ${name} ${configuration.size}`);
        if (name === failing) throw new Error('cannot');
      },
      status: () => ({ name, kind: 'thing', state: 'running', ready: true }),
      [Symbol.asyncDispose]: async () => {
        events.push(`stop ${name}`);
      },
    }),
  };
}

const registryOf = (kind: ServerKind<{ readonly size: number }>) =>
  new ServerRegistry([kind], () => new Container(), silentLogger);
const never = new AbortController().signal;

describe('ServerRegistry', () => {
  it('starts in order and stops in reverse, once', async () => {
    const events: string[] = [];
    const registry = registryOf(recordingKind(events));
    registry.create([
      { name: 'a', kind: 'thing', configuration: {} },
      { name: 'b', kind: 'thing', configuration: { size: 2 } },
    ]);
    await registry.start(never);
    expect(registry.status().map((status) => status.name)).toEqual(['a', 'b']);
    await registry[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
    expect(events).toEqual(['start a 7', 'start b 2', 'stop b', 'stop a']);
  });

  it('stops what had started when one fails, the failed one too', async () => {
    const events: string[] = [];
    const registry = registryOf(recordingKind(events, 'b'));
    registry.create(['a', 'b', 'c'].map((name) => ({ name, kind: 'thing', configuration: {} })));
    await expect(registry.start(never)).rejects.toThrow('cannot');
    await registry[Symbol.asyncDispose]();
    expect(events).toEqual(['start a 7', 'start b 7', 'stop b', 'stop a']);
  });

  it.each([
    [{ name: 'a', kind: 'thing', configuration: { size: 'x' } }, 'CONFIG_INVALID_VALUE', 'servers.a.size'],
    [{ name: 'a', kind: 'thing', configuration: { sise: 1 } }, 'CONFIG_UNKNOWN_KEY', 'sise'],
    [{ name: 'a', kind: 'other', configuration: {} }, 'CONFIG_INVALID_VALUE', 'kinds are thing'],
    [{ name: 'a/b', kind: 'thing', configuration: {} }, 'CONFIG_INVALID_VALUE', 'a/b'],
  ])('refuses %j', (specification, code, named) => {
    const registry = registryOf(recordingKind([]));
    const create = () => registry.create([specification]);
    expect(create).toThrow(expect.objectContaining({ code, message: expect.stringContaining(named) }));
    expect(registry.status()).toEqual([]);
  });

  it('refuses two servers of one name', () => {
    const twice = { name: 'a', kind: 'thing', configuration: {} };
    expect(() => registryOf(recordingKind([])).create([twice, twice])).toThrow('two servers are called a');
  });
});
