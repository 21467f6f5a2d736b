#!/usr/bin/env node
// A fresh platform that keeps nothing, in the manners of one release of Egeria, to hold recordings and clients against:
//
//   npm run -s conformance-server -- --port 9443 --release 6.1
//
// Prints when it is ready, and ends at SIGTERM or SIGINT.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadConfiguration } from '../daemon/dist/configuration/load-configuration.js';
import { WinstonLogging } from '../daemon/dist/logging/winston-logger.js';
import { composeProcess } from '../daemon/dist/serve/process-composition.js';
import { newOwnToken, ownAccount } from '../daemon/dist/serve/process-identity.js';
import { systemClock } from '../kernel/dist/index.js';
import { createIdentity } from '../platform/dist/index.js';

const usage =
  'usage: npm run -s conformance-server -- --port <port> --release 4.3|6.1 [--host <address>] [--log-level <level>]';
/** How the recorded platform of 6.1 was configured to call itself. */
const recordedDescription = { displayName: 'Lab Platform', description: 'Lab platform', organizationName: 'Lab' };
const options = readOptions();
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const dataDirectory = realpathSync(mkdtempSync(join(tmpdir(), 'isthmus-conformance-')));
process.on('exit', () => rmSync(dataDirectory, { recursive: true, force: true }));

const { configuration } = loadConfiguration({ environment: {}, flags: new Map() });
const logging = new WinstonLogging({ level: options.logLevel, format: 'text' }, process.stderr);
const ownToken = newOwnToken();
const identity = await createIdentity({
  users: [{ name: 'garygeeke', password: 'secret', role: 'admin', displayName: 'Gary Geeke' }],
  ownAccounts: [ownAccount(ownToken)],
  release: options.release,
  ...(options.release === '6.1' ? {} : { userIdInPath: 'admin' }),
  clock: systemClock,
  logger: logging.logger,
});
const composed = composeProcess({
  configuration: {
    ...configuration,
    listen: { host: options.host, port: options.port, hostNames: [] },
    egeria: { ...configuration.egeria, ...recordedDescription, release: options.release },
    servers: {},
  },
  accounts: [],
  identity: { identity, ownToken },
  dataDirectory,
  providerDirectories: [join(root, 'connectors'), join(root, 'packages/devtools/conformance/providers')],
  closeGraceMs: 3000,
  clock: systemClock,
  logger: logging.logger,
  shutDown: () => process.kill(process.pid, 'SIGTERM'),
});
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, stop);
const { url } = await composed.start();
console.log(`ready: a platform of release ${options.release} at ${url}`);

async function stop() {
  try {
    await composed[Symbol.asyncDispose]();
    process.exit(0);
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}

/** @returns {{ host: string, port: number, release: '4.3' | '6.1' | 'both', logLevel: string }} */
function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string' },
        host: { type: 'string', default: '127.0.0.1' },
        release: { type: 'string', default: 'both' },
        'log-level': { type: 'string', default: 'error' },
      },
    });
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('--port is needed');
    if (!['4.3', '6.1', 'both'].includes(values.release)) throw new Error(`there is no release ${values.release}`);
    return { host: values.host, port, release: values.release, logLevel: values['log-level'] };
  } catch (error) {
    console.error(`${error.message}\n${usage}`);
    process.exit(2);
  }
}
