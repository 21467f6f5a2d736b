import { recordingHost } from '@isthmus/connector-testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { whyNoBroker } from '../../../packages/devtools/lab/kafka/broker.mjs';
import { kafkaConnector } from './index.js';
import { startCluster, type TestCluster } from './testing-cluster.js';

const why = whyNoBroker();
if (why !== undefined) console.warn(`SKIP connectors/kafka: ${why}`);
// where nothing can be started these are skipped aloud and counted; `npm run servers -- --install` brings all
const withCluster = why === undefined ? describe : describe.skip;

let cluster: TestCluster;
if (why === undefined) {
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster?.close());
}

withCluster('a cluster', () => {
  it('is followed from the start, though the schedule leaves the first run for later', async () => {
    await cluster.create('start.a');
    const host = recordingHost(kafkaConnector, cluster.configuration({ pollSeconds: 1 }), { source: 'src' });
    await host.start();
    // what it finds first it has nothing to hold against
    await new Promise((done) => setTimeout(done, 3_000));
    await cluster.create('start.b');
    expect(await host.nextChange(20_000)).toEqual(['topics']);
    await host.refresh();
    expect(host.elements().has('Topic::src:test/start.b')).toBe(true);
    await host.stop();
  });
});
