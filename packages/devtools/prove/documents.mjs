// The document of a running daemon with 20 groups of 50 connectors is changed 1,000 times by 8 clients at once over HTTP,
// group by group and as a whole: no change is lost, whatever is read in between is valid, each change is in the audit
// trail, the connectors go on undisturbed, revisions come back as they were, and all of it is there after a kill -9.
import { adminRest } from '../lib/documents/admin-rest.mjs';
import { changingClient } from '../lib/documents/changing-client.mjs';
import { headers, instances, startDaemon, startPlatform } from '../lib/documents/many-groups.mjs';
import { temporaryFolder } from '../lib/process.mjs';
import { isSlice, percentile, proof, seeded, seedFromArguments } from '../lib/report.mjs';

const { check, say, end } = proof('documents');
const seed = seedFromArguments();
const clientCount = 8;
const changeCount = 1_000;
const [groupCount, connectorsAGroup] = isSlice ? [4, 10] : [20, 50];
const connectorCount = groupCount * connectorsAGroup;
const serverName = `proof-${seed}`;
const folder = temporaryFolder('documents');
let platform = await startPlatform(folder);
let admin = adminRest(platform.url, serverName, headers);
const metadataServer = { url: platform.url, name: 'metadata-store' };
const own = await startDaemon(admin, platform.url, serverName, groupCount, connectorsAGroup);
const firstLine = (await admin.audit(1))[0].number;
const before = await instances(platform.url, serverName, connectorCount, 60_000);
check(`${groupCount} groups of ${connectorsAGroup} connectors run`, before?.size === connectorCount);

// clients change, a reader looks
const clients = Array.from({ length: clientCount }, (_none, index) =>
  changingClient(admin, metadataServer, `client${index + 1}`, seeded(seed + index)),
);
let left = changeCount;
let reading = true;
const reader = readAlong();
const began = performance.now();
await Promise.all(
  clients.map(async (client) => {
    while (left > 0) {
      left -= 1;
      await client.change();
    }
  }),
);
const tookMs = performance.now() - began;
reading = false;
const read = await reader;
const latencies = clients.flatMap((client) => client.figures().latencies);
const conflicts = clients.reduce((sum, client) => sum + client.figures().conflicts, 0);
say(
  `${latencies.length} changes by ${clientCount} clients in ${(tookMs / 1000).toFixed(1)} s, ` +
    `median ${percentile(latencies, 0.5).toFixed(1)} ms, 99 of 100 within ${percentile(latencies, 0.99).toFixed(1)} ms; ` +
    `${conflicts} whole documents were refused as stale and made anew`,
);
check('each change was made', latencies.length === changeCount, `${latencies.length} of ${changeCount}`);
check('whatever was read in between was valid', read.wrong.length === 0, read.wrong[0] ?? `${read.count} reads`);

await compare('');
const after = await instances(platform.url, serverName, connectorCount, 10_000);
const moved = [...before].filter(([name, instance]) => after?.get(name) !== instance);
check('connectors whose group nobody changed went on undisturbed', moved.length === 0, `${before.size} connectors`);

// revisions
const revisions = await admin.revisions();
const revisionNumbers = revisions.map(({ revision }) => revision);
check(
  'revisions are listed without a gap, newest first',
  revisionNumbers.length > 1 && revisionNumbers.every((number, index) => number === revisionNumbers[0] - index),
  `${revisionNumbers.length} kept, newest ${revisionNumbers[0]}`,
);
const oldest = revisionNumbers.at(-1);
const old = (await admin.must('GET', `/configuration/revisions/${oldest}`)).body.omagserverConfig;
await admin.restore(oldest);
const restored = (await admin.document()).document;
check('an earlier revision is restored as it was', same(without(old), without(restored)), `revision ${oldest}`);
await admin.restore(revisionNumbers[0]);
await compare(', after the newest was restored', 2);

const last = (await admin.document()).document;
await platform.kill();
platform = await startPlatform(folder);
admin = adminRest(platform.url, serverName, headers);
check('all of it is there after a kill -9', same(last, (await admin.document()).document));
await platform.stop();
end();

/** Holds what is stored against what the clients expect. */
async function compare(when, moreLines = 0) {
  const groups = new Map((await admin.groups()).map((group) => [group.integrationGroupQualifiedName, group]));
  const kept = own.map((group) => [group.integrationGroupQualifiedName, group.secretsStoreCollection]);
  const wanted = new Map([...kept, ...clients.flatMap((client) => [...client.expected().groups])]);
  const lost = [...wanted].filter(([name, mark]) => groups.get(name)?.secretsStoreCollection !== mark);
  const extra = [...groups.keys()].filter((name) => !wanted.has(name));
  const detail = lost.length + extra.length === 0 ? `${wanted.size} groups` : JSON.stringify({ lost, extra });
  check(`no change of a group was lost${when}`, lost.length === 0 && extra.length === 0, detail);

  const counted = clients.reduce((sum, client) => sum + client.expected().counted, 0);
  const shown = Number((await admin.document()).document.localServerDescription ?? 0);
  check(`no change of the whole document was lost${when}`, shown === counted, `counted to ${shown} of ${counted}`);

  const audit = (await admin.audit(10_000)).filter(({ number }) => number > firstLine);
  const noted = tally(audit.slice(moreLines).map(({ what }) => what));
  const made = tally(clients.flatMap((client) => client.expected().lines));
  const differing = [...new Set([...noted.keys(), ...made.keys()])].filter(
    (line) => noted.get(line) !== made.get(line),
  );
  check(
    `every change is in the audit trail, and nothing else${when}`,
    differing.length === 0,
    differing[0] ?? `${audit.length} lines`,
  );
  const complete = audit.every(({ by, from, at }) => by !== '' && from !== '' && Date.parse(at) > 0);
  check(`each line says who, when and from where${when}`, complete);
}

/** Reads the document all the while. */
async function readAlong() {
  const wrong = [];
  let count = 0;
  let newest = 0;
  for (; reading; await new Promise((settle) => setTimeout(settle, 20))) {
    const { etag, document } = await admin.document();
    count += 1;
    const revision = Number(/^"(\d+)-/.exec(etag ?? '')?.[1] ?? 0);
    if (revision < newest) wrong.push(`revision ${revision} after ${newest}`);
    newest = revision;
    if (document.localServerName !== serverName) wrong.push(`the name is ${document.localServerName}`);
    for (const group of document.dynamicIntegrationGroupsConfig ?? [])
      if (group.omagserverPlatformRootURL !== metadataServer.url || group.omagserverName !== metadataServer.name)
        wrong.push(`a group is ${JSON.stringify(group)}`);
  }
  return { wrong, count };
}

function tally(lines) {
  const counts = new Map();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

function without({ auditTrail: _trail, ...document }) {
  return document;
}

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
