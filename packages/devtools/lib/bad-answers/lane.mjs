// One daemon as `isthmus serve` composes it, before it a faulty proxy, behind that a real metadata server of its own;
// and what its two groups really hold, so that it can be told whether the daemon follows the truth.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { silentLogger, systemClock } from '@isthmus/kernel';
import { resolveAccounts } from '../../../daemon/dist/configuration/accounts.js';
import { loadConfiguration } from '../../../daemon/dist/configuration/load-configuration.js';
import { composeProcess } from '../../../daemon/dist/serve/process-composition.js';
import { root } from '../process.mjs';
import { configurationMap, link } from '../registration-rest.mjs';
import { long, storeRest } from '../store-rest.mjs';
import { faultyProxy } from './faulty-proxy.mjs';

/** Everything ten times as fast as by default, in the same proportions. */
export const timing = { pollSeconds: 1, requestTimeoutSeconds: 3, changeWaitSeconds: 2.5 };
/** Six fields: with seconds. Many run seldom, so that what is measured is not how fast this machine runs connectors. */
export const often = '*/2 * * * * *';
const seldom = '*/15 * * * * *';
const up = new Set(['waiting', 'refreshing', 'backing-off']);

/**
 * @param options { name, folder, providers, storeUrl, token, isPlain, isWildcard, random, logger }
 */
export async function openLane(options) {
  const { name, folder, storeUrl, token, isPlain, isWildcard, random } = options;
  const server = `store-${name}`;
  const store = storeRest(storeUrl, { server, token });
  const proxy = await faultyProxy({ target: storeUrl, isPlain, random });
  const groups = {};
  /** What is registered, by connector GUID. */
  const truth = new Map();
  let composed;
  let directory = 0;
  let added = 0;

  for (const [index, size] of [7, 4].entries()) {
    const qualifiedName = `IntegrationGroup::${name}-${index}`;
    const guid = await store.create('IntegrationGroup', { qualifiedName, displayName: qualifiedName });
    // told once more, so that there is an older version of it
    await store.update(guid, { displayName: 'a group' });
    groups[qualifiedName] = { guid, displayName: 'a group' };
    for (let number = 0; number < size; number++) await register(qualifiedName, `${index}-${number}`);
    await register(qualifiedName, `${index}-files`, 'files');
  }
  await start();

  return {
    name,
    isPlain,
    proxy,
    store,
    truth,
    groups,
    start,
    stop,
    renew,
    register,
    change,
    deviation,
    connectors,
    view,
  };

  async function start() {
    const file = join(folder, `daemon-${name}.yaml`);
    writeFileSync(
      file,
      JSON.stringify({
        listen: { port: 0 },
        accounts: [{ name: 'admin', role: 'admin', token: `\${env:${options.tokenVariable}}` }],
        connectors: { directories: [options.providers] },
        servers: {
          [daemonName()]: {
            kind: 'integration-daemon',
            groups: isWildcard ? ['*'] : Object.keys(groups),
            groupPollSeconds: timing.pollSeconds,
            metadataServer: {
              name: server,
              url: proxy.url,
              token: `\${env:${options.tokenVariable}}`,
              requestTimeoutSeconds: timing.requestTimeoutSeconds,
              changeWaitSeconds: timing.changeWaitSeconds,
              groupPageSize: 3,
            },
          },
        },
      }),
    );
    const loaded = loadConfiguration({ file, environment: process.env, flags: new Map() });
    if (loaded.problems.length > 0) throw new Error(JSON.stringify(loaded.problems));
    const { accounts } = await resolveAccounts(loaded, false, process.env);
    const dataDirectory = join(folder, `data-${name}-${directory}`);
    mkdirSync(dataDirectory, { recursive: true });
    composed = composeProcess({
      configuration: loaded.configuration,
      accounts,
      dataDirectory,
      providerDirectories: [join(root, 'connectors'), options.providers],
      closeGraceMs: 5000,
      clock: systemClock,
      logger: options.logger ?? silentLogger,
    });
    await composed.start(new AbortController().signal);
  }

  async function stop() {
    await composed?.[Symbol.asyncDispose]();
    composed = undefined;
  }

  /** The next start is that of another daemon, with an empty journal. */
  function renew() {
    directory += 1;
  }

  function daemonName() {
    return `integration-daemon-${directory}`;
  }

  async function register(group, label, provider = 'steady') {
    const unique = `${name}-${label}`;
    const files = join(folder, `files-${unique}`);
    if (provider === 'files') {
      mkdirSync(files, { recursive: true });
      for (const file of ['a.csv', 'b.csv', 'c.txt']) writeFileSync(join(files, file), 'id,name\n1,one\n');
    }
    const configuration = {
      'isthmus.source': unique,
      'isthmus.schedule': label.endsWith('-0') ? often : seldom,
      ...(provider === 'steady' ? { lane: name, name: unique, note: 'first' } : {}),
    };
    const connector = await store.create('IntegrationConnector', {
      qualifiedName: `IntegrationConnector::${unique}`,
      displayName: 'new',
    });
    await store.update(connector, { displayName: unique });
    const connection = await store.create('Connection', {
      qualifiedName: `Connection::${unique}`,
      configurationProperties: configurationMap(configuration),
    });
    const type = await store.create('ConnectorType', {
      qualifiedName: `ConnectorType::${unique}`,
      connectorProviderClassName: provider,
    });
    const endpoint = await store.create('Endpoint', { qualifiedName: `Endpoint::${unique}`, networkAddress: files });
    await store.relate('AssetConnection', connector, connection);
    await store.relate('ConnectionConnectorType', connection, type);
    await store.relate('ConnectToEndpoint', connection, endpoint);
    const registration = await link(store, groups[group].guid, connector, unique, 60);
    const entry = { connector, connection, registration, group, unique, name: unique, interval: 60, provider };
    truth.set(connector, { ...entry, configuration });
    return entry;
  }

  /**
   * Really changes something, at the store itself. Of the groups only few leave at a time: what would need a person's
   * word is not what is proved here.
   * @returns {{ what: string, mayStop: readonly string[] }} unique names of the connectors that may get or lose an instance
   */
  async function change(random) {
    const names = Object.keys(groups);
    const group = names[Math.floor(random() * names.length)];
    const members = [...truth.values()].filter((entry) => entry.group === group && entry.provider === 'steady');
    const one = members[Math.floor(random() * members.length)];
    const what = ['add', 'remove', 'configuration', 'schedule', 'rename', 'move', 'group'][Math.floor(random() * 7)];
    const size = members.length;
    if (what === 'add' || ((what === 'remove' || what === 'move') && size <= 3)) {
      const { unique } = await register(group, `added-${added++}`);
      return { what: 'add', mayStop: [unique] };
    }
    const kept = truth.get(one.connector);
    switch (what) {
      case 'remove':
        await store.unrelate(one.registration);
        truth.delete(one.connector);
        return { what, mayStop: [one.unique] };
      case 'move': {
        const other = names.find((candidate) => candidate !== group);
        const registration = await link(store, groups[other].guid, one.connector, one.name, one.interval);
        await store.unrelate(one.registration);
        truth.set(one.connector, { ...kept, group: other, registration });
        return { what, mayStop: [one.unique] };
      }
      case 'configuration': {
        const configuration = { ...kept.configuration, note: `note ${Math.floor(random() * 1e6)}` };
        await store.update(one.connection, { configurationProperties: configurationMap(configuration) });
        truth.set(one.connector, { ...kept, configuration });
        return { what, mayStop: [] };
      }
      case 'schedule': {
        const interval = 60 + Math.floor(random() * 1000);
        await store.updateRelationship(one.registration, { refreshTimeInterval: long(interval) });
        truth.set(one.connector, { ...kept, interval });
        return { what, mayStop: [] };
      }
      case 'rename': {
        const renamed = `${one.unique} ${Math.floor(random() * 1000)}`;
        await store.updateRelationship(one.registration, { connectorName: renamed });
        truth.set(one.connector, { ...kept, name: renamed });
        return { what, mayStop: [] };
      }
      default: {
        const displayName = `a group ${Math.floor(random() * 1000)}`;
        await store.update(groups[group].guid, { displayName });
        groups[group] = { ...groups[group], displayName };
        return { what: 'group', mayStop: [] };
      }
    }
  }

  function daemon() {
    return composed?.daemons.get(daemonName());
  }

  async function connectors() {
    return (await daemon()?.connectors()) ?? [];
  }

  /** For a person who looks why. */
  async function view() {
    const reasonsOf = ({ key, state, conditions }) => [
      key.qualifiedName,
      state,
      ...conditions.flatMap(({ type, reason }) =>
        reason === undefined ? [] : [`${type}: ${reason.code} ${reason.message}`],
      ),
    ];
    return {
      groups: daemon()?.groups().map(reasonsOf),
      connectors: (await connectors())
        .filter(({ state }) => state !== 'waiting' && state !== 'refreshing')
        .map(({ name, state, reason }) => [name, state, reason?.code, reason?.message]),
    };
  }

  /** In which point the daemon does not hold what the store does; undefined: in none. */
  async function deviation() {
    const states = new Map(
      daemon()
        ?.groups()
        .map((status) => [status.key.qualifiedName, status]),
    );
    for (const [qualifiedName, { displayName }] of Object.entries(groups)) {
      const status = states.get(qualifiedName);
      if (status?.state !== 'in-step') return `${qualifiedName} is ${status?.state}`;
      if (status.displayName !== displayName) return `${qualifiedName} is shown as ${status.displayName}`;
    }
    const running = await connectors();
    if (running.length !== truth.size) return `${running.length} connectors of ${truth.size}`;
    for (const row of running) {
      const real = truth.get(row.connectorGuid);
      if (real === undefined) return `${row.name} runs and is not registered`;
      const { registration } = row;
      const seen = [row.group.qualifiedName, row.name, row.connectorId, registration?.refreshTimeInterval];
      const wanted = [real.group, real.name, real.registration, real.interval];
      if (String(seen) !== String(wanted)) return `${real.unique} is ${seen}, not ${wanted}`;
      const configured = registration?.connection?.configurationProperties;
      for (const [key, value] of Object.entries(real.configuration))
        if (configured?.[key] !== value) return `${real.unique} has ${key}=${configured?.[key]}, not ${value}`;
      if (row.instanceId === undefined || !up.has(row.state)) return `${real.unique} is ${row.state}`;
    }
    return undefined;
  }
}
