import { defineConnector, isSupportedKind, Type } from '@isthmus/connector-sdk';
import { describe, expect, it } from '@jest/globals';
import { recordingHost } from './recording-host.js';

const kinds = ['api', 'catalog', 'database', 'display', 'infrastructure', 'lineage'].concat([
  'organization',
  'search',
  'security',
  'stewardship',
  'topic',
]);

describe('a context', () => {
  it.each(kinds)('of kind %s takes ready-made items into scopes', async (kind) => {
    if (!isSupportedKind(kind) || kind === 'files') throw new Error(`kind ${kind} has no generic scope`);
    const definition = defineConnector({
      kind,
      provider: 'some',
      version: 1,
      configuration: Type.Object({}),
      create: (context) => ({
        async refresh(run) {
          const scope = run.scope('all');
          await scope.put({
            key: 'a',
            sourceVersion: '1',
            elements: [{ typeName: 'Collection', qualifiedName: `Collection::${context.source}:a`, properties: {} }],
          });
          expect(await scope.keep('a', '1')).toBe(true);
          await scope.complete();
        },
      }),
    });
    const host = recordingHost(definition, {}, { source: 'shop' });
    expect(await host.refresh()).toMatchObject({ sent: ['all a'], completed: ['all'], failure: undefined });
    expect([...host.elements().keys()]).toEqual(['Collection::shop:a']);
  });
});
