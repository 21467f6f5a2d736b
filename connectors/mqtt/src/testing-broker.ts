import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectTcp, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import type { MqttConfiguration } from './mqtt-config.js';

/** A real mosquitto on free ports of this machine, which keeps nothing. */
export interface TestBroker {
  readonly port: number;
  readonly tlsPort: number;
  /** Its certificate is its own authority. */
  readonly caFile: string;
  configuration(changes?: Partial<MqttConfiguration>): MqttConfiguration;
  /** As the one who may do everything; retained unless told otherwise. */
  publish(topic: string, payload: string | Buffer, options?: { readonly retain?: boolean }): Promise<void>;
  /** What is retained, as text. */
  retained(): Promise<string>;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Where mosquitto is; undefined = it is not installed. */
export function brokerProgram(): string | undefined {
  return ['/usr/sbin/mosquitto', '/usr/bin/mosquitto', '/usr/local/sbin/mosquitto'].find(existsSync);
}

const keeper = { username: 'keeper', password: 'keeps-4711' };

/** `reader` may read everything, `some` only below `open/`, `blind` nothing; all with the password `r3ader-secret`. */
export async function startBroker(program: string): Promise<TestBroker> {
  const folder = await mkdtemp(join(tmpdir(), 'isthmus-mqtt-'));
  const [port, tlsPort] = [await freePort(), await freePort()];
  const path = (name: string): string => join(folder, name);
  await writeFile(path('acl'), aclText);
  await writeFile(path('conf'), confText(port, tlsPort, path));
  for (const [index, user] of ['keeper', 'reader', 'some', 'blind'].entries()) {
    const password = user === 'keeper' ? keeper.password : 'r3ader-secret';
    command('mosquitto_passwd', ['-b', ...(index === 0 ? ['-c'] : []), path('passwords'), user, password]);
  }
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const files = ['-keyout', path('key.pem'), '-out', path('ca.pem')];
  command('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...files, ...subject]);
  let process: ChildProcess | undefined;
  let client: MqttClient | undefined;
  const start = async (): Promise<void> => {
    process = spawn(program, ['-c', path('conf')], { stdio: 'ignore' });
    await listens(port);
    client = await connectAsync({ host: '127.0.0.1', port, ...keeper, protocolVersion: 5, reconnectPeriod: 0 });
    client.on('error', () => undefined);
  };
  const stop = async (): Promise<void> => {
    client?.end(true);
    const ended = new Promise((done) => process?.once('exit', done));
    process?.kill('SIGTERM');
    await ended;
  };
  await start();
  return {
    port,
    tlsPort,
    caFile: path('ca.pem'),
    start,
    stop,
    configuration: (changes = {}) => ({ ...usual, port, ...changes }),
    async publish(topic, payload, { retain = true } = {}) {
      await client?.publishAsync(topic, payload, { qos: 1, retain });
    },
    retained: () => retainedAt(port),
    async close() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const usual: Omit<MqttConfiguration, 'port'> = {
  host: '127.0.0.1',
  protocol: 'auto',
  user: 'reader',
  password: 'r3ader-secret',
  tls: 'off',
  brokerName: 'broker',
  include: ['#'],
  exclude: [],
  collapse: [],
  collapseIds: true,
  maxTopics: 10_000,
  payloads: true,
  maxPayloadBytes: 65_536,
  messagesPerSecond: 100_000,
  systemTopics: true,
  listenSeconds: 2,
  forgetAfterDays: 0,
  connectTimeoutSeconds: 2,
};

const aclText = `
user keeper
topic readwrite #
topic read $SYS/#
user reader
topic read #
topic read $SYS/broker/version
user some
topic read open/#
topic read $SYS/broker/version
user blind
topic read nothing-at-all
`;

function confText(port: number, tlsPort: number, path: (name: string) => string): string {
  return `
user root
per_listener_settings false
allow_anonymous false
password_file ${path('passwords')}
acl_file ${path('acl')}
persistence false
max_queued_messages 0
listener ${port} 127.0.0.1
listener ${tlsPort} 127.0.0.1
certfile ${path('ca.pem')}
keyfile ${path('key.pem')}
`;
}

function command(name: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(name, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${error?.message ?? stderr}`);
}

async function listens(port: number): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await answers(port))) {
    if (Date.now() > deadline) throw new Error('mosquitto does not listen');
    await new Promise((done) => setTimeout(done, 20));
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connectTcp(port, '127.0.0.1', () => {
      socket.destroy();
      done(true);
    });
    socket.on('error', () => done(false));
  });
}

async function retainedAt(port: number): Promise<string> {
  const client = await connectAsync({ host: '127.0.0.1', port, ...keeper, protocolVersion: 4, reconnectPeriod: 0 });
  const found: string[] = [];
  client.on('message', (topic, payload) => found.push(`${topic} ${payload.toString('base64')}`));
  await client.subscribeAsync('#');
  await new Promise((done) => setTimeout(done, 150));
  await client.endAsync(true);
  return found.sort().join('\n');
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise<void>((done) => server.close(() => done()));
  if (typeof address !== 'object' || address === null) throw new Error('no port is free');
  return address.port;
}
