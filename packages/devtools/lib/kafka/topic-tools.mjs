// Reads and writes topics of the proof's broker, apart from the product.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../process.mjs';

const require = createRequire(join(root, 'packages/metadata-client/package.json'));
const { Admin, Consumer, Producer, stringDeserializers, stringSerializers } = await import(
  pathToFileURL(require.resolve('@platformatic/kafka')).href
);

/** Writes texts to topics; made for each use, so that it finds the broker wherever that is in its life. */
export async function inject(bootstrapServer, topics, texts) {
  const producer = new Producer({
    clientId: 'prover',
    bootstrapBrokers: [bootstrapServer],
    serializers: stringSerializers,
    retries: 5,
    retryDelay: 300,
  });
  try {
    await producer.send({ messages: topics.flatMap((topic) => texts.map((value) => ({ topic, value }))), acks: -1 });
  } finally {
    await producer.close(true);
  }
}

/** Makes a topic of one partition. */
export async function makeTopic(bootstrapServer, topic) {
  const admin = new Admin({ clientId: 'prover', bootstrapBrokers: [bootstrapServer], retries: 5, retryDelay: 300 });
  try {
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: 1 });
  } finally {
    await admin.close();
  }
}

/** Everything that was ever written to a topic, in its order, until nothing comes for a while. */
export async function wholeTopic(bootstrapServer, topic, quietMs = 1500) {
  const consumer = new Consumer({
    clientId: 'prover',
    groupId: `prover-${Date.now()}`,
    bootstrapBrokers: [bootstrapServer],
    deserializers: stringDeserializers,
    maxWaitTime: 200,
    retries: 5,
    retryDelay: 300,
  });
  const texts = [];
  try {
    const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false });
    let lastAt = performance.now();
    stream.on('data', ({ value }) => {
      texts.push(value);
      lastAt = performance.now();
    });
    while (performance.now() - lastAt < quietMs) await new Promise((settle) => setTimeout(settle, 50));
  } finally {
    await consumer.close(true);
  }
  return texts;
}
