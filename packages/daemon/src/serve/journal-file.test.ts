import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, silentLogger } from '@isthmus/kernel';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { journalFile } from './journal-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'isthmus-journal-file-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const home = { key: 'new', url: 'https://other:9443', serverName: 'mds1', groups: [] };
const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
const text = (name: string) => readFileSync(join(folder, name), 'utf8');

describe('the journal of a home', () => {
  it('is moved with its log from the name of a former key', () => {
    for (const part of ['', '-wal', '-shm']) put(`daemon-old.db${part}`, `old${part}`);
    const path = journalFile(folder, { ...home, formerKeys: ['older', 'old'] }, silentLogger);
    expect(path).toBe(join(folder, 'daemon-new.db'));
    expect(readdirSync(folder).sort()).toEqual(['daemon-new.db', 'daemon-new.db-wal']);
    expect([text('daemon-new.db'), text('daemon-new.db-wal')]).toEqual(['old', 'old-wal']);
  });

  it('is moved to the end when its log was moved before a crash', () => {
    put('daemon-old.db', 'old');
    put('daemon-new.db-wal', 'old-wal');
    journalFile(folder, { ...home, formerKeys: ['old'] }, silentLogger);
    expect([text('daemon-new.db'), text('daemon-new.db-wal')]).toEqual(['old', 'old-wal']);
  });

  it('stays when there is one, and those that are left are told of', () => {
    put('daemon.db', 'own');
    put('daemon-old.db', 'old');
    const warnings: unknown[] = [];
    const logger: Logger = { ...silentLogger, warn: (_message, fields) => void warnings.push(fields?.left) };
    expect(journalFile(folder, { ...home, key: '', formerKeys: ['old'] }, logger)).toBe(join(folder, 'daemon.db'));
    expect([text('daemon.db'), text('daemon-old.db')]).toEqual(['own', 'old']);
    expect(warnings).toEqual([join(folder, 'daemon-old.db')]);
  });

  it('is a new one where there was none', () => {
    expect(journalFile(folder, home, silentLogger)).toBe(join(folder, 'daemon-new.db'));
    expect(readdirSync(folder)).toEqual([]);
  });
});
