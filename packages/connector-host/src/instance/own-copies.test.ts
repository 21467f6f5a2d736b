import 'reflect-metadata';
import type { PushedElement } from '@isthmus/connector-sdk';
import { silentLogger } from '@isthmus/kernel';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConnectorInstance, InstanceSpec } from '../connector-host.js';
import { InlineConnectorHost } from '../inline-connector-host.js';
import { TestClock } from '../test-support/manual-clock.js';
import { manifestOf, ProviderFolder } from '../test-support/provider-folder.js';

let folder: ProviderFolder;
beforeEach(async () => {
  folder = await ProviderFolder.make();
});
afterEach(() => folder[Symbol.asyncDispose]());

const signal = () => new AbortController().signal;

async function start(hooks: string): Promise<ConnectorInstance> {
  const module = `
export const connector = {
  kind: 'files', provider: 'sample', version: 1, pushes: ['Asset'],
  configuration: { type: 'object', properties: { root: { type: 'string' } } },
  create(context, configuration) { return { ${hooks} }; },
};`;
  const directory = await folder.add('sample', manifestOf('sample'), module);
  const host = new InlineConnectorHost(
    { providerDirectories: [directory], newId: () => 'id', sdkVersion: '0.1.0' },
    new TestClock(),
    silentLogger,
  );
  return await host.start(spec('/a'), { changed: () => undefined }, signal());
}

function spec(root: string): InstanceSpec {
  return {
    registration: {
      connectorId: 'id',
      connectorGuid: 'guid',
      qualifiedName: 'IntegrationConnector::landing',
      connectorName: 'landing',
      refreshTimeInterval: 60,
      permittedSynchronization: 'BOTH_DIRECTIONS',
      generateConnectorActivityReports: false,
      usesBlockingCalls: false,
      version: 1,
      connection: { providerName: 'sample', configurationProperties: { root } },
    },
    source: 'source',
    permittedSynchronization: 'BOTH_DIRECTIONS',
    excludedPaths: [],
  };
}

describe('what a connector is given', () => {
  it('is its own: writing into its configuration changes nothing of what belongs to its source', async () => {
    const instance = await start(`
      async start() { configuration.root = '/elsewhere'; },
      async reconfigure(next) { next.root += '/further'; return 'applied'; }`);
    expect(instance.boundary?.()).toMatchObject({ root: '/a' });
    await instance.reconfigure(spec('/b'), signal());
    expect(instance.boundary?.()).toMatchObject({ root: '/b' });
  });

  it('is its own: elements that it is to take over stay as they are with the host', async () => {
    const instance = await start(`
      async push(elements) {
        const [first] = elements;
        first.qualifiedName = 'other';
        first.properties.displayName = 'other';
        return [{ qualifiedName: 'a', outcome: 'gone' }];
      }`);
    const element: PushedElement = {
      guid: 'g',
      typeName: 'Asset',
      qualifiedName: 'a',
      state: 'live',
      properties: { displayName: 'mine' },
      changes: {},
    };
    expect(await instance.push?.([element], signal())).toEqual([{ qualifiedName: 'a', outcome: 'gone' }]);
    expect(element).toMatchObject({ qualifiedName: 'a', properties: { displayName: 'mine' } });
  });
});
