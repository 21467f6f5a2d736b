import { access, constants, readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { ProbeStep } from '@isthmus/connector-sdk';
import { codeOf, ProbeSteps, reasonOf } from '@isthmus/connector-sdk/helpers';
import { checkExposure } from './event-endpoint.js';
import { makeFolder } from './make-folder.js';
import type { OpenLineageConfiguration } from './openlineage-config.js';
import { holdStore } from './shared-store.js';
import { topicFault } from './topic-probe.js';

/** One thing that a step tries; each says what to do when it fails. */
interface Part {
  readonly says: string;
  readonly attempt: () => Promise<unknown>;
}

/** Tries what the connector needs, step by step; ends with the first that fails. */
export async function probe(
  configuration: OpenLineageConfiguration,
  { connectorName, isListening }: { readonly connectorName: string; readonly isListening: boolean },
  signal: AbortSignal,
): Promise<readonly ProbeStep[]> {
  const { folder, endpoint, host, port, files, brokers, brokerUser, topic } = configuration;
  const steps = new ProbeSteps(signal);
  const inParts = async (name: ProbeStep['name'], parts: readonly (Part | undefined)[]): Promise<void> => {
    const given = parts.filter((part) => part !== undefined);
    if (given.length === 0) return;
    const attempt = async (): Promise<void> => {
      for (const part of given) await part.attempt();
    };
    await steps.try(name, given.map(({ says }) => says).join(', '), attempt, reasonOf);
  };
  // one attempt goes through several steps
  const trial = brokers.length === 0 ? undefined : () => topicFault(configuration, connectorName, signal);
  let tried: ReturnType<typeof topicFault> | undefined;
  const ofTopic = (name: ProbeStep['name'], says: string): Part | undefined =>
    trial && {
      says,
      attempt: async () => {
        tried ??= trial();
        const fault = await tried;
        if (fault?.step === name) throw new Error(fault.advice);
      },
    };
  const ofEndpoint = (says: string, attempt: Part['attempt']): Part | undefined =>
    endpoint ? { says, attempt } : undefined;
  await inParts('resolve', [
    { says: `${folder} can be written`, attempt: () => tryFolder(folder) },
    ofTopic('resolve', 'the brokers are known'),
  ]);
  await inParts('reach', [
    ofEndpoint(`${host}:${port} can be listened at`, () => tryPort(host, port, isListening)),
    ofEndpoint('its certificate, if any, can be used', () => tryCertificate(configuration)),
    ofTopic('reach', 'a broker answers'),
  ]);
  await inParts('authenticate', [
    ofEndpoint('the endpoint is closed to strangers', async () => checkExposure(configuration)),
    ofTopic('authenticate', brokerUser === undefined ? 'the brokers ask for no user' : `${brokerUser} is known there`),
  ]);
  await inParts('authorise', [
    files === undefined ? undefined : { says: `the files of ${files} can be listed`, attempt: () => tryFiles(files) },
    ofTopic('authorise', `the topic ${topic} and its consumer group may be read`),
  ]);
  await steps.try('sample', 'what was heard can be read', async () => {
    const held = await holdStore(folder);
    held.release();
  });
  return steps.steps;
}

async function tryFolder(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Error(
      `${folder} cannot be written (${reasonOf(error)}): correct \`folder\`, or give its user the right to it`,
    );
  }
}

async function tryFiles(files: string): Promise<void> {
  try {
    await readdir(files);
  } catch (error) {
    throw new Error(
      `${files} cannot be listed (${reasonOf(error)}): correct \`files\`, or give its user the right to it`,
    );
  }
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
    throw new Error(`${host}:${port} cannot be listened at (${reasonOf(error)}): ${adviceOf(codeOf(error))}`);
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}

function adviceOf(code: string | undefined): string {
  if (code === 'EADDRINUSE') return 'another program listens there: choose another `port`';
  if (code === 'EACCES') return 'the port is reserved: choose a `port` above 1023';
  return 'correct `host`: an address of this machine';
}

/** That one of both is missing is told with who may post. */
async function tryCertificate({ certificateFile, keyFile }: OpenLineageConfiguration): Promise<void> {
  if (certificateFile === undefined || keyFile === undefined) return;
  try {
    createSecureContext({ cert: await readFile(certificateFile), key: await readFile(keyFile) });
  } catch (error) {
    throw new Error(
      `no TLS can be spoken by ${certificateFile} (${reasonOf(error)}): correct \`certificateFile\` and \`keyFile\``,
    );
  }
}
