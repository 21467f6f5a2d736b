import { access, constants, readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { ProbeStep } from '@isthmus/connector-sdk';
import { codeOf, orAborted, ProbeSteps, reasonOf } from '@isthmus/connector-sdk/helpers';
import { checkExposure } from './event-endpoint.js';
import { connectionOf } from './event-topic.js';
import { makeFolder } from './make-folder.js';
import type { OpenLineageConfiguration } from './openlineage-config.js';
import { holdStore } from './shared-store.js';

const topicWithinMs = 8_000;

/** Tries what the connector needs, step by step; ends with the first that fails. */
export async function probe(
  configuration: OpenLineageConfiguration,
  isListening: boolean,
  signal: AbortSignal,
): Promise<readonly ProbeStep[]> {
  const { folder, endpoint, host, port, files, brokers, topic } = configuration;
  const steps = new ProbeSteps(signal, reasonOf);
  await steps.try('resolve', `${folder} can be written`, async () => {
    await makeFolder(folder);
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  });
  if (endpoint) await steps.try('reach', `${host}:${port} can be listened at`, () => tryPort(host, port, isListening));
  if (endpoint)
    await steps.try('authenticate', 'the endpoint is closed to strangers', async () => checkExposure(configuration));
  if (files !== undefined) await steps.try('authorise', `the files of ${files} can be listed`, () => readdir(files));
  if (brokers.length > 0)
    await steps.try('authorise', `the topic ${topic} can be read`, () => tryTopic(configuration, signal));
  await steps.try('sample', 'what was heard can be read', async () => {
    const held = await holdStore(folder);
    held.release();
  });
  return steps.steps;
}

async function tryPort(host: string, port: number, isListening: boolean): Promise<void> {
  if (isListening) return;
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  } catch (error) {
    throw new Error(`${adviceOf(codeOf(error))} (${reasonOf(error)})`);
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

function adviceOf(code: string | undefined): string {
  if (code === 'EADDRINUSE') return 'another program listens there: choose another `port`';
  if (code === 'EACCES') return 'the port is reserved: choose a `port` above 1023';
  return 'correct `host`: an address of this machine';
}

async function tryTopic(configuration: OpenLineageConfiguration, signal: AbortSignal): Promise<void> {
  const { Admin } = await import('@platformatic/kafka');
  const admin = new Admin({ clientId: 'isthmus-probe', ...(await connectionOf(configuration)) });
  try {
    // what answers there may be something else, and say nothing for long
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(topicWithinMs)]);
    const topics = await orAborted(admin.listTopics(), deadline);
    if (!topics.includes(configuration.topic))
      throw new Error('there is no such topic, or it may not be read: create it, or grant DESCRIBE and READ');
  } finally {
    void Promise.resolve(admin.close()).catch(() => undefined);
  }
}
