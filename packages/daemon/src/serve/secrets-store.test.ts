import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsthmusError, toErrorReport } from '@isthmus/kernel';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readSecretsStore } from './secrets-store.js';

const platform = 'https://egeria.example.org:9443';
const provider = 'org.odpi.openmetadata.adapters.connectors.secretsstore.yaml.YAMLSecretsStoreProvider';
let folder: string;
let location: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'isthmus-secrets-'));
  location = join(folder, 'lab.omsecrets');
  writeFileSync(
    location,
    `secretsCollections:
  basic: { refreshTimeInterval: 60, secrets: { userId: daemonnpa, clearPassword: pa55word } }
  nameless: { secrets: { clearPassword: pa55word } }
  api: { tokenAPI: { httpRequestType: POST, url: '${platform}/api/token', requestBody: { userId: npa, password: w0rd } } }
  elsewhere: { tokenAPI: { url: 'https://other.example.org/api/token', requestBody: { userId: npa, password: w0rd } } }
  none: { secrets: { token: abc } }
`,
  );
  writeFileSync(join(folder, 'bad.omsecrets'), 'secretsCollections: {basic: {secrets: {clearPassword: pa55word]\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

async function refusal(store: Parameters<typeof readSecretsStore>[0]): Promise<string> {
  const error: unknown = await readSecretsStore(store, platform).catch((thrown: unknown) => thrown);
  if (!IsthmusError.is(error)) throw new Error('it was not refused');
  expect(error.code).toBe('CONFIG_SECRET_UNRESOLVED');
  expect(JSON.stringify(toErrorReport(error))).not.toMatch(/pa55word|w0rd/);
  return error.message;
}

describe('a secrets store', () => {
  it.each([
    ['basic', { userId: 'daemonnpa', password: 'pa55word' }],
    ['nameless', { password: 'pa55word' }],
    ['api', { userId: 'npa', password: 'w0rd' }],
  ])('gives user and password of the collection %s', async (collection, expected) => {
    expect(await readSecretsStore({ provider, location, collection }, platform)).toEqual(expected);
    expect(await readSecretsStore({ location, collection }, platform)).toEqual(expected);
  });

  it('gives no secret to a platform that it is not for', async () => {
    expect(await refusal({ location, collection: 'elsewhere' })).toContain('https://other.example.org');
  });

  it.each([
    ['unknown', 'has no such collection'],
    ['constructor', 'has no such collection'],
    ['none', 'has neither'],
  ])('says what is wrong with the collection %s', async (collection, fault) => {
    expect(await refusal({ location, collection })).toContain(fault);
  });

  it('says what is wrong with the store, and repeats nothing of it', async () => {
    const collection = 'basic';
    expect(await refusal({ location: join(folder, 'bad.omsecrets'), collection })).toContain('is not YAML');
    expect(await refusal({ location: join(folder, 'nowhere'), collection })).toContain('cannot be read');
    expect(await refusal({ location: folder, collection })).toContain('it is no file');
    expect(await refusal({ provider: 'com.example.VaultProvider', location, collection })).toContain('VaultProvider');
  });
});
