import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
