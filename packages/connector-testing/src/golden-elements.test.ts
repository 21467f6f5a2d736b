import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { matchesGolden } from './golden-elements.js';

let folder = '';
const [update, ci] = [process.env.UPDATE_GOLDEN, process.env.CI];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'isthmus-golden-'));
  process.env.UPDATE_GOLDEN = '0';
});
afterEach(async () => {
  restore('UPDATE_GOLDEN', update);
  restore('CI', ci);
  await rm(folder, { recursive: true, force: true });
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

const elements = (description: string, names: readonly string[] = ['A::b:c', 'A::b:d']) =>
  new Map(names.map((qualifiedName) => [qualifiedName, { typeName: 'A', qualifiedName, properties: { description } }]));

async function goldenOf(description: string): Promise<string> {
  const file = join(folder, 'new', 'golden.json');
  process.env.UPDATE_GOLDEN = '1';
  await matchesGolden(elements(description), file);
  process.env.UPDATE_GOLDEN = '0';
  return file;
}

describe('a golden file', () => {
  it('is written when asked for, with its folder, and held against afterwards', async () => {
    const file = await goldenOf('one');
    await matchesGolden(elements('one', ['A::b:d', 'A::b:c']), file);
    await expect(matchesGolden(elements('other'), file)).rejects.toThrow(/is not what/);
    expect(await readFile(file, 'utf8')).toContain('one');
  });

  it('says what differs, name by name', async () => {
    const file = await goldenOf('one');
    const told = await matchesGolden(elements('other', ['A::b:c', 'A::b:new']), file).catch(String);
    expect(told).toContain('properties.description of A::b:c is "other", not "one"');
    expect(told).toContain('A::b:new is too many');
    expect(told).toContain('A::b:d is missing');
    expect(told).toContain('UPDATE_GOLDEN=1');
  });

  it('may be written with other blanks and ends of lines', async () => {
    const file = await goldenOf('one');
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll('\n', '\r\n'));
    await matchesGolden(elements('one'), file);
  });

  it('is not made where nobody would look at it', async () => {
    process.env.CI = 'true';
    await expect(matchesGolden(elements('one'), join(folder, 'none.json'))).rejects.toThrow(/there is no .*none.json/);
  });

  it('is left alone where it cannot be read', async () => {
    delete process.env.CI;
    const [taken, broken] = [join(folder, 'taken'), join(folder, 'broken.json')];
    await mkdir(taken);
    await writeFile(broken, '[{"typeName": <<<<<<< HEAD');
    await expect(matchesGolden(elements('one'), taken)).rejects.toThrow(/EISDIR/);
    await expect(matchesGolden(elements('one'), broken)).rejects.toThrow(/broken.json is no golden file/);
    expect(await readFile(broken, 'utf8')).toContain('<<<<<<<');
  });
});
