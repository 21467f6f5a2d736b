// A broker that takes nobody without a user and nothing in clear, and both of our ends of a topic at it.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kafkaSubscribe } from '../../../metadata-client/dist/index.js';
import { KafkaTopicWriter } from '../../../metadata-server/dist/out-topic/topic-writer.js';
import { kafkaSecurity } from '../../../model/dist/index.js';
import { kafkaBroker } from '../../lab/kafka/broker.mjs';
import { temporaryFolder } from '../process.mjs';
import { until } from '../report.mjs';

const topic = 'guarded';
const [username, password] = ['egeria', 'of-the-broker'];

/** Why this cannot be tried; undefined when it can. */
export function whyNotGuarded() {
  return spawnSync('openssl', ['version']).status === 0 ? undefined : 'there is no `openssl` on the PATH';
}

/** @returns {Promise<{ heard: boolean, refused: string | undefined, untrusted: string | undefined }>} */
export async function tryGuardedBroker() {
  const folder = temporaryFolder('guarded-broker');
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', key, '-out', certificate];
  const pair = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...names, ...files];
  execFileSync('openssl', pair, { stdio: 'ignore' });
  const read = (path) => readFileSync(path, 'utf8');
  const broker = await kafkaBroker({ certificate: read(certificate), key: read(key), username, password });
  await broker.start();
  try {
    const properties = {
      'security.protocol': 'SASL_SSL',
      'sasl.mechanism': 'PLAIN',
      'sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required username="${username}" password="${password}";`,
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.certificates': read(certificate),
    };
    const { 'ssl.truststore.certificates': _trusted, ...untrusting } = properties;
    return {
      refused: await send(broker, {
        ...properties,
        'sasl.jaas.config': undefined,
        'sasl.username': username,
        'sasl.password': 'x',
      }),
      untrusted: await send(broker, untrusting),
      heard: await tellAndHear(broker, properties),
    };
  } finally {
    await broker.stop();
  }
}

async function tellAndHear(broker, properties) {
  const security = () => kafkaSecurity(properties, async (text) => text);
  const subscribe = kafkaSubscribe('guarded', () => `guarded-${process.pid}`, security);
  const address = { topic, bootstrapServers: [broker.bootstrapServer], security: {} };
  const heard = [];
  const listener = { onEvent: (text) => heard.push(text), onLost: () => undefined };
  const writer = new KafkaTopicWriter([broker.bootstrapServer], 'guarded', security);
  await writer.send([{ topic, value: 'before' }]);
  const subscription = await subscribe(address, listener);
  await writer.send([{ topic, value: 'after' }]);
  await until(() => heard.includes('after'), 20_000);
  await writer.close();
  await subscription.close();
  return heard.includes('after');
}

/** @returns what was said against it */
async function send(broker, properties) {
  const writer = new KafkaTopicWriter([broker.bootstrapServer], 'stranger', () =>
    kafkaSecurity(properties, async (text) => text),
  );
  try {
    await writer.send([{ topic, value: 'x' }]);
    return undefined;
  } catch (error) {
    return String(error.message);
  } finally {
    await writer.close();
  }
}
