// While it runs, registrations are added, changed in each field class, paused, resumed, removed, removed and added
// again, moved between groups; a group is emptied and deleted: through the store's REST and through the CLI. Each is
// effective within a second; the other connectors keep instance id, timers and run counts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isthmus, serve, temporaryFolder } from '../lib/process.mjs';
import { configurationMap, link, register } from '../lib/registration-rest.mjs';
import { proof, until } from '../lib/report.mjs';
import { long, storeRest } from '../lib/store-rest.mjs';

const { check, checkWithin, end } = proof('registrations', { isTimed: true });
const withinMs = 1000;
const folders = temporaryFolder('folders');
const daemon = await serve(['--data-dir', temporaryFolder('data'), '--port', '0']);
const store = storeRest(daemon.url);
const api = async (path) => {
  const response = await fetch(`${daemon.url}/api/v1${path}`);
  return { status: response.status, body: await response.json() };
};
const cli = (...args) => {
  const result = isthmus(daemon.url, ...args);
  if (result.code !== 0) console.log(`     isthmus ${args.join(' ')} ended with ${result.code}: ${result.stderr}`);
  return result;
};
const connector = async (guid, group) => {
  const { status, body } = await api(
    `/connectors/${encodeURIComponent(guid)}${group === undefined ? '' : `?group=${encodeURIComponent(group)}`}`,
  );
  return status === 200 ? body : undefined;
};
const isUp = (status) =>
  status !== undefined && status.instanceId !== undefined && ['waiting', 'refreshing'].includes(status.state);

// the others, which nothing may disturb
const bystanderGroup = 'IntegrationGroup::Bystanders';
cli('group', 'create', bystanderGroup);
for (const name of ['one', 'two', 'three'])
  cli('connector', 'add', bystanderGroup, '--name', name, '--provider', 'files', '--root', folder(`bystander-${name}`));
const bystanders = await until(async () => {
  const rows = (await api(`/connectors?group=${encodeURIComponent(bystanderGroup)}`)).body.items;
  return rows.length === 3 &&
    rows.every((row) => row.state === 'waiting' && row.runCount === 1 && row.nextDueAt !== undefined)
    ? rows
    : undefined;
}, 20_000);
check('bystanders run', bystanders !== undefined);
const calm = (row) =>
  JSON.stringify([
    row.connectorGuid,
    row.instanceId,
    row.instanceStartedAt,
    row.nextDueAt,
    row.runCount,
    row.restartCount,
    row.state,
  ]);
const before = bystanders.map(calm).sort();

for (const way of ['REST', 'CLI']) {
  const groupName = `IntegrationGroup::Proof-${way}`;
  const otherName = `IntegrationGroup::Other-${way}`;
  const viaRest = way === 'REST';
  const groups = {};
  for (const name of [groupName, otherName]) {
    await effective(
      `${way}: a group is created`,
      async () => {
        if (viaRest) groups[name] = await store.create('IntegrationGroup', { qualifiedName: name, displayName: name });
        else cli('group', 'create', name);
      },
      async () => (await api(`/groups/${encodeURIComponent(name)}`)).body.state === 'in-step',
    );
    groups[name] ??= (await store.byName('IntegrationGroup', name)).elementGUID;
  }
  const root = folder(`subject-${way}`);
  let made;
  await effective(
    `${way}: a registration is added`,
    async () => {
      made = viaRest
        ? await register(store, groups[groupName], 'subject', root)
        : {
            connector: cli(
              'connector',
              'add',
              groupName,
              '--name',
              'subject',
              '--provider',
              'files',
              '--root',
              root,
              '--json',
            ).json().connectorGuid,
          };
    },
    async () => isUp(await connector(made.connector)),
  );
  await until(async () => (await connector(made.connector))?.runCount === 1, 10_000);
  const first = await connector(made.connector);
  if (!viaRest) made = await parts(made.connector);

  await effective(
    `${way}: a cosmetic field changes (name), same instance`,
    () =>
      viaRest
        ? store.updateRelationship(made.registration, { connectorName: 'renamed' })
        : cli('connector', 'update', 'subject', '--name', 'renamed'),
    async () => {
      const now = await connector(made.connector);
      return now?.name === 'renamed' && now.instanceId === first.instanceId && now.runCount === first.runCount;
    },
  );
  await effective(
    `${way}: the schedule changes, only the timer does`,
    () =>
      viaRest
        ? store.updateRelationship(made.registration, { refreshTimeInterval: long(7) })
        : cli('connector', 'update', 'renamed', '--every', '7'),
    async () => {
      const now = await connector(made.connector);
      return (
        Date.parse(now?.nextDueAt) - Date.parse(now?.lastRun?.endedAt) <= 7 * 60_000 * 1.01 &&
        now.instanceId === first.instanceId &&
        now.runCount === first.runCount
      );
    },
  );
  await effective(
    `${way}: a hot field changes (exclude), the instance takes it over`,
    () =>
      viaRest
        ? store.update(made.connection, {
            configurationProperties: configurationMap({ 'isthmus.source': made.unique ?? 'subject', exclude: '*.tmp' }),
          })
        : cli('connector', 'update', 'renamed', '--set', 'exclude=*.tmp'),
    async () => {
      const now = await connector(made.connector);
      return (
        JSON.stringify(now?.registration?.configuration ?? {}).includes('*.tmp') &&
        isUp(now) &&
        now.instanceId === first.instanceId
      );
    },
  );
  const hot = await connector(made.connector);
  await effective(
    `${way}: a cold field changes (folder), a new instance`,
    () =>
      viaRest
        ? store.update(made.endpoint, { networkAddress: folder(`subject-${way}-moved`) })
        : cli('connector', 'update', 'renamed', '--root', folder(`subject-${way}-moved`)),
    async () => {
      const now = await connector(made.connector);
      return isUp(now) && now.instanceId !== hot.instanceId;
    },
  );
  await effective(
    `${way}: an identity field changes (provider unknown), it fails and says why`,
    () => store.update(made.connectorType, { connectorProviderClassName: 'no-such-provider' }),
    async () => {
      const now = await connector(made.connector);
      return now?.state === 'failed' && now.reason?.code === 'PROVIDER_UNKNOWN';
    },
  );
  await effective(
    `${way}: and back`,
    () => store.update(made.connectorType, { connectorProviderClassName: 'files' }),
    async () => isUp(await connector(made.connector)),
  );

  await effective(
    `${way}: paused`,
    () => cli('connector', 'pause', 'renamed', '--group', groupName, '--reason', 'proof'),
    async () => (await connector(made.connector))?.state === 'paused',
  );
  await effective(
    `${way}: resumed`,
    () => cli('connector', 'resume', 'renamed', '--group', groupName),
    async () => isUp(await connector(made.connector)),
  );

  await effective(
    `${way}: removed`,
    () =>
      viaRest
        ? store.unrelate(made.registration)
        : cli('connector', 'remove', 'renamed', '--group', groupName, '--yes'),
    async () => (await connector(made.connector)) === undefined,
  );
  await effective(
    `${way}: added again`,
    async () => {
      if (viaRest) made.registration = await link(store, groups[groupName], made.connector, 'again');
      else
        made = await parts(
          cli('connector', 'add', groupName, '--name', 'again', '--provider', 'files', '--root', root, '--json').json()
            .connectorGuid,
        );
    },
    async () => isUp(await connector(made.connector)),
  );
  await effective(
    `${way}: removed and added again in one go`,
    async () => {
      await store.unrelate(made.registration);
      made.registration = await link(store, groups[groupName], made.connector, 'at-once');
    },
    async () => {
      const now = await connector(made.connector);
      return isUp(now) && now.name === 'at-once' && now.connectorId === made.registration;
    },
  );

  await effective(
    `${way}: moved to another group`,
    async () => {
      if (viaRest) {
        const next = await link(store, groups[otherName], made.connector, 'moved');
        await store.unrelate(made.registration);
        made.registration = next;
      } else {
        cli('connector', 'move', 'at-once', otherName);
      }
    },
    async () => {
      const now = await connector(made.connector);
      return isUp(now) && now.group.qualifiedName === otherName;
    },
  );

  await effective(
    `${way}: the group is emptied`,
    async () => {
      if (viaRest) await store.unrelate(made.registration);
      else cli('connector', 'remove', made.connector, '--yes');
    },
    async () => {
      const { body } = await api(`/connectors?group=${encodeURIComponent(otherName)}`);
      return body.items.length === 0;
    },
  );
  for (const name of [groupName, otherName]) {
    await effective(
      `${way}: a group is deleted`,
      () => (viaRest ? store.remove(groups[name]) : cli('group', 'delete', name, '--yes')),
      async () => (await api(`/groups/${encodeURIComponent(name)}`)).status === 404,
    );
  }
}

const after = (await api(`/connectors?group=${encodeURIComponent(bystanderGroup)}`)).body.items.map(calm).sort();
const disturbed = after.filter((row) => !before.includes(row));
check(
  'the other connectors keep instance id, timers and run counts',
  disturbed.length === 0,
  disturbed.length === 0 ? `${before.length} compared` : `${before.join(' ')} became ${after.join(' ')}`,
);
await daemon.stop();
end();

/** Counts from the moment that the store or the daemon answered. */
async function effective(what, act, isThere) {
  await act();
  const started = performance.now();
  const there = await until(isThere, 10_000, 10);
  const took = Math.round(performance.now() - started);
  await checkWithin(
    what,
    { holds: there === true, tookMs: took, limitMs: withinMs },
    there
      ? `${took} ms after the answer`
      : `not within 10 s: ${JSON.stringify((await api('/connectors')).body.items?.map((row) => [row.name, row.state, row.reason?.code]))}`,
  );
}

function folder(name) {
  const path = join(folders, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'a.csv'), 'id,name\n1,a\n');
  return path;
}

/** GUIDs of what the CLI made. */
async function parts(connectorGuid) {
  const next = async (guid, type) =>
    (await store.post(`/related-elements/${guid}/type/${type}?startingAtEnd=1`, {})).relatedElementList.elementList[0]
      .element.elementGUID;
  const connection = await next(connectorGuid, 'AssetConnection');
  const registrations = (
    await store.post(`/related-elements/${connectorGuid}/type/RegisteredIntegrationConnector?startingAtEnd=2`, {})
  ).relatedElementList.elementList;
  return {
    connector: connectorGuid,
    connection,
    connectorType: await next(connection, 'ConnectionConnectorType'),
    endpoint: await next(connection, 'ConnectToEndpoint'),
    registration: registrations[0].relationshipGUID,
  };
}
