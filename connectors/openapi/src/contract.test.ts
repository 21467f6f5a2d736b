import { mkdtemp, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ContractSource, describeConnectorContract } from '@isthmus/connector-testing';
import { describe } from '@jest/globals';
import { openapiConnector } from './index.js';
import type { openapiConfiguration } from './openapi-config.js';
import { configurationOf, smallApi, webSource } from './testing-web.js';

describe('documents on the web', () => {
  describeConnectorContract(openapiConnector, webSource);
});

describe('documents in a folder', () => {
  // the web's tests hold what is missing here; tests may run as root, who has every right
  describeConnectorContract(openapiConnector, folderSource, {
    without: ['breakHalfway', 'forbid', 'delay', 'grow'],
  });
});

async function folderSource(): Promise<ContractSource<typeof openapiConfiguration>> {
  const folder = await mkdtemp(join(tmpdir(), 'openapi-'));
  const write = (name: string, title: string) =>
    writeFile(join(folder, name), JSON.stringify({ ...smallApi(), info: { title, version: '1' } }));
  for (const name of ['a.json', 'b.yaml', 'c.json']) await write(name, name);
  await writeFile(join(folder, 'no-api.json'), '{"name": "something else"}');
  return {
    configuration: { ...configurationOf([folder]), token: 'never-told-4711' },
    break: () => rename(folder, `${folder}-away`),
    mend: () => rename(`${folder}-away`, folder),
    async addOddNames() {
      const odd = ['a:b', 'a b', ' a b', 'A:b', 'a%3Ab', '"', "'", 'ü', 'u\u0308', '📚', '#1', '-'];
      for (const name of odd)
        await writeFile(join(folder, `${name}.json`), '{"swagger": "2.0", "info": {"title": "odd"}, "paths": {}}');
      return odd.length;
    },
    change: () => write('b.yaml', 'quite another'),
    remove: () => unlink(join(folder, 'c.json')),
    rename: () => rename(join(folder, 'a.json'), join(folder, 'z.json')),
    fingerprint: () => readFile(join(folder, 'b.yaml'), 'utf8'),
    async close() {
      await rename(`${folder}-away`, folder).catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
