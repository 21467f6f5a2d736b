// A real Apache Kafka broker for proofs: one node without ZooKeeper, from the jars that its project publishes, on
// 127.0.0.1 only. Needs Java 17 or newer, and Maven for the first time.
//
//   node packages/devtools/lab/kafka/broker.mjs     runs one until Ctrl-C, and says where
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { labFolder } from '../../lib/lab-folder.mjs';
import { temporaryFolder } from '../../lib/process.mjs';
import { until } from '../../lib/report.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const copyJars = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
const startsWithinMs = 60_000;
const stopsWithinMs = 30_000;
const clusterId = 'MkU3OEVBNTcwNTJENDM2Qg';

/** Why there can be no broker on this machine; undefined when there can. */
export function whyNoBroker() {
  const java = /version "(\d+)/.exec(spawnSync('java', ['-version'], { encoding: 'utf8' }).stderr ?? '')?.[1];
  if (java === undefined) return 'there is no `java` on the PATH';
  if (Number(java) < 17) return `Kafka needs Java 17 or newer, and this is ${java}`;
  if (existsSync(jarFolder())) return undefined;
  return spawnSync('mvn', ['-version']).status === 0 ? undefined : 'there is no `mvn` on the PATH to fetch Kafka with';
}

/**
 * Fetches what is missing and makes a broker with an empty log; it does not run yet.
 *
 * @param guard { certificate, key, username, password }: TLS by this pair (PEM), and nobody without that user
 * @param more.listeners by name: { protocol, port, advertised } of further listeners; `advertised` is the port that
 *   clients are told, where it is another one
 * @param more.settings of the broker, by their names
 * @param more.scramUsers passwords by name, for SCRAM-SHA-256 and SCRAM-SHA-512
 * @returns { bootstrapServer, clusterId, start(), stop(), kill() }: stopped and started again it keeps what it was told
 */
export async function kafkaBroker(guard, more = {}) {
  fetchJars();
  const folder = temporaryFolder('kafka');
  const [port, controllerPort] = [await freePort(), await freePort()];
  const settings = writeSettings(folder, port, controllerPort, guard, more);
  const users = Object.entries(more.scramUsers ?? {}).flatMap(([name, password]) => [
    '--add-scram',
    `SCRAM-SHA-512=[name=${name},password=${password}]`,
    '--add-scram',
    `SCRAM-SHA-256=[name=${name},password=${password}]`,
  ]);
  const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', settings, ...users];
  const { status, stdout, stderr } = spawnSync('java', javaArguments(folder, 256, format), { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the broker's log could not be made: ${stdout}${stderr}`);
  let child;
  const end = async (signal) => {
    const running = child;
    if (running === undefined) return;
    const ended = new Promise((settle) => running.once('exit', settle));
    running.kill(signal);
    await Promise.race([ended, new Promise((settle) => setTimeout(settle, stopsWithinMs).unref())]);
    if (running.exitCode === null && running.signalCode === null) running.kill('SIGKILL');
    await ended;
  };
  process.on('exit', () => child?.kill('SIGKILL'));
  return {
    bootstrapServer: `127.0.0.1:${port}`,
    clusterId,
    async start() {
      const log = join(folder, 'out.log');
      const out = openSync(log, 'a');
      const started = spawn('java', javaArguments(folder, 512, ['kafka.Kafka', settings]), {
        stdio: ['ignore', out, out],
      });
      child = started;
      started.once('exit', () => {
        if (child === started) child = undefined;
      });
      const answers = await until(() => child !== started || canConnect(port), startsWithinMs, 100);
      if (answers !== true || child !== started)
        throw new Error(`the broker did not start:\n${readFileSync(log, 'utf8').slice(-2000)}`);
    },
    stop: () => end('SIGTERM'),
    /** As when the machine loses its power. */
    kill: () => end('SIGKILL'),
  };
}

function jarFolder() {
  return join(labFolder(), 'kafka-3.9.1');
}

/** Once for all proofs; a fetch that was interrupted leaves nothing that looks complete. */
function fetchJars() {
  const folder = jarFolder();
  if (existsSync(folder)) return;
  const fetching = `${folder}.${process.pid}`;
  mkdirSync(fetching, { recursive: true });
  const options = ['-B', '-q', '-f', join(here, 'pom.xml'), '-DincludeScope=runtime', `-DoutputDirectory=${fetching}`];
  const { status, stdout, stderr } = spawnSync('mvn', [copyJars, ...options], { encoding: 'utf8', cwd: fetching });
  if (status !== 0) {
    rmSync(fetching, { recursive: true, force: true });
    throw new Error(`Kafka could not be fetched: ${stdout}${stderr}`);
  }
  renameSync(fetching, folder);
}

function writeSettings(folder, port, controllerPort, guard, { listeners = {}, settings = {} }) {
  const listener = guard === undefined ? 'PLAINTEXT' : 'SASL_SSL';
  const further = Object.entries(listeners);
  const named = (place) => further.map((one) => `,${place(...one)}`).join('');
  const pattern = '%d %p %m (%c)%n';
  writeProperties(join(folder, 'log4j.properties'), {
    'log4j.rootLogger': 'WARN, out',
    'log4j.appender.out': 'org.apache.log4j.ConsoleAppender',
    'log4j.appender.out.layout': 'org.apache.log4j.PatternLayout',
    'log4j.appender.out.layout.ConversionPattern': pattern,
  });
  return writeProperties(join(folder, 'server.properties'), {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `${listener}://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}${named((name, own) => `${name}://127.0.0.1:${own.port}`)}`,
    'advertised.listeners': `${listener}://127.0.0.1:${port}${named((name, own) => `${name}://127.0.0.1:${own.advertised ?? own.port}`)}`,
    'inter.broker.listener.name': listener,
    'listener.security.protocol.map': `CONTROLLER:PLAINTEXT,${listener}:${listener}${named((name, own) => `${name}:${own.protocol}`)}`,
    ...(guard === undefined ? {} : guarded(folder, guard)),
    'log.dirs': join(folder, 'logs'),
    'auto.create.topics.enable': true,
    'num.partitions': 1,
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    ...settings,
  });
}

function guarded(folder, { certificate, key, username, password }) {
  const keystore = join(folder, 'broker.pem');
  writeFileSync(keystore, `${key}${certificate}`);
  const truststore = join(folder, 'trusted.pem');
  writeFileSync(truststore, certificate);
  const user = `username="${username}" password="${password}" user_${username}="${password}"`;
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keystore,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': truststore,
    'sasl.enabled.mechanisms': 'PLAIN',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'listener.name.sasl_ssl.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required ${user};`,
  };
}

function writeProperties(file, properties) {
  writeFileSync(
    file,
    Object.entries(properties)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  return file;
}

function javaArguments(folder, heapMb, program) {
  const log = `-Dlog4j.configuration=file:${join(folder, 'log4j.properties')}`;
  return [`-Xmx${heapMb}m`, log, '-cp', join(jarFolder(), '*'), ...program];
}

/** A port on which nobody listens now. */
export function freePort() {
  return new Promise((settle, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => settle(port));
    });
  });
}

function canConnect(port) {
  return new Promise((settle) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1000 });
    const end = (answer) => {
      socket.destroy();
      settle(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const why = whyNoBroker();
  if (why !== undefined) {
    console.error(why);
    process.exit(1);
  }
  const broker = await kafkaBroker();
  await broker.start();
  console.log(broker.bootstrapServer);
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => void broker.stop().then(() => process.exit(0)));
}
