import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describeProbeFaults, listening, recordingHost, testAuthority } from '@isthmus/connector-testing';
import { describe, expect, it } from '@jest/globals';
import { openLineageConnector } from './index.js';
import type { OpenLineageConfiguration } from './openlineage-config.js';
import { testConfiguration, testFolder } from './testing-connector.js';

const password = 'never-told-4711';

/** An endpoint with TLS and a folder of files. */
async function complete() {
  const folder = await testFolder();
  const authority = testAuthority();
  const { certificate, key } = authority.issue(['localhost']);
  const at = (name: string): string => join(folder.path, name);
  const [certificateFile, keyFile, otherKey, files] = [at('c.pem'), at('k.pem'), at('o.pem'), at('files')] as const;
  await mkdir(files);
  await writeFile(certificateFile, certificate);
  await writeFile(keyFile, key);
  await writeFile(otherKey, testAuthority().issue(['localhost']).key);
  const more = { endpoint: true, certificateFile, keyFile, files, brokerUser: 'reader', brokerPassword: password };
  return { folder, otherKey, configuration: testConfiguration(folder.path, more) };
}

describeProbeFaults(openLineageConnector, async () => {
  const { folder, otherKey, configuration } = await complete();
  return {
    configuration,
    secrets: [password],
    faults: {
      name: { configuration: () => ({ brokers: ['no-such-host.invalid:9092'] }), advice: /no-such-host.*`brokers`/ },
      port: { configuration: (port) => ({ port }), advice: /another program listens there: choose another `port`/ },
      password: { configuration: () => ({ host: '0.0.0.0' }), advice: /give a `token`/ },
      rights: { configuration: () => ({ files: '/nowhere' }), advice: /ENOENT.*correct `files`.*right to it/ },
      tls: { configuration: () => ({ keyFile: otherKey }), advice: /correct `certificateFile` and `keyFile`/ },
      otherKind: {
        configuration: (port) => ({ brokers: [`127.0.0.1:${port}`] }),
        advice: /127\.0\.0\.1:\d+ does not answer like Kafka.*correct `brokers`; /,
      },
    },
    close: async () => folder[Symbol.asyncDispose](),
  };
});

describe('a probe', () => {
  const failed = async (changes: Partial<OpenLineageConfiguration>) => {
    const { folder, configuration } = await complete();
    const host = recordingHost(openLineageConnector, { ...configuration, ...changes });
    const steps = (await host.connector.probe?.(AbortSignal.timeout(20_000))) ?? [];
    await host.stop();
    await folder[Symbol.asyncDispose]();
    const step = steps.find(({ ok }) => !ok);
    return `${step?.name}: ${step?.message}`;
  };

  it('tells a folder that cannot be written, and an address of another machine', async () => {
    expect(await failed({ folder: '/proc/nowhere' })).toMatch(/^resolve: .*ENOENT.*correct `folder`/);
    expect(await failed({ host: '192.0.2.1' })).toMatch(/^reach: .*`host`: an address of this machine/);
  });

  it('tells certificates that cannot be read, of the endpoint and of the brokers', async () => {
    expect(await failed({ certificateFile: '/no/c.pem' })).toMatch(/^reach: .*ENOENT.*`certificateFile`/);
    const brokers = { brokers: ['127.0.0.1:1'], brokerTls: true, brokerCaFile: '/no/ca.pem' };
    expect(await failed(brokers)).toMatch(/^reach: .*ENOENT.*correct `brokerCaFile`/);
  });

  it('tells brokers at which nothing listens, or something that hangs up', async () => {
    expect(await failed({ brokers: ['127.0.0.1:1'] })).toMatch(/^reach: nothing listens at 127.0.0.1:1 .*`brokers`/);
    const rude = createServer((socket) => socket.destroy());
    const port = await listening(rude);
    expect(await failed({ brokers: [`127.0.0.1:${port}`] })).toMatch(
      /^reach: .*does not answer like Kafka.*`brokerTls`/,
    );
    rude.close();
  });
});
