import { cp, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openLineageConnector } from '@isthmus/connector-openlineage';
import { recordingHost } from '@isthmus/connector-testing';
import { describe, expect, it } from '@jest/globals';
import { emitTo, runNight } from './nightly-job.mjs';

describe('the lineage of a night', () => {
  it('is catalogued as its story says', async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'night-')));
    const shop = join(folder, 'shop');
    await cp(fileURLToPath(new URL('shop', import.meta.url)), shop, { recursive: true });
    const configuration = {
      folder: join(folder, 'heard'),
      endpoint: true,
      host: '127.0.0.1',
      port: 0,
      maxBodyKilobytes: 1_024,
      maxMegabytes: 64,
      pollSeconds: 5,
      brokers: [],
      topic: 'openlineage.events',
      brokerTls: false,
      fromDaemon: true,
      publish: true,
      include: ['**'],
      exclude: [],
      runs: 10,
      unify: [{ namespace: 'file', prefix: shop, element: 'DataFile::shop:{path}' }],
    };
    const host = recordingHost(openLineageConnector, configuration, { source: 'lineage' });
    await host.start();
    const { port } = host.logs.find(({ message }) => message === 'events are taken').fields;
    await runNight(shop, emitTo(`http://127.0.0.1:${port}`));
    const run = await host.refresh();
    expect([run.failure, run.findings]).toEqual([undefined, []]);

    const job = host.elements().get('DeployedSoftwareComponent::lineage:night/order-suggestions');
    expect(
      job?.links?.map(({ relationshipTypeName, qualifiedName }) => `${relationshipTypeName} ${qualifiedName}`),
    ).toEqual([
      'DataFlow DataFile::shop:/stock.csv',
      'DataFlow DataFile::shop:/totals/sales_by_product.csv',
      'DataFlow DataFile::shop:/totals/order_suggestions.csv',
      'ProcessHierarchy DeployedSoftwareComponent::lineage:night/night',
    ]);
    const runs = [...host.elements().values()].filter(({ typeName }) => typeName === 'TransientEmbeddedProcess');
    const ofSuggestions = runs.filter(({ qualifiedName }) => qualifiedName.includes('/order-suggestions/'));
    expect(ofSuggestions.map(({ properties }) => properties.activityStatus).sort()).toEqual(['COMPLETED', 'FAILED']);
    expect(JSON.stringify(ofSuggestions)).toContain('ENOENT');
    const revenue = [...host.elements().values()].find(
      ({ qualifiedName }) => qualifiedName.endsWith('/revenue') && qualifiedName.includes('sales_by_product'),
    );
    expect(revenue?.links?.map(({ qualifiedName }) => qualifiedName.split('/').at(-1))).toEqual(['pieces', 'price']);
    await host.stop();
    await rm(folder, { recursive: true });
  });
});
