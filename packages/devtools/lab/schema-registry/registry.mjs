// A real schema registry for tests: Apicurio Registry in memory, from the archive that its project publishes, on 127.0.0.1
// only. It speaks the Confluent registry's REST too. Needs Java 17 or newer, and Maven for the first time.
//
//   node packages/devtools/lab/schema-registry/registry.mjs     runs one until Ctrl-C, and says where
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { labFolder } from '../../lib/lab-folder.mjs';
import { temporaryFolder } from '../../lib/process.mjs';
import { until } from '../../lib/report.mjs';
import { freePort, whyNoBroker } from '../kafka/broker.mjs';

const version = '2.5.11.Final';
const program = `apicurio-registry-app-${version}-runner.jar`;
const copyArchive = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy';
const startsWithinMs = 120_000;

/** Why there can be no registry on this machine; undefined when there can. */
export function whyNoRegistry() {
  // it takes the same programs
  return existsSync(join(programFolder(), program)) ? undefined : whyNoBroker();
}

/**
 * Fetches what is missing and starts a registry that holds nothing.
 *
 * @returns { url, stop() }: `url` is what stands before `/subjects`
 */
export async function schemaRegistry() {
  fetchProgram();
  const folder = temporaryFolder('schema-registry');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  const log = join(folder, 'out.log');
  const out = openSync(log, 'a');
  const settings = [`-Dquarkus.http.host=127.0.0.1`, `-Dquarkus.http.port=${port}`, '-Dquarkus.log.level=WARN'];
  const child = spawn('java', ['-Xmx384m', ...settings, '-jar', join(programFolder(), program)], {
    cwd: folder,
    stdio: ['ignore', out, out],
  });
  let isOver = false;
  const ended = new Promise((settle) => child.once('exit', settle)).then(() => {
    isOver = true;
  });
  process.on('exit', () => child.kill('SIGKILL'));
  const answers = await until(
    async () => isOver || (await fetch(`${url}/subjects`).catch(() => undefined))?.ok === true,
    startsWithinMs,
    100,
  );
  if (answers !== true || isOver)
    throw new Error(`the registry did not start:\n${readFileSync(log, 'utf8').slice(-2000)}`);
  return {
    url,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function programFolder() {
  return join(labFolder(), `apicurio-${version}`);
}

/** Once for all; a fetch that was interrupted leaves nothing that looks complete. */
function fetchProgram() {
  const folder = programFolder();
  if (existsSync(folder)) return;
  const fetching = `${folder}.${process.pid}`;
  mkdirSync(fetching, { recursive: true });
  const artifact = `-Dartifact=io.apicurio:apicurio-registry-app:${version}:tar.gz:all`;
  must(fetching, 'mvn', [
    '-B',
    '-q',
    copyArchive,
    artifact,
    `-DoutputDirectory=${fetching}`,
    '-Dmdep.useBaseVersion=true',
  ]);
  must(fetching, 'tar', ['xzf', `apicurio-registry-app-${version}-all.tar.gz`]);
  rmSync(join(fetching, `apicurio-registry-app-${version}-all.tar.gz`));
  renameSync(fetching, folder);
}

function must(folder, command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', cwd: folder });
  if (status === 0) return;
  rmSync(folder, { recursive: true, force: true });
  throw new Error(`the registry could not be fetched: ${stdout}${stderr}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const why = whyNoRegistry();
  if (why !== undefined) {
    console.error(why);
    process.exit(1);
  }
  const registry = await schemaRegistry();
  console.log(registry.url);
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => void registry.stop().then(() => process.exit(0)));
}
