// What a newcomer does: a clean clone, `npm start`, a second start. The whole proof empties npm's cache first and runs
// `npm test` in the clone too; the slice uses the cache and leaves the tests to the step before it.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, temporaryFolder } from '../lib/process.mjs';
import { isSlice, proof, until } from '../lib/report.mjs';

const { check, checkWithin, skip, end } = proof('newcomer', { isTimed: true });
const folder = temporaryFolder('newcomer');
const clone = join(folder, 'isthmus');
const cache = isSlice ? {} : { npm_config_cache: join(folder, 'npm-cache') };
const cloned = spawnSync('git', ['clone', '--quiet', root, clone], { encoding: 'utf8' });
if (cloned.status !== 0) {
  skip('a clean clone', `git could not clone: ${cloned.stderr}`);
} else {
  const first = await start();
  await checkWithin(
    'npm start says within 60 s that the sample folder is catalogued',
    { tookMs: first.cataloguedMs, limitMs: 60_000 },
    `${(first.cataloguedMs / 1000).toFixed(1)} s${isSlice ? ', npm cache filled' : ', npm cache empty'}`,
  );
  check(
    'it says what runs, where, and three commands to try',
    /runs at http:\/\/127\.0\.0\.1:\d+/.test(first.output) &&
      (first.output.match(/^ {2}npx isthmus/gm) ?? []).length === 3,
    first.output
      .split('\n')
      .filter((line) => line.includes('Catalogued'))
      .join(''),
  );
  await checkWithin(
    'Ctrl-C stops it cleanly within 10 s',
    {
      holds: (first.code === 0 || first.signal === 'SIGINT') && /^stopped$/m.test(first.output),
      tookMs: first.stopMs,
      limitMs: 10_000,
    },
    `${Math.round(first.stopMs)} ms, npm ended with ${first.code ?? first.signal} (its shell passes the signal on)`,
  );
  const second = await start();
  await checkWithin('a second start is ready in under 3 s', { tookMs: second.readyMs, limitMs: 3000 });
  check(
    'and finds everything unchanged',
    /unchanged/.test(second.output) && !/created/.test(second.output),
    second.output
      .split('\n')
      .filter((line) => line.includes('Catalogued'))
      .join(''),
  );
  check(
    'the clone has no changed files',
    spawnSync('git', ['status', '--porcelain'], { cwd: clone, encoding: 'utf8' }).stdout === '',
  );
  if (isSlice) skip('npm test in the clone', 'the whole proof does it');
  else {
    const { status, stdout, stderr } = spawnSync('npm', ['test'], {
      cwd: clone,
      encoding: 'utf8',
      env: { ...process.env, ...cache },
      maxBuffer: 1e9,
    });
    check('npm test passes from a clean clone', status === 0, /^Tests:.*$/m.exec(stdout + stderr)?.[0]);
  }
}
end();

async function start() {
  const begun = performance.now();
  const child = spawn('npm', ['start', '--', '--port', '0'], {
    cwd: clone,
    env: { ...process.env, ...cache },
    detached: true,
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const exited = new Promise((settle) => child.on('exit', (code, signal) => settle({ code, signal })));
  process.on('exit', () => existsSync(`/proc/${child.pid}`) && process.kill(-child.pid, 'SIGKILL'));
  let readyMs = Number.POSITIVE_INFINITY;
  await until(
    async () => {
      const url = /runs at (\S+?);/.exec(output)?.[1];
      if (url === undefined || !(await fetch(`${url}/readyz`).catch(() => undefined))?.ok)
        return child.exitCode !== null;
      readyMs = performance.now() - begun;
      return true;
    },
    180_000,
    25,
  );
  const catalogued = await until(() => /^Catalogued .*$/m.test(output) || child.exitCode !== null, 120_000, 25);
  const cataloguedMs =
    catalogued && output.includes('Catalogued') ? performance.now() - begun : Number.POSITIVE_INFINITY;
  await new Promise((settle) => setTimeout(settle, 200));
  const stopping = performance.now();
  // as a terminal does: the whole process group gets the signal
  if (child.exitCode === null) process.kill(-child.pid, 'SIGINT');
  const { code, signal } = await exited;
  if (cataloguedMs === Number.POSITIVE_INFINITY) console.log(output);
  return { output, readyMs, cataloguedMs, stopMs: performance.now() - stopping, code, signal };
}
