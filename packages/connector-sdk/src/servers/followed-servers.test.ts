import { describe, expect, it } from '@jest/globals';
import type { CatalogTarget } from '../catalog-target.js';
import { type FollowedServer, FollowedServers } from './followed-servers.js';

interface Place {
  readonly place: string;
  readonly pollSeconds: number;
}

class NamedServer implements FollowedServer {
  looks = 0;

  constructor(readonly place: string) {}

  async fingerprints(): Promise<ReadonlyMap<string, string>> {
    this.looks += 1;
    return new Map([['part', String(this.looks)]]);
  }
}

const target = (name: string, place: string): CatalogTarget<Place> => ({
  name,
  element: { guid: name, typeName: 'SoftwareServer', properties: {} },
  configuration: { place, pollSeconds: 1 },
  source: `source/${name}`,
  permittedSynchronization: 'FROM_THIRD_PARTY',
  templates: {},
});

function followed(pollSeconds = 1) {
  const armed = new Set<() => void>();
  const told: (readonly [scopes: readonly string[] | undefined, target: string | undefined])[] = [];
  const silent = () => undefined;
  const servers = new FollowedServers<Place, NamedServer>({
    context: {
      changed: (scopes, name) => void told.push([scopes, name]),
      log: { debug: silent, info: silent, warn: silent, error: silent },
    },
    configuration: { place: 'own', pollSeconds },
    scopeOfParts: 'parts',
    serverOf: ({ place }) => new NamedServer(place),
    timers: {
      after(_delayMs, action) {
        armed.add(action);
        return () => armed.delete(action);
      },
    },
  });
  /** Every server that is followed is looked at once. */
  const turn = async () => {
    for (const action of [...armed]) {
      armed.delete(action);
      action();
    }
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { servers, told, turn, armed };
}

describe('servers that are followed', () => {
  it('are the one of the connector itself without targets', async () => {
    const { servers, told, turn, armed } = followed();
    servers.start();
    expect(servers.of(undefined).server.place).toBe('own');
    expect(servers.of(undefined)).toBe(servers.of(undefined));
    await turn();
    await turn();
    expect(told).toEqual([[['part'], undefined]]);
    await servers.stop();
    expect(armed.size).toBe(0);
  });

  it('are those of the targets where there are some, each told of by its name, and the own one again when they are gone', async () => {
    const { servers, told, turn, armed } = followed();
    servers.start();
    await servers.targetsChanged({ added: [target('a', 'there'), target('b', 'yonder')], changed: [], removed: [] });
    expect(armed.size).toBe(2);
    await turn();
    await turn();
    expect(told).toEqual([
      [['part'], 'a'],
      [['part'], 'b'],
    ]);
    await servers.targetsChanged({ added: [], changed: [target('b', 'elsewhere')], removed: ['a'] });
    expect([armed.size, servers.of(target('b', 'elsewhere')).server.place]).toEqual([1, 'elsewhere']);
    await servers.targetsChanged({ added: [], changed: [], removed: ['b'] });
    expect([armed.size, servers.of(undefined).server.place]).toEqual([1, 'own']);
    await servers.stop();
    expect(armed.size).toBe(0);
  });

  it('are made for a run whose target was not told of yet, and not looked at where that is not asked for', async () => {
    const { servers, armed } = followed(0);
    expect(servers.of(undefined).watch).toBeUndefined();
    expect(servers.of(target('a', 'there')).server.place).toBe('there');
    expect(armed.size).toBe(1);
    await servers.stop();
  });
});
