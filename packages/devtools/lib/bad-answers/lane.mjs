// One daemon as `isthmus serve` composes it, before it a faulty proxy, behind that a real metadata server of its own.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger, systemClock } from '@isthmus/kernel';
import { resolveAccounts } from '../../../daemon/dist/configuration/accounts.js';
import { loadConfiguration } from '../../../daemon/dist/configuration/load-configuration.js';
import { composeProcess } from '../../../daemon/dist/serve/process-composition.js';
import { root } from '../process.mjs';
import { storeRest } from '../store-rest.mjs';
import { faultyProxy } from './faulty-proxy.mjs';
import { RegisteredTruth } from './registered-truth.mjs';

/** Everything ten times as fast as by default, in the same proportions. */
export const timing = { pollSeconds: 1, requestTimeoutSeconds: 3, changeWaitSeconds: 2.5 };
const up = new Set(['waiting', 'refreshing', 'backing-off', 'stalled']);

export class Lane {
  /** @param parts { name, folder, providers, storeUrl, tokenVariable, isPlain, isWildcard, random } */
  static async open(parts) {
    const lane = new Lane(parts);
    lane.proxy = await faultyProxy({ target: parts.storeUrl, isPlain: parts.isPlain, random: parts.random });
    await lane.truth.setUp();
    await lane.start();
    return lane;
  }

  #composed;
  #daemonNumber = 0;

  constructor(parts) {
    this.parts = parts;
    this.name = parts.name;
    this.serverName = `store-${parts.name}`;
    this.store = storeRest(parts.storeUrl, { server: this.serverName, token: process.env[parts.tokenVariable] });
    this.truth = new RegisteredTruth({ name: parts.name, folder: parts.folder, store: this.store });
  }

  async start() {
    const { name, folder, providers } = this.parts;
    const file = join(folder, `daemon-${name}.yaml`);
    writeFileSync(file, JSON.stringify(this.#configuration()));
    const loaded = loadConfiguration({ file, environment: process.env, flags: new Map() });
    if (loaded.problems.length > 0) throw new Error(JSON.stringify(loaded.problems));
    const { accounts } = await resolveAccounts(loaded, false, process.env);
    const dataDirectory = join(folder, `data-${name}-${this.#daemonNumber}`);
    mkdirSync(dataDirectory, { recursive: true });
    this.#composed = composeProcess({
      configuration: loaded.configuration,
      accounts,
      dataDirectory,
      providerDirectories: [join(root, 'connectors'), providers],
      closeGraceMs: 5000,
      clock: systemClock,
      logger: silentLogger,
    });
    await this.#composed.start(new AbortController().signal);
  }

  async stop() {
    await this.#composed?.[Symbol.asyncDispose]();
    this.#composed = undefined;
  }

  /** The next start is that of another daemon, with an empty journal. */
  renew() {
    this.#daemonNumber += 1;
  }

  async connectors() {
    return (await this.#daemon?.connectors()) ?? [];
  }

  /** Whether the change feed, where there is one, is followed. */
  async isReachable() {
    return (await this.#daemon?.status())?.metadataServer.reachable === true;
  }

  /** Epoch ms at which time alone makes a group be read next; undefined while one is read. */
  nextReadAt() {
    const times = this.#daemon?.groups().map(({ nextReadAt }) => nextReadAt) ?? [];
    return times.includes(undefined) ? undefined : Math.min(...times);
  }

  /** For a person who looks why. */
  async view() {
    const reasonsOf = ({ key, state, conditions }) => [
      key.qualifiedName,
      state,
      ...conditions.flatMap(({ type, reason }) =>
        reason === undefined ? [] : [`${type}: ${reason.code} ${reason.message}`],
      ),
    ];
    return {
      groups: this.#daemon?.groups().map(reasonsOf),
      connectors: (await this.connectors())
        .filter(({ state }) => state !== 'waiting' && state !== 'refreshing')
        .map(({ name, state, reason }) => [name, state, reason?.code, reason?.message]),
    };
  }

  /** In which point the daemon does not hold what the store does; undefined: in none. */
  async deviation() {
    const { groups, entries } = this.truth;
    const states = new Map(this.#daemon?.groups().map((status) => [status.key.qualifiedName, status]));
    for (const [qualifiedName, { displayName }] of Object.entries(groups)) {
      const status = states.get(qualifiedName);
      if (status?.state !== 'in-step') return `${qualifiedName} is ${status?.state}`;
      if (status.displayName !== displayName) return `${qualifiedName} is shown as ${status.displayName}`;
    }
    const running = await this.connectors();
    if (running.length !== entries.size) return `${running.length} connectors of ${entries.size}`;
    for (const row of running) {
      const why = deviationOf(row, entries.get(row.connectorGuid));
      if (why !== undefined) return why;
    }
    return undefined;
  }

  get #daemonName() {
    return `integration-daemon-${this.#daemonNumber}`;
  }

  get #daemon() {
    return this.#composed?.daemons().get(this.#daemonName);
  }

  #configuration() {
    const { providers, tokenVariable, isWildcard } = this.parts;
    const { pollSeconds, requestTimeoutSeconds, changeWaitSeconds } = timing;
    const token = `\${env:${tokenVariable}}`;
    return {
      listen: { port: 0 },
      accounts: [{ name: 'admin', role: 'admin', token }],
      connectors: { directories: [providers] },
      servers: {
        [this.#daemonName]: {
          kind: 'integration-daemon',
          groups: isWildcard ? ['*'] : Object.keys(this.truth.groups),
          groupPollSeconds: pollSeconds,
          metadataServer: {
            name: this.serverName,
            url: this.proxy.url,
            token,
            requestTimeoutSeconds,
            changeWaitSeconds,
            // so that a group has several pages
            groupPageSize: 3,
          },
        },
      },
    };
  }
}

function deviationOf(row, real) {
  if (real === undefined) return `${row.name} runs and is not registered`;
  const { registration } = row;
  const seen = [row.group.qualifiedName, row.name, row.connectorId, registration?.refreshTimeInterval];
  const wanted = [real.group, real.name, real.registration, real.interval];
  if (String(seen) !== String(wanted)) return `${real.unique} is ${seen}, not ${wanted}`;
  const configured = registration?.connection?.configurationProperties;
  for (const [key, value] of Object.entries(real.configuration))
    if (configured?.[key] !== value) return `${real.unique} has ${key}=${configured?.[key]}, not ${value}`;
  return row.instanceId === undefined || !up.has(row.state) ? `${real.unique} is ${row.state}` : undefined;
}
