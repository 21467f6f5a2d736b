import { describe, expect, it } from '@jest/globals';
import type { CatalogTarget } from '../catalog-target.js';
import { TargetSources } from './target-sources.js';

interface Settings {
  readonly place: string;
}

function target(name: string, place: string): CatalogTarget<Settings> {
  return {
    name,
    element: { guid: name, typeName: 'Asset', properties: {} },
    configuration: { place },
    source: name,
    permittedSynchronization: 'BOTH_DIRECTIONS',
    templates: {},
  };
}

describe('sources of targets', () => {
  it('are made once for each, anew for another configuration, and closed in the end', async () => {
    const log: string[] = [];
    const sources = new TargetSources({ place: 'home' }, ({ place }: Settings, name) => {
      log.push(`open ${name ?? 'own'} ${place}`);
      return { place, [Symbol.asyncDispose]: async () => void log.push(`close ${place}`) };
    });
    const first = await sources.of(undefined);
    expect(await sources.of(undefined)).toBe(first);
    await sources.of(target('a', 'there'));
    await sources.of(target('a', 'elsewhere'));
    expect([...sources.entries()].map(([name, { place }]) => [name, place])).toEqual([
      [undefined, 'home'],
      ['a', 'elsewhere'],
    ]);
    await sources.closeOwn();
    expect([[...sources.entries()].map(([name]) => name), sources.hasTargets]).toEqual([['a'], true]);
    await sources[Symbol.asyncDispose]();
    await sources[Symbol.asyncDispose]();
    expect(sources.hasTargets).toBe(false);
    expect(log).toEqual([
      'open own home',
      'open a there',
      'close there',
      'open a elsewhere',
      'close home',
      'close elsewhere',
    ]);
  });
});
