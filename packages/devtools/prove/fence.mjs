// Writes under a token that was given up: none is accepted by our server, by whatever route it comes, at rest, while the
// token is superseded, as a repeated batch, after `kill -9`, or with a header that cannot be read. The same writes under
// the token that is valid are accepted. A sync engine whose grant is given up in the middle of a run stops and says so.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fencedFace, fencedWrites, kindNames } from '../lib/fenced-writes.mjs';
import { root, serve, temporaryFolder } from '../lib/process.mjs';
import { isSlice, proof, seeded, seedFromArguments } from '../lib/report.mjs';
import { storeRest } from '../lib/store-rest.mjs';
import { superseded } from '../lib/superseded-run.mjs';

const { check, say, end } = proof('fence');
const random = seeded(seedFromArguments());
const count = isSlice ? 210 : 1000;
const rounds = isSlice ? 10 : 40;
const connections = 16;
const slot = 'integration-daemon|collection|group|connector ä';
const env = { ISTHMUS_TOKEN: 'admin-token', ISTHMUS_DAEMON_TOKEN: 'daemon-token' };
const folder = temporaryFolder('fence');
const config = join(folder, 'store.yaml');
writeFileSync(config, readFileSync(join(root, 'config/samples/metadata-store-only.yaml'), 'utf8'));

let server = await start();
let face = faceOf(server);

const writes = await fencedWrites(face, count);
say(`${count} writes of ${kindNames.length} kinds over ${connections} connections: ${kindNames.join(', ')}`);
const stale = { slot, token: 41 };
const valid = { slot, token: 42 };
// The slot belongs to 41 first, and one batch is written by it: later it comes again.
await face.batch({ id: 'of 41', operations: [named('of-41')] }, stale);
await face.batch({ id: 'of 42', operations: [] }, valid);

const before = await content();
const refused = [];
const half = Math.floor(count / 2);
await overConnections(writes.slice(0, half), async (write) => refused.push(await face.send(write, stale, '-stale')));
await server.kill();
server = await start();
face = faceOf(server);
await overConnections(writes.slice(half), async (write) => refused.push(await face.send(write, stale, '-stale')));
const accepted = refused.filter(({ body }) => body.relatedHTTPCode === 200);
check(
  `of ${count} writes under a token that was given up none is accepted, half of them after kill -9`,
  refused.length === count && accepted.length === 0,
  `${accepted.length} accepted`,
);
check(
  'each is refused because of its grant, for good',
  refused.every(({ body }) => body.relatedHTTPCode === 409 && isSuperseded(body)),
  sample(refused.filter(({ body }) => !(body.relatedHTTPCode === 409 && isSuperseded(body)))),
);
const repeated = [];
for (let time = 0; time < 20; time += 1)
  repeated.push(await face.batch({ id: 'of 41', operations: [named('of-41')] }, stale));
check(
  'a batch that had been accepted is refused too when it comes again under the old token',
  repeated.every(({ body }) => isSuperseded(body)),
  sample(repeated.filter(({ body }) => !isSuperseded(body))),
);
check(
  'nothing of them landed: elements, relationships, archived ones and the change sequence are the same',
  same(before, await content()),
);

await malformed();

const taken = [];
await overConnections(writes, async (write) => taken.push({ write, ...(await face.send(write, valid)) }));
const notTaken = taken.filter(
  ({ body }) =>
    body.relatedHTTPCode !== 200 || body.result?.items.some((item) => ['refused', 'unchanged'].includes(item.outcome)),
);
check(
  `the same ${count} writes under the valid token are accepted`,
  taken.length === count && notTaken.length === 0,
  sample(notTaken.map(({ write, body }) => ({ write: write.kindName, body }))),
);
check(
  'and they landed',
  (await content()).sequence >= before.sequence + count,
  `${(await content()).sequence - before.sequence} changes`,
);

await supersededInFlight();

for (const { statement, holds, detail } of await superseded({
  url: server.url,
  token: env.ISTHMUS_DAEMON_TOKEN,
  folder,
}))
  check(statement, holds, detail);
await server.stop();
end();

function start() {
  return serve(['--config', config, '--data-dir', join(folder, 'data'), '--port', '0'], { env });
}

function faceOf({ url }) {
  return fencedFace(url, storeRest(url, { token: env.ISTHMUS_TOKEN }), env.ISTHMUS_TOKEN);
}

function isSuperseded(body) {
  return body.isthmusCode === 'GRANT_SUPERSEDED' || /granted anew/.test(body.exceptionErrorMessage ?? '');
}

function named(text) {
  return { op: 'upsert', typeName: 'DataFile', qualifiedName: `DataFile::fence:/${text}`, properties: {} };
}

/** Everything that a reader can see, as one print. */
async function content() {
  const lineage = { forLineage: true };
  const { store } = face;
  const prints = [
    ...(await store.all('OpenMetadataRoot', 500, lineage)).map((found) => JSON.stringify(found)),
    ...(await store.allRelationships(undefined, 500, lineage)).map((found) => JSON.stringify(found)),
  ].sort();
  return {
    sequence: await face.sequence(),
    count: prints.length,
    print: createHash('sha256').update(prints.join('\n')).digest('hex'),
  };
}

function same(one, other) {
  return one.sequence === other.sequence && one.count === other.count && one.print === other.print && one.count > 0;
}

/** Works through a list over several connections at once, in random order. */
async function overConnections(list, work) {
  const left = list.map((item) => [random(), item]).sort(([a], [b]) => a - b);
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (let next = left.pop(); next !== undefined; next = left.pop()) await work(next[1]);
    }),
  );
}

/** A grant that cannot be read must not let a write pass unfenced. */
async function malformed() {
  const slotText = encodeURIComponent(slot);
  const headers = [
    '',
    ' ',
    '42',
    `-1 ${slotText}`,
    `42.5 ${slotText}`,
    `1e3 ${slotText}`,
    `0x2a ${slotText}`,
    `42  ${slotText}`,
  ];
  headers.push(
    `42\t${slotText}`,
    `42 ${slotText} more`,
    `42 %`,
    `42 %zz`,
    `9999999999999999 ${slotText}`,
    `nan ${slotText}`,
  );
  headers.push(
    `42 ${slotText}, 43 ${slotText}`,
    `42 ${'x'.repeat(2001)}`,
    `${slotText} 42`,
    `"42" ${slotText}`,
    `+42 ${slotText}`,
  );
  const before = await content();
  const passed = [];
  const perKind = new Map(writes.map((write) => [write.kindName, write]));
  for (const write of perKind.values()) {
    for (const header of headers) {
      const { body } = await face.send(write, header, '-malformed');
      if (body.relatedHTTPCode < 400 || body.relatedHTTPCode >= 500)
        passed.push(`${write.kindName} "${header.slice(0, 40)}" ${body.relatedHTTPCode}`);
    }
  }
  const inBody = [
    { slot, token: -1 },
    { slot, token: 42.5 },
    { slot, token: '42' },
    { slot: '', token: 42 },
    { slot },
    { token: 42 },
    null,
    'x',
  ];
  for (const grant of inBody) {
    const { body } = await face.batch({ id: 'malformed', operations: [named('malformed')], grant });
    if (body.relatedHTTPCode !== 400) passed.push(`body ${JSON.stringify(grant)} ${body.relatedHTTPCode}`);
  }
  check(
    `${headers.length} malformed grant headers on each of ${perKind.size} routes, and ${inBody.length} malformed grants in a batch, are refused`,
    passed.length === 0,
    passed.slice(0, 5).join(' | '),
  );
  const torn = [
    [
      { slot, token: 41 },
      { slot: 'another', token: 1 },
    ],
    [
      { slot: 'another', token: 1 },
      { slot, token: 41 },
    ],
    [
      { slot, token: 42 },
      { slot, token: 41 },
    ],
    [
      { slot, token: 41 },
      { slot, token: 42 },
    ],
  ];
  const through = [];
  for (const [header, grant] of torn) {
    const { body } = await face.batch({ id: 'torn', operations: [named('torn')], grant }, header);
    if (body.relatedHTTPCode === 200) through.push(JSON.stringify([header, grant]));
  }
  check('a batch whose header and body name different grants is refused', through.length === 0, through.join(' | '));
  check('nothing of them landed', same(before, await content()));
}

/** Writers go on under a token while it is superseded; what was sent after that was answered must be refused. */
async function supersededInFlight() {
  const racing = 'integration-daemon|collection|group|racing';
  let sent = 0;
  let landed = 0;
  let lateSent = 0;
  const wrong = [];
  const names = new Set();
  for (let token = 1; token <= rounds; token += 1) {
    let supersededBy;
    let isOver = false;
    const outcomes = [];
    const writers = Array.from({ length: connections }, async (_, connection) => {
      for (let number = 0; !isOver; number += 1) {
        const text = `race-${token}-${connection}-${number}`;
        const wasSuperseded = supersededBy !== undefined;
        const { body } = await face.batch({ id: text, operations: [named(text)] }, { slot: racing, token });
        outcomes.push({ text, wasSuperseded, body });
      }
    });
    await new Promise((settle) => setTimeout(settle, 5 + random() * 60));
    const { body } = await face.batch(
      { id: `take ${token}`, operations: [named('taken')] },
      { slot: racing, token: token + 1 },
    );
    supersededBy = body.result;
    await new Promise((settle) => setTimeout(settle, 15));
    isOver = true;
    await Promise.all(writers);
    for (const { text, wasSuperseded, body: answer } of outcomes) {
      sent += 1;
      if (wasSuperseded) lateSent += 1;
      if (answer.relatedHTTPCode === 200) {
        landed += 1;
        names.add(`DataFile::fence:/${text}`);
        if (wasSuperseded) wrong.push(`${text} was sent after its token had been superseded`);
        if (answer.result.changeSequence > supersededBy.sequenceBefore)
          wrong.push(`${text} landed after its token was superseded`);
      } else if (!isSuperseded(answer)) wrong.push(`${text}: ${JSON.stringify(answer).slice(0, 200)}`);
    }
  }
  const there = (await face.store.all('DataFile')).map(
    (found) => found.elementProperties.propertyValueMap.qualifiedName.primitiveValue,
  );
  const raced = there.filter((text) => text.startsWith('DataFile::fence:/race-'));
  check(
    `while ${rounds} tokens were superseded under ${connections} writers, nothing landed after its token was given up`,
    wrong.length === 0 && lateSent > 0 && landed > 0,
    wrong.length > 0
      ? wrong.slice(0, 3).join(' | ')
      : `${sent} writes, ${landed} landed before, ${lateSent} sent after`,
  );
  check(
    'the store holds exactly those that were accepted',
    raced.length === names.size && raced.every((text) => names.has(text)),
    `${raced.length}`,
  );
}

function sample(list) {
  return list.length === 0 ? '' : `${list.length}, e.g. ${JSON.stringify(list[0]).slice(0, 300)}`;
}
