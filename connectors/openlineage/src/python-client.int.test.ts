import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { recordingHost } from '@isthmus/connector-testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { openLineageConnector } from './index.js';
import { clientPython } from './testing-client.js';
import { testConfiguration, testFolder } from './testing-connector.js';

const python = clientPython();
if (python === undefined)
  console.warn('SKIP connectors/openlineage: the OpenLineage client for Python is not installed');
// where it is not installed these are skipped aloud and counted; `npm run servers -- --install` brings it
const withClient = python === undefined ? describe.skip : describe;

const script = fileURLToPath(new URL('../testing/nightly.py', import.meta.url));
const warehouse = 'postgres%3A%2F%2Fdb.example.org%3A5432';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function listening(token?: string) {
  const folder = await testFolder();
  const configuration = testConfiguration(folder.path, { endpoint: true, ...(token === undefined ? {} : { token }) });
  const host = recordingHost(openLineageConnector, configuration, { source: 'home' });
  await host.start();
  const port = host.logs.find(({ message }) => message === 'events are taken')?.fields?.port;
  const send = (...key: readonly string[]) =>
    promisify(execFile)(python ?? '', [script, `http://127.0.0.1:${String(port)}`, ...key]);
  closing.push(async () => {
    await host.stop();
    await folder[Symbol.asyncDispose]();
  });
  return { host, send };
}

withClient('the OpenLineage client for Python', () => {
  it('is heard in all that it tells of a nightly job', async () => {
    const { host, send } = await listening();
    expect((await send()).stdout).toBe('sent\n');
    const run = await host.refresh();
    expect([run.failure, run.findings]).toEqual([undefined, []]);
    const told = host.elements();
    expect(told.get('DeployedSoftwareComponent::home:nightly/totals')).toMatchObject({
      properties: {
        description: 'What was sold on each day.',
        formula: 'INSERT INTO totals SELECT sum(amount) FROM orders',
        formulaType: 'SQL',
        additionalProperties: { owners: 'team:finance (MAINTAINER)', jobType: 'TASK', integration: 'AIRFLOW' },
      },
      classifications: { Ownership: { owner: 'team:finance' } },
      links: expect.arrayContaining([
        expect.objectContaining({ qualifiedName: `DataSet::home:${warehouse}/shop.public.orders`, selfAtEnd1: false }),
        expect.objectContaining({ qualifiedName: `DataSet::home:${warehouse}/shop.public.totals` }),
        expect.objectContaining({
          relationshipTypeName: 'ProcessHierarchy',
          qualifiedName: 'DeployedSoftwareComponent::home:nightly/night',
        }),
      ]),
    });
    const runs = 'TransientEmbeddedProcess::home:nightly/totals/01941f29-7c00-7000-8000-00000000000';
    expect(told.get(`${runs}2`)?.properties).toMatchObject({
      activityStatus: 'COMPLETED',
      startTime: Date.parse('2026-01-02T02:03:00Z'),
      completionTime: Date.parse('2026-01-02T02:04:00Z'),
      additionalProperties: { engine: 'spark', parentRun: '01941f29-7c00-7000-8000-000000000001' },
    });
    expect(told.get(`${runs}3`)?.properties).toMatchObject({
      activityStatus: 'FAILED',
      additionalProperties: { errorMessage: 'disk full' },
    });
    expect(told.get(`DataSet::home:${warehouse}/shop.public.orders`)?.properties).toMatchObject({
      description: 'All orders.',
      additionalProperties: { dataSource: 'shop' },
    });
    expect(told.get(`TabularColumn::home:${warehouse}/shop.public.totals/total`)?.links).toMatchObject([
      {
        relationshipTypeName: 'DataMapping',
        qualifiedName: `TabularColumn::home:${warehouse}/shop.public.orders/amount`,
        properties: { label: 'AGGREGATION', description: 'sum(amount)' },
      },
    ]);
    expect(told.get('DeployedSoftwareComponent::home:nightly/report')?.links).toMatchObject([
      { qualifiedName: `DataSet::home:${warehouse}/shop.public.totals` },
    ]);
  });

  it('sends the same twice and changes nothing by it', async () => {
    const { host, send } = await listening();
    await send();
    await host.refresh();
    const before = JSON.stringify([...host.elements()]);
    await send();
    expect((await host.refresh()).changed).toEqual([]);
    expect(JSON.stringify([...host.elements()])).toBe(before);
  });

  it('is let in by its key alone where there is one', async () => {
    const { host, send } = await listening('the-key-of-the-night');
    await expect(send('another-key-of-it')).rejects.toThrow('401');
    await host.refresh();
    expect(host.elements().size).toBe(0);
    await send('the-key-of-the-night');
    await host.refresh();
    expect(host.elements().size).toBeGreaterThan(5);
  });
});
