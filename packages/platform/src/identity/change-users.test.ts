import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { changeUsers } from './change-users.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'isthmus-users-'));
  path = join(folder, 'users.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const add = (name: string) => changeUsers(path, (users) => ({ ...users, [name]: { role: 'viewer' } }));
const names = () => Object.keys(JSON.parse(readFileSync(path, 'utf8')).users).sort();

describe('changing the users file', () => {
  it('loses no change of those who change it at the same time', async () => {
    const all = Array.from({ length: 12 }, (_, index) => `user-${String(index).padStart(2, '0')}`);
    await Promise.all(all.map(add));
    expect(names()).toEqual(all);
  });

  it('loses none when they all find a lock that was left behind', async () => {
    const all = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    for (let round = 0; round < 10; round += 1) {
      writeFileSync(path, '{"users":{}}');
      writeFileSync(`${path}.lock`, '4194999');
      await Promise.all(all.map(add));
      expect(names()).toEqual(all);
    }
  });

  it('waits for another process, also where nothing else keeps its own alive', async () => {
    writeFileSync(`${path}.lock`, String(process.pid));
    const script = `import { changeUsers } from ${JSON.stringify(new URL('./change-users.js', import.meta.url).href)};
      await changeUsers(${JSON.stringify(path)}, (users) => ({ ...users, late: { role: 'viewer' } }));`;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    await delay(500);
    rmSync(`${path}.lock`);
    await run;
    expect(names()).toEqual(['late']);
  });

  it.each([
    ['names a process that is no more', '4194999'],
    ['is empty, since its process ended before it wrote into it', ''],
  ])('goes on when a lock was left behind that %s', async (_, content) => {
    writeFileSync(`${path}.lock`, content);
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(`${path}.lock`, longAgo, longAgo);
    await add('somebody');
    expect(names()).toEqual(['somebody']);
  });
});
