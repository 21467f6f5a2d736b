// Every route of a process, asked for what no client should ask: wrong types, huge and deep bodies, broken JSON, odd
// encodings, long paths, wrong methods, missing and forged tokens. Nothing crashes, hangs, answers 5xx, tells a stack
// trace or a secret, or leaves half of something in a database.
//
//   node packages/devtools/prove/fuzz.mjs [--slice] [--seed=N] [--only=<part of a path>] [--requests=N]
import { fork, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from '@photostructure/sqlite';
import { requestMaker } from '../lib/fuzz/request-maker.mjs';
import { hangMs, rawRequests, sender } from '../lib/fuzz/sender.mjs';
import { forgedTokens } from '../lib/fuzz/tokens.mjs';
import { Verdicts } from '../lib/fuzz/verdicts.mjs';
import { slowness } from '../lib/pace.mjs';
import { root, temporaryFolder } from '../lib/process.mjs';
import { isSlice, percentile, proof, seeded, seedFromArguments } from '../lib/report.mjs';

const { check, say, end } = proof('fuzz');
const argument = (name) => process.argv.find((text) => text.startsWith(`--${name}=`))?.slice(name.length + 3);
const requestCount = Number(argument('requests') ?? (isSlice ? 2_000 : 50_000));
const only = argument('only') ?? '';
const atOnce = 8;
const random = seeded(seedFromArguments());

/** Tables that move by themselves: counters, and what is put in order later. */
const movesByItself = /^(meta|bucket|letter_pair|element_text.*|sqlite_.*)$/;

const folder = temporaryFolder('fuzz');
const data = join(folder, 'data');
const secrets = {
  admin: 'static-admin-token-0123456789',
  viewer: 'static-viewer-token-0123456789',
  password: 'a password of ada',
};
mkdirSync(data);
const file = join(folder, 'isthmus.yaml');
writeFileSync(
  file,
  JSON.stringify({
    listen: { port: 0 },
    dataDirectory: data,
    accounts: [
      { name: 'admin', role: 'admin', token: '${env:FUZZ_ADMIN}' },
      { name: 'vera', role: 'viewer', token: '${env:FUZZ_VIEWER}' },
    ],
    servers: {
      mds: { kind: 'metadata-store' },
      idaemon: { kind: 'integration-daemon', metadataServer: { name: 'mds' } },
    },
  }),
);
const bin = join(root, 'packages/daemon/bin/isthmus.mjs');
const added = spawnSync(process.execPath, [bin, 'user', 'add', 'ada', '--role', 'admin', '--config', file], {
  input: `${secrets.password}\n`,
  env: { ...process.env, FUZZ_ADMIN: secrets.admin, FUZZ_VIEWER: secrets.viewer },
});
check('a user is added', added.status === 0, added.stderr.toString().trim());

let server = await start();
const { url } = server;
const http = sender(url, hangMs * (await slowness()));
const token = await logIn(url);
const guid = await makeElement();
const verdicts = new Verdicts({ secrets: [...Object.values(secrets), token], folder });
const make = requestMaker(random, {
  tokens: [token, secrets.admin],
  weakToken: secrets.viewer,
  forged: forgedTokens(token, join(data, 'token-key.pem')),
  user: 'ada',
  names: {
    serverName: ['mds', 'mds', 'mds', 'idaemon', 'stored'],
    guid: [guid],
    elementGUID: [guid],
    metadataElementGUID: [guid],
    name: ['landing-area', 'DataFile', 'lab:group'],
    typeName: ['DataFile', 'Referenceable', 'NoSuchType'],
    integrationGroupQualifiedName: ['lab:group'],
    relationshipTypeName: ['CatalogTarget'],
  },
});
// one in twenty of those that only say that there are other verbs
const routes = server.routes.filter(
  ({ url: path, method, otherVerb }, at) => path.includes(only) && method !== 'HEAD' && (!otherVerb || at % 20 === 0),
);
check('the process tells its routes', routes.length > (only === '' ? 50 : 0), `${routes.length}`);

const databases = watchDatabases();
await noiseOf(rawRequests(token));
await randomRequests();
await refusalsLeaveNothing();
await aliveAndWhole();
end();

/** Many at once, every route in turn. */
async function randomRequests() {
  const took = [];
  let made = 0;
  let slowest = [];
  const one = async () => {
    while (made < requestCount && server.isRunning()) {
      const request = make(routes[made % routes.length]);
      made += 1;
      const answer = await http.send(request);
      took.push(answer.begunMs);
      slowest = [...slowest, { tookMs: answer.begunMs, bytes: answer.text.length, request }]
        .sort((a, b) => b.tookMs - a.tookMs)
        .slice(0, 3);
      verdicts.judge(request, answer);
      if (answer.begunMs > 1_000) await lookAgain(request);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: atOnce }, one));
  const seconds = (performance.now() - began) / 1000;
  say(
    `${made} requests in ${seconds.toFixed(1)} s, median ${percentile(took, 0.5).toFixed(1)} ms, slowest ${Math.max(...took).toFixed(0)} ms`,
  );
  for (const { tookMs, bytes, request } of slowest)
    say(`${tookMs.toFixed(0)} ms, ${bytes} characters: ${describe(request).slice(0, 200)}`);
  say(`answers: ${verdicts.summary()}`);
  check('every request was made', made === requestCount && made >= 2_000, `${made}`);
  const admitted = verdicts.count((status) => status < 300);
  check('many get through to the handlers', admitted > requestCount / 10, `${admitted}`);
  check(
    'tokens are refused that do not hold',
    verdicts.admittedWithoutRight.length === 0,
    verdicts.admittedWithoutRight.slice(0, 3).join(' | '),
  );
}

/**
 * Slow once may be the machine; three times, by its pace at that moment, is the request. An answer that has begun and is
 * long is not slow.
 */
async function lookAgain(request) {
  const again = [await http.send(request), await http.send(request)];
  const most = 1_000 * (await slowness());
  if (again.every(({ begunMs }) => begunMs > most)) verdicts.slow.push(describe(request));
}

/** One at a time: whatever was refused has left the databases as they were. */
async function refusalsLeaveNothing() {
  const changing = routes.filter(({ method }) => method !== 'GET');
  const wanted = isSlice ? 200 : 3_000;
  const left = [];
  let refused = 0;
  for (let at = 0; at < wanted && server.isRunning(); at += 1) {
    const request = make(changing[at % changing.length]);
    const before = databases.state();
    const answer = await http.send(request);
    verdicts.judge(request, answer);
    if (!verdicts.isRefusal(answer)) continue;
    refused += 1;
    if (databases.state() !== before) left.push(`${describe(request)} -> ${answer.text.slice(0, 150)}`);
  }
  check(
    'what was refused has stored nothing',
    left.length === 0 && refused > wanted / 10,
    `${refused} refused; ${left.slice(0, 5).join(' | ')}`,
  );
}

async function noiseOf(raws) {
  const bad = [];
  for (const raw of raws) {
    const { status, text } = await http.sendRaw(raw);
    if (status >= 500 && status !== 505) bad.push(`${JSON.stringify(raw.slice(0, 60))} -> ${text.slice(0, 80)}`);
  }
  check('what is no HTTP is refused or cut off', bad.length === 0 && server.isRunning(), bad.join(' | '));
}

async function aliveAndWhole() {
  const report = await server.report();
  check('the process lives', server.isRunning());
  for (const [statement, found] of Object.entries(verdicts.findings()))
    check(statement, found.length === 0, [...new Set(found)].slice(0, 6).join('\n       '));
  check(
    'no error was left uncaught or logged as a fault of ours',
    report.faults.length === 0,
    [...new Set(report.faults)].slice(0, 6).join('\n       '),
  );
  say(`event loop stood still for at most ${report.loopMaxMs.toFixed(0)} ms, heap ${report.heapMiB.toFixed(0)} MiB`);
  databases.close();
  await server.stop();
  for (const path of databaseFiles()) {
    const database = new DatabaseSync(path, { readOnly: true });
    const [{ integrity_check: verdict }] = database.prepare('PRAGMA integrity_check').all();
    database.close();
    check(`${path.slice(data.length + 1)} is whole`, verdict === 'ok', verdict);
  }
  server = await start();
  const ready = await fetch(`${server.url}/readyz`);
  check('a new process on the same data is ready', ready.ok, await ready.text());
  check('and its users log in', (await logIn(server.url)).length > 100);
  await server.stop();
  http.close();
}

function describe({ method, path, body, who }) {
  return `${method} ${path.slice(0, 160)} as ${who}${body === undefined ? '' : ` with ${body.subarray(0, 160)}`}`;
}

async function start() {
  const child = fork(join(dirname(fileURLToPath(import.meta.url)), '../lib/fuzz/served-process.mjs'), [file, data], {
    env: { ...process.env, FUZZ_ADMIN: secrets.admin, FUZZ_VIEWER: secrets.viewer },
    execArgv: ['--no-warnings'],
  });
  let running = true;
  const exited = new Promise((settle) => child.once('exit', (code, signal) => settle({ code, signal })));
  void exited.then(() => (running = false));
  process.once('exit', () => child.kill('SIGKILL'));
  const answer = () =>
    new Promise((settle, fail) => {
      child.once('message', settle);
      void exited.then((how) => fail(new Error(`the process ended: ${JSON.stringify(how)}`)));
    });
  const begun = await answer();
  return {
    ...begun,
    isRunning: () => running,
    report() {
      child.send('report');
      return answer();
    },
    stop() {
      child.send('stop');
      return exited;
    },
  };
}

async function logIn(base) {
  const answer = await fetch(`${base}/api/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userId: 'ada', password: secrets.password }),
  });
  return answer.text();
}

/** Something that exists, so that requests reach what works on it. */
async function makeElement() {
  const answer = await fetch(
    `${url}/servers/mds/open-metadata/access-services/open-metadata-store/users/ada/metadata-elements`,
    {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        class: 'NewOpenMetadataElementRequestBody',
        typeName: 'DataFile',
        initialStatus: 'ACTIVE',
        properties: {
          class: 'NewElementProperties',
          propertyValueMap: {
            qualifiedName: {
              class: 'PrimitiveTypePropertyValue',
              typeName: 'string',
              primitiveTypeCategory: 'OM_PRIMITIVE_TYPE_STRING',
              primitiveValue: 'DataFile::fuzz:a',
            },
          },
        },
      }),
    },
  );
  const { guid: made } = await answer.json();
  check('an element is made', typeof made === 'string');
  return made;
}

function databaseFiles() {
  return readdirSync(data, { recursive: true })
    .filter((name) => name.endsWith('.db') && name !== 'lock.db')
    .map((name) => join(data, name));
}

/** What is stored, as far as requests have put it there: how many rows each table has, and the last of them. */
function watchDatabases() {
  const watched = databaseFiles().filter((path) => !/(daemon|audit)\.db$/.test(path));
  const open = watched.map((path) => new DatabaseSync(path, { readOnly: true }));
  const looks = open.map((database) => {
    const tables = database.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").all();
    const counted = tables
      .filter(({ name }) => !movesByItself.test(name))
      .map(
        ({ name, sql }) =>
          `SELECT count(*) || ':' || ${/WITHOUT ROWID/.test(sql) ? "''" : 'coalesce(max(rowid), 0)'} AS rows FROM "${name}"`,
      );
    return {
      version: database.prepare('PRAGMA data_version'),
      rows: counted.map((query) => database.prepare(query)),
      known: [],
    };
  });
  return {
    names: watched.map((path) => path.slice(data.length + 1)),
    state() {
      for (const look of looks) {
        const { data_version: version } = look.version.get();
        if (look.at === version) continue;
        look.at = version;
        look.known = look.rows.map((statement) => statement.get().rows);
      }
      return looks.map(({ known }) => known.join()).join(' ');
    },
    close() {
      for (const database of open) database.close();
    },
  };
}
