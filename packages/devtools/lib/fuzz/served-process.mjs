// A process as `isthmus serve` composes it, that tells its parent what serves no client: its routes, errors that nobody
// caught, what it logged as a fault, how long its event loop stood still.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { silentLogger, systemClock } from '@isthmus/kernel';
import { resolveAccounts } from '../../../daemon/dist/configuration/accounts.js';
import { loadConfiguration } from '../../../daemon/dist/configuration/load-configuration.js';
import { composeProcess } from '../../../daemon/dist/serve/process-composition.js';
import { openIdentity } from '../../../daemon/dist/serve/process-identity.js';
import { root } from '../process.mjs';

const [file, dataDirectory] = process.argv.slice(2);
const faults = [];
const note = (kind) => (fault) => faults.length < 50 && faults.push(`${kind}: ${fault?.stack ?? fault}`);
process.on('uncaughtException', note('nobody caught'));
process.on('unhandledRejection', note('nobody waited for'));
const logger = {
  ...silentLogger,
  error: (message, fields) =>
    note('logged')(`${message} ${fields?.route ?? ''} ${fields?.error?.stack ?? JSON.stringify(fields)}`),
  child: () => logger,
};

const loaded = loadConfiguration({ file, environment: process.env, flags: new Map() });
if (loaded.problems.length > 0) throw new Error(JSON.stringify(loaded.problems));
const { configuration } = loaded;
const { accounts, problems } = await resolveAccounts(loaded, false, process.env);
if (problems.length > 0) throw new Error(JSON.stringify(problems));
mkdirSync(dataDirectory, { recursive: true });
const parts = { configuration, accounts, dataDirectory, clock: systemClock, logger };
const identity = await openIdentity({ ...parts, isQuickStart: false });
const composed = composeProcess({
  ...parts,
  identity,
  providerDirectories: [join(root, 'connectors')],
  closeGraceMs: 2000,
  // the proof asks for it, too, and wants the process to stay
  shutDown: () => undefined,
});
const { url } = await composed.start();
const loop = monitorEventLoopDelay({ resolution: 5 });
loop.enable();
process.on('message', async (wish) => {
  if (wish === 'report') {
    process.send({
      faults: faults.splice(0),
      loopMaxMs: loop.max / 1e6,
      heapMiB: process.memoryUsage().heapUsed / 2 ** 20,
    });
    loop.reset();
    return;
  }
  await composed[Symbol.asyncDispose]();
  await identity.identity[Symbol.asyncDispose]();
  process.disconnect();
});
process.send({ url, routes: composed.routes() });
