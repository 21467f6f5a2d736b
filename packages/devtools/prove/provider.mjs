// What an author does: `isthmus provider create` of every kind in an empty folder outside the checkout, its tests, and a
// connector of it in a running quick start. The slice tries three kinds.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { followGuide } from '../lib/guide-walk.mjs';
import { isthmus, root, serve, temporaryFolder } from '../lib/process.mjs';
import { isSlice, proof, until } from '../lib/report.mjs';

const { check, checkWithin, end } = proof('provider', { isTimed: true });
const bin = join(root, 'packages/daemon/bin/isthmus.mjs');
const folder = temporaryFolder('provider');
const kinds = ['api', 'catalog', 'database', 'display', 'files', 'infrastructure', 'lineage', 'organization'].concat([
  'search',
  'security',
  'stewardship',
  'topic',
]);

const begun = performance.now();
const first = create('weather-map', 'topic');
const tookMs = performance.now() - begun;
check(
  'a provider of kind topic is made, installed and tested',
  first.status === 0,
  first.stderr.trim().split('\n').at(-1),
);
await checkWithin('that takes less than a minute', { tookMs, limitMs: 60_000 });
const packages = join(folder, 'my-connectors/weather-map/packages');
const modules = join(folder, 'my-connectors/weather-map/node_modules');

const others = isSlice ? ['files', 'lineage'] : kinds.filter((kind) => kind !== 'topic');
for (const kind of others) {
  const made = create(`my-${kind}`, kind, '--packages', packages, '--no-test');
  const own = join(folder, 'my-connectors', `my-${kind}`);
  symlinkSync(modules, join(own, 'node_modules'));
  const tested = spawnSync('npm', ['test'], { cwd: own, encoding: 'utf8' });
  const passed = /^# pass (\d+)/m.exec(tested.stdout)?.[1];
  check(
    `one of kind ${kind} compiles and passes its tests`,
    made.status === 0 && tested.status === 0,
    tested.status === 0 ? `${passed} tests` : `${made.stderr}${tested.stdout.slice(-3000)}`,
  );
}

for (const [what, ...args] of [
  ['a name that no registration can use', 'Weather Map', '--kind', 'topic'],
  ['a kind that does not exist', 'weather', '--kind', 'weather'],
  ['a folder that is not empty', 'weather-map', '--kind', 'topic'],
]) {
  const { status, stderr } = spawnSync(process.execPath, [bin, 'provider', 'create', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  check(
    `${what} is refused with what to do instead`,
    status === 2 && /next: /.test(stderr),
    stderr.trim().split('\n')[0],
  );
}

// the walk of docs/guides/write-a-connector.md, as it stands there
const walked = create('crontab', 'lineage', '--packages', packages, '--no-test');
const crontab = join(folder, 'my-connectors/crontab');
symlinkSync(modules, join(crontab, 'node_modules'));
const { files, newLines } = followGuide(join(root, 'docs/guides/write-a-connector.md'), crontab);
check('the guide gives every file that it changes', walked.status === 0 && files.length === 6, files.join(', '));
check(
  'its connector takes under 60 lines beyond the template',
  newLines.code < 60,
  `${newLines.code}, and ${newLines.tests} of tests`,
);
const proved = spawnSync('npm', ['test'], { cwd: crontab, encoding: 'utf8' });
check('its tests pass', proved.status === 0, /^# pass (\d+)/m.exec(proved.stdout)?.[0] ?? proved.stdout.slice(-3000));

// the quick start knows the folder `my-connectors` below where it was started, also what comes there later
const data = join(folder, 'data');
const landing = join(folder, 'landing');
mkdirSync(landing);
writeFileSync(join(landing, 'a.csv'), 'a,b\n1,2\n');
const quickStart = await serve(['--port', '0', '--data-dir', data, '--folder', landing], { cwd: folder });
try {
  const jobs = join(folder, 'jobs');
  writeFileSync(jobs, '# nightly invoices\n0 2 * * * invoices --all\n');
  const added = isthmus(
    quickStart.url,
    ...[
      'connector',
      'add',
      'IntegrationGroup::QuickStart',
      '--name',
      'crontab',
      '--provider',
      'crontab',
      '--root',
      jobs,
    ],
  );
  const refreshed = isthmus(quickStart.url, 'connector', 'refresh', 'crontab', '--wait');
  const found = isthmus(quickStart.url, 'find', 'nightly');
  check(
    "the guide's connector catalogues a crontab",
    /nightly invoices/.test(found.stdout),
    `${added.stderr}${refreshed.stdout.trim()}`,
  );
  writeFileSync(jobs, '# weekly invoices\n0 2 * * 1 invoices --all\n');
  const again = isthmus(quickStart.url, 'connector', 'refresh', 'crontab', '--wait');
  check(
    'and follows it when it changes',
    /1 created/.test(again.stdout) && /1 deleted/.test(again.stdout),
    again.stdout.trim(),
  );

  const run = spawn(
    process.execPath,
    [bin, 'provider', 'create', 'late-comer', '--kind', 'catalog', '--packages', packages, '--run'],
    {
      cwd: folder,
      env: { ...process.env, ISTHMUS_URL: quickStart.url },
    },
  );
  let output = '';
  run.stdout.on('data', (chunk) => (output += chunk));
  run.stderr.on('data', (chunk) => (output += chunk));
  const ran = await until(() => /until Ctrl-C/.test(output) || run.exitCode !== null, 120_000);
  check(
    'one made while the quick start runs is registered and run with --run',
    ran && /3 created/.test(output),
    output.trim().split('\n').at(-2),
  );
  check('what it found is in the catalogue', /kettle/.test(isthmus(quickStart.url, 'find', 'kettle').stdout));
  check('it is among the providers', /late-comer/.test(isthmus(quickStart.url, 'provider', 'list').stdout));
  run.kill('SIGINT');
  check('Ctrl-C ends it', (await until(() => run.exitCode !== null, 10_000)) === true, `exit code ${run.exitCode}`);
} finally {
  await quickStart.stop();
}
end();

function create(name, kind, ...options) {
  return spawnSync(process.execPath, [bin, 'provider', 'create', name, '--kind', kind, ...options], {
    cwd: folder,
    encoding: 'utf8',
  });
}
