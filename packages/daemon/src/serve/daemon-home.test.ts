import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Value } from 'typebox/value';
import { IntegrationDaemonSchema } from '../configuration/configuration-schema.js';
import { configuredKey, groupsOf, passwordFor, withConfiguredKey } from './daemon-home.js';

const group = (omagserverPlatformRootURL: string, omagserverName: string, integrationGroupQualifiedName: string) => ({
  class: 'IntegrationGroupConfig',
  omagserverPlatformRootURL,
  omagserverName,
  integrationGroupQualifiedName,
});

describe('the metadata access servers of a document', () => {
  it('are one each, however their URLs are written', () => {
    const document = {
      dynamicIntegrationGroupsConfig: [
        group('https://own:9443', 'mds1', 'a'),
        group('https://other:9443/', 'mds1', 'b'),
        group('https://other:9443', 'mds1', 'c'),
        group('HTTPS://Other:9443', 'mds1', 'e'),
        group('https://other:9443', 'mds2', 'd'),
      ],
    };
    const { homes } = groupsOf(document, (url) => url.includes('own'));
    expect(homes.map(({ url, serverName, groups }) => [url, serverName, groups])).toEqual([
      [undefined, 'mds1', ['a']],
      ['https://other:9443', 'mds1', ['b', 'c', 'e']],
      ['https://other:9443', 'mds2', ['d']],
    ]);
  });

  it('have the secrets store of the first group that names one, else that of the document', () => {
    const store = (location: string) => ({ secretsStoreLocation: location, secretsStoreCollection: 'c' });
    const document = {
      ...store('of-the-document'),
      dynamicIntegrationGroupsConfig: [
        { ...group('https://one:1', 'mds1', 'a'), ...store('of-a'), secretsStoreProvider: 'P' },
        { ...group('https://one:1', 'mds1', 'b'), ...store('of-b') },
        group('https://two:2', 'mds1', 'c'),
      ],
    };
    expect(groupsOf(document, () => false).homes.map(({ secretsStore }) => secretsStore)).toEqual([
      { provider: 'P', location: 'of-a', collection: 'c' },
      { location: 'of-the-document', collection: 'c' },
    ]);
  });

  it('are those of groups that can be run; the others are told of with their reasons', () => {
    const dynamicIntegrationGroupsConfig = [
      group('not a url', 'mds1', 'a'),
      group('https://other:9443', 'mds1', 'b'),
      group('~{nope}~', 'mds1', 'c'),
      group('https://other:9443', ' ', 'd'),
      group('https://other:9443', 'mds1', '  '),
      null,
    ];
    const { homes, unfit } = groupsOf({ dynamicIntegrationGroupsConfig }, () => false);
    expect(homes.map(({ groups }) => groups)).toEqual([['b']]);
    expect(unfit.map(({ name }) => name)).toEqual(['a', 'c', 'd', '  ', '']);
    expect(unfit[0]?.reason).toContain('omagserverPlatformRootURL "not a url" of integration group "a"');
    expect(unfit[1]?.reason).toContain('names a variable that is not set');
  });

  it('are logged in to by the password of the document, this process never', () => {
    const { metadataServer } = Value.Parse(
      IntegrationDaemonSchema,
      Value.Default(IntegrationDaemonSchema, { kind: 'integration-daemon' }),
    );
    const document = { localServerPassword: 'of-the-document' };
    const other = { key: 'k', url: 'https://other:9443' };
    expect(passwordFor(other, { metadataServer, document })).toBe('of-the-document');
    expect(passwordFor({ key: 'k', url: undefined }, { metadataServer, document })).toBeUndefined();
    expect(passwordFor(other, { metadataServer, document: {} })).toBeUndefined();
    const configured = { metadataServer: { ...metadataServer, password: '${env:PASSWORD}' } };
    expect(passwordFor({ ...other, key: configuredKey }, { ...configured, document })).toBe('${env:PASSWORD}');
    expect(passwordFor(other, configured)).toBeUndefined();
  });

  it('keep their journal when the configuration names the same', () => {
    const home = { key: 'k', url: 'https://other:9443', serverName: 'mds1', groups: ['a'] };
    const configured = { key: configuredKey, url: 'https://other:9443/', serverName: 'mds1', groups: ['*'] };
    const elsewhere = { ...home, serverName: 'mds2' };
    expect(withConfiguredKey([home, elsewhere], configured)).toEqual([
      { ...home, key: configuredKey, formerKeys: ['k'] },
      elsewhere,
    ]);
  });

  it('know the keys that they had when every spelling of their URL made another', () => {
    const former = (url: string) =>
      createHash('sha256')
        .update(JSON.stringify([url, 'mds1']))
        .digest('hex')
        .slice(0, 16);
    const urls = ['https://other:443', 'HTTPS://Other/', 'https://other'];
    const { homes } = groupsOf(
      { dynamicIntegrationGroupsConfig: urls.map((url) => group(url, 'mds1', 'a')) },
      () => false,
    );
    expect(homes).toMatchObject([
      { key: former('https://other'), formerKeys: [former('https://other:443'), former('HTTPS://Other')] },
    ]);
  });
});
