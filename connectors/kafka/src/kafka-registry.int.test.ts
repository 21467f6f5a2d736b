import { createServer } from 'node:http';
import { recordingHost } from '@isthmus/connector-testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { whyNoBroker } from '../../../packages/devtools/lab/kafka/broker.mjs';
import {
  type LabRegistry,
  schemaRegistry,
  whyNoRegistry,
} from '../../../packages/devtools/lab/schema-registry/registry.mjs';
import { kafkaConnector } from './index.js';
import { startCluster, type TestCluster } from './testing-cluster.js';
import { moneySchema, TestRegistry } from './testing-schemas.js';

jest.setTimeout(180_000);

const why = whyNoBroker() ?? whyNoRegistry();
if (why !== undefined) console.warn(`SKIP connectors/kafka: ${why}`);
// where nothing can be started these are skipped aloud and counted; `npm run servers -- --install` brings all
const withCluster = why === undefined ? describe : describe.skip;

let cluster: TestCluster;
let lab: LabRegistry;
let registry: TestRegistry;
if (why === undefined) {
  beforeAll(async () => {
    cluster = await startCluster();
    lab = await schemaRegistry();
    registry = new TestRegistry(lab.url);
    await cluster.create('own');
  });
  afterAll(async () => {
    await cluster?.close();
    await lab?.stop();
  });
}

/** The real registry, but what it says of some subjects. */
async function veiled(faultOf: (path: string) => readonly [status: number, body: string] | undefined) {
  const veil = createServer(async (request, response) => {
    const answer = await fetch(`${lab.url}${request.url}`);
    const own = [answer.status, await answer.text()] as const;
    const [status, body] = faultOf(request.url ?? '') ?? own;
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  await new Promise<void>((resolve) => veil.listen(0, '127.0.0.1', resolve));
  const address = veil.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    close: () => {
      veil.closeAllConnections();
      veil.close();
    },
  };
}

withCluster('a subject that cannot be read', () => {
  const subjects = ['forbidden', 'ill', 'odd', 'vast', 'well'];
  const schemaOf = (body: object) => JSON.stringify({ version: 1, id: 1, schema: '"string"', ...body });

  it('stays as it is known, and keeps no other from being followed', async () => {
    for (const subject of subjects) await registry.register(subject, moneySchema);
    let hasFaults = false;
    const veil = await veiled((path) => {
      if (!hasFaults) return undefined;
      if (path === '/subjects/forbidden/versions') return [403, '{"error_code": 40301}'];
      if (path === '/subjects/ill/versions') return [500, '{"error_code": 50001}'];
      if (path === '/subjects/odd/versions/1') return [200, schemaOf({ subject: 'odd', schemaType: 'THRIFT' })];
      if (path === '/subjects/vast/versions/1')
        return [200, schemaOf({ subject: 'vast', schema: 'x'.repeat(5 * 1024 * 1024) })];
      return undefined;
    });
    const configuration = cluster.configuration({ registryUrl: veil.url });
    const host = recordingHost(kafkaConnector, configuration, { source: 'src' });
    await host.start();
    expect((await host.refresh()).findings).toEqual([]);
    const types = () => [...host.elements().keys()].filter((name) => name.startsWith('EventType::')).sort();
    const before = types();
    expect(before).toEqual(subjects.map((subject) => `EventType::src:test/${subject}`));
    hasFaults = true;
    const run = await host.refresh();
    expect(run.findings.map(({ code, key }) => `${code} ${key}`).sort()).toEqual(
      ['forbidden', 'ill', 'odd', 'vast'].map((subject) => `SUBJECT_UNREADABLE subject:test//${subject}`),
    );
    expect([run.removed, run.completed.includes('subjects'), types()]).toEqual([[], true, before]);
    await registry.register('well', { ...moneySchema, fields: [] });
    await host.refresh();
    expect(host.elements().get('EventType::src:test/well')?.properties.versionIdentifier).toBe('2');
    await host.stop();
    veil.close();
  });

  it('is one of so many that it is the registry that is ill: then all stay', async () => {
    const many = Array.from({ length: 30 }, (_, number) => `many-${number}`);
    for (const subject of many) await registry.register(subject, moneySchema);
    const veil = await veiled((path) => (path.startsWith('/subjects/') ? [503, '{}'] : undefined));
    const host = recordingHost(kafkaConnector, cluster.configuration({ registryUrl: veil.url }), { source: 'src' });
    await host.start();
    const run = await host.refresh();
    expect(run.findings).toMatchObject([{ code: 'REGISTRY_UNREADABLE' }]);
    expect(run.completed).not.toContain('subjects');
    await host.stop();
    veil.close();
  });
});
