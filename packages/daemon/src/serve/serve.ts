import { realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Clock, type Logger, messageOf, Resources, systemClock } from '@isthmus/kernel';
import type { IntegrationDaemon } from '@isthmus/runtime';
import { lockDataDirectory } from '@isthmus/sqlite';
import { describeProblem, requireValid } from '../configuration/configuration-commands.js';
import type { Configuration } from '../configuration/configuration-schema.js';
import {
  type ConfigurationSources,
  type LoadedConfiguration,
  loadConfiguration,
} from '../configuration/load-configuration.js';
import { missingDirectories } from '../configuration/provider-directories.js';
import { WinstonLogging } from '../logging/winston-logger.js';
import { releaseHeap } from '../start-heap.js';
import { version } from '../version.js';
import { accountsFor } from './access-rules.js';
import { describeScan, watchFirstScan } from './first-scan.js';
import { composeProcess } from './process-composition.js';
import { openIdentity } from './process-identity.js';
import { existingFolder, quickStart, quickStartGroup } from './quick-start.js';
import { releaseHeapAfterStart } from './release-heap.js';
import { Reloads } from './reload.js';
import { listenForStop } from './stop-signals.js';
import { surviveStrayErrors } from './stray-errors.js';

export interface ServeOptions {
  readonly sources: ConfigurationSources;
  /** Folder to catalogue in the quick start; default: the sample. */
  readonly folder?: string;
}

/** People wait at most 10 s for a stop; what is left of it is for the process itself to end. */
const stopGraceMs = 9000;
/** The connectors and the listener get this much of it. */
const closeGraceMs = 8000;

const checkout = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..');

/**
 * Runs the process until it is told to stop.
 *
 * @returns the exit code of a clean stop
 * @throws whatever keeps it from starting; what was begun is closed again
 */
export async function serve(
  { sources, folder }: ServeOptions,
  out: NodeJS.WriteStream = process.stdout,
): Promise<number> {
  const clock = systemClock;
  const isQuickStart = sources.file === undefined;
  // the quick start does not rest after its start: it catalogues
  if (isQuickStart) releaseHeap();
  using heldHeap = isQuickStart ? undefined : releaseHeapAfterStart(clock);
  const loaded = loadConfiguration(sources);
  requireValid(loaded);
  const { configuration } = loaded;
  const accounts = await accountsFor(loaded, isQuickStart, sources.environment);
  const root = isQuickStart
    ? existingFolder(folder ?? resolve(checkout, 'examples/first-catalogue/landing-area'))
    : undefined;
  const logging = new WinstonLogging({ ...configuration.log, level: startLevel(loaded, isQuickStart) }, out);
  const { logger } = logging;

  for (const problem of missingDirectories(loaded))
    logger.warn('connectors are missing', { problem: describeProblem(problem) });
  const say = (line: string) => {
    if (isQuickStart) out.write(`${line}\n`);
    else logger.info(line);
  };
  await using resources = new Resources();
  // owned first, so said last
  resources.own(say, () => {
    if (signals.stop.aborted) say('stopped');
  });
  resources.own(surviveStrayErrors(process, logger), (it) => it[Symbol.dispose]());
  const signals = resources.own(
    listenForStop(process, clock, stopGraceMs, (reason, exitCode) => {
      logger.warn(reason === 'grace' ? 'the stop took too long and was cut short' : 'stopped at once');
      process.exit(exitCode);
    }),
    (it) => it[Symbol.dispose](),
  );
  const dataDirectory = resolve(configuration.dataDirectory);
  resources.own(lockDataDirectory(dataDirectory), (lock) => lock[Symbol.dispose]());

  const identity = await openIdentity({ configuration, accounts, dataDirectory, isQuickStart, clock, logger });
  resources.own(identity, (it) => it.identity[Symbol.asyncDispose]());
  const composed = composeProcess({
    configuration,
    accounts,
    identity,
    dataDirectory: realpathSync(dataDirectory),
    providerDirectories: [
      resolve(checkout, 'connectors'),
      ...configuration.connectors.directories.map((directory) => resolve(directory)),
      // where `isthmus provider create` puts what it makes
      ...(isQuickStart ? [resolve('my-connectors')] : []),
    ],
    closeGraceMs,
    clock,
    logger,
    wrote: (changes) => heldHeap?.wrote(changes),
    shutDown: () => process.kill(process.pid, 'SIGTERM'),
  });
  resources.own(composed, (it) => it[Symbol.asyncDispose]());
  const { url, failures } = await composed.start();
  refuseUseless(failures, isQuickStart, configuration);
  logger.info('isthmus runs', { version, url, dataDirectory, pid: process.pid });
  if (sources.file !== undefined)
    resources.own(new Reloads({ ...composed, sources, loaded, accounts, logging, source: process }).start(), (it) =>
      it[Symbol.dispose](),
    );

  if (root !== undefined)
    await runQuickStart({
      daemons: composed.daemons(),
      root,
      url,
      dataDirectory,
      out,
      clock,
      logger,
      stop: signals.stop,
    });
  await stopped(signals.stop);
  say('stopping ...');
  return 0;
}

/**
 * A server that fails takes no other down. But a process none of whose servers runs is of no use, and who tries the quick
 * start is to see at once what is wrong.
 */
function refuseUseless(failures: readonly unknown[], isQuickStart: boolean, { servers, startUp }: Configuration): void {
  const isUseless = startUp.length === 0 && failures.length > 0 && failures.length === Object.keys(servers).length;
  if (isQuickStart ? failures.length > 0 : isUseless) throw failures[0];
}

interface QuickStartRun {
  readonly daemons: ReadonlyMap<string, IntegrationDaemon>;
  readonly root: string;
  readonly url: string;
  readonly dataDirectory: string;
  readonly out: NodeJS.WriteStream;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly stop: AbortSignal;
}

/** Tells in a few lines what runs, where, what it has catalogued, and what to try next. */
async function runQuickStart({
  daemons,
  root,
  url,
  dataDirectory,
  out,
  clock,
  logger,
  stop,
}: QuickStartRun): Promise<void> {
  const [daemon] = daemons.values();
  if (daemon === undefined) return;
  const say = (line: string) => out.write(`${line}\n`);
  say(`Isthmus ${version} runs at ${url}; metadata is kept in ${dataDirectory}. Ctrl-C stops it.`);
  try {
    const connector = await quickStart(daemon, root, clock);
    say(`Cataloguing ${root} (connector ${connector.name} of ${quickStartGroup}) ...`);
    const run = await watchFirstScan(
      daemon,
      connector.connectorGuid,
      { isTerminal: out.isTTY === true, write: (text) => out.write(text) },
      clock,
      stop,
    );
    if (run === undefined) return;
    if ('code' in run) return void say(`Not catalogued: ${run.message} [${run.code}]\n  next: ${run.next}`);
    if (run.error !== undefined)
      return void say(`Not catalogued: ${run.error.message} [${run.error.code}]\n  next: ${run.error.next}`);
    say(`Catalogued ${describeScan(run)}. Changes of the folder are followed.`);
    if (run.findingCount > 0) say(`${run.findingCount} findings: see npx isthmus connector show ${connector.name}`);
    const option = url === 'http://127.0.0.1:9080' ? '' : ` --url ${url}`;
    say('Try next, in another terminal:');
    for (const command of ['status', 'find orders', `connector show ${connector.name}`])
      say(`  npx isthmus${option} ${command}`);
  } catch (error) {
    if (!stop.aborted) {
      logger.error('the quick start failed', { error });
      say(`The quick start failed: ${messageOf(error)}`);
    }
  }
}

/** In the quick start people read the lines above; log lines would drown them. */
function startLevel({ configuration, origins }: LoadedConfiguration, isQuickStart: boolean): string {
  return isQuickStart && origins.get('log.level')?.kind === 'default' ? 'warn' : configuration.log.level;
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((settle) => {
    // a timer of its own keeps the process alive whatever else does not
    const alive = setInterval(() => undefined, 60_000);
    const end = () => {
      clearInterval(alive);
      settle();
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
  });
}
