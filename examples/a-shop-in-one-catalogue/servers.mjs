// The systems of the shop, real ones, each with what it holds. One that cannot be started here says why instead.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Admin } from '@platformatic/kafka';
import { serverPrograms, startServer } from '../../connectors/postgresql/dist/testing-server.js';
import { kafkaBroker, whyNoBroker } from '../../packages/devtools/lab/kafka/broker.mjs';
import { schemaRegistry, whyNoRegistry } from '../../packages/devtools/lab/schema-registry/registry.mjs';

/**
 * @param shop the folder of what the systems are to hold
 * @returns { why } or what a connector needs to reach it, `grow()`, which adds something new, and `stop()`
 */
export async function startDatabase(shop) {
  const programs = serverPrograms();
  if (programs === undefined) return { why: 'PostgreSQL is not installed' };
  const server = await startServer(programs);
  await server.sql('postgres', 'CREATE DATABASE shop');
  await server.sql('shop', readFileSync(join(shop, 'database.sql'), 'utf8'));
  return {
    address: `postgresql://127.0.0.1:${server.port}/shop`,
    settings: { user: server.superuser, include: ['shop/**'], pollSeconds: 1 },
    grow: () => server.sql('shop', 'CREATE TABLE sales.returned_order (customer_order integer, reason text)'),
    stop: () => server.close(),
  };
}

export async function startEvents(shop) {
  const why = whyNoBroker() ?? whyNoRegistry();
  if (why !== undefined) return { why };
  const [broker, registry] = await Promise.all([kafkaBroker(), schemaRegistry()]);
  await broker.start();
  const admin = new Admin({
    clientId: 'shop',
    bootstrapBrokers: [broker.bootstrapServer],
    retries: 20,
    retryDelay: 200,
  });
  await admin.createTopics({ topics: ['orders', 'shipments'], partitions: 3, replicas: 1 });
  for (const groupId of ['warehouse', 'invoices']) {
    const topics = [{ name: 'orders', partitionOffsets: [{ partition: 0, offset: 0n }] }];
    await admin.alterConsumerGroupOffsets({ groupId, topics });
  }
  await register(registry.url, 'orders-value', { schema: readFileSync(join(shop, 'events/order.avsc'), 'utf8') });
  const shipment = readFileSync(join(shop, 'events/shipment.proto'), 'utf8');
  await register(registry.url, 'shipments-value', { schema: shipment, schemaType: 'PROTOBUF' });
  return {
    address: broker.bootstrapServer,
    settings: { clusterName: 'shop', registryUrl: registry.url, detailPollSeconds: 2 },
    grow: () => admin.createTopics({ topics: ['returned-orders'], partitions: 1, replicas: 1 }),
    async stop() {
      await admin.close();
      await Promise.all([broker.kill(), registry.stop()]);
    },
  };
}

async function register(url, subject, body) {
  const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' };
  const answer = await fetch(`${url}/subjects/${subject}/versions`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`the registry did not take ${subject}: ${await answer.text()}`);
}
