import { describe, expect, it } from '@jest/globals';
import { hiddenSecret, hideSecrets, hideVariables, withStoredSecrets } from './document-secrets.js';

const connectionWith = (configurationProperties: Readonly<Record<string, unknown>>) => ({
  eventBusConfig: { configurationProperties: { producer: configurationProperties } },
});

describe('secrets of a document', () => {
  it.each([
    'sasl.jaas.config',
    'ssl.key.password',
    'ssl.keystore.key',
    'ssl.truststore.password',
    'apiKey',
    'api_key',
    'privateKey',
    'private-key',
    'aws.access.key',
    'clientSecret',
    'bearerToken',
    'passphrase',
    'credentials',
  ])('are shown hidden and go back as they are stored: %s', (name) => {
    const stored = connectionWith({ [name]: 'c0nfidential', acks: 'all' });
    const shown = hideSecrets(stored);
    expect(shown).toEqual(connectionWith({ [name]: hiddenSecret, acks: 'all' }));
    expect(withStoredSecrets(shown, stored)).toEqual(stored);
  });

  it.each([
    'key.serializer',
    'secretsStoreLocation',
    'keyPattern',
    'primaryKey',
    'bootstrap.servers',
  ])('are not what only sounds so: %s', (name) => {
    const document = connectionWith({ [name]: 'plain' });
    expect(hideSecrets(document)).toEqual(document);
  });
});

describe('passwords in the URLs of a document', () => {
  const groups = (...list: readonly (readonly [string, string])[]) => ({
    dynamicIntegrationGroupsConfig: list.map(([integrationGroupQualifiedName, omagserverPlatformRootURL]) => ({
      integrationGroupQualifiedName,
      omagserverPlatformRootURL,
    })),
  });
  const stored = {
    localServerURL: 'https://ann:s3cret@host:9443?token=abc',
    ...groups(['g', 'http://u:one@x'], ['g', 'http://u:two@y'], ['h', 'http://z']),
    auditTrail: ['made', 'set the URL to http://u:s3cret@x now'],
  };

  it('are shown hidden, and the rest of the URL as it is', () => {
    expect(hideSecrets(stored)).toEqual({
      localServerURL: 'https://ann:<hidden>@host:9443?token=<hidden>',
      ...groups(['g', 'http://u:<hidden>@x'], ['g', 'http://u:<hidden>@y'], ['h', 'http://z']),
      auditTrail: ['made', 'set the URL to http://u:<hidden>@x now'],
    });
  });

  it('go back as they are stored, to groups of one name at several servers too', () => {
    expect(withStoredSecrets(hideSecrets(stored), stored)).toEqual(stored);
    const turned = groups(['g', 'http://u:<hidden>@y'], ['g', 'http://u:<hidden>@x']);
    expect(withStoredSecrets(turned, stored)).toEqual(groups(['g', 'http://u:two@y'], ['g', 'http://u:one@x']));
  });

  it.each([
    ['another host', { localServerURL: 'https://ann:<hidden>@other' }, 'localServerURL'],
    ['a new group', groups(['new', 'http://u:<hidden>@x']), 'omagserverPlatformRootURL'],
  ])('go to nobody else, which is told: %s', (_what, sent, field) => {
    expect(() => withStoredSecrets(sent, stored)).toThrow(
      expect.objectContaining({ code: 'DOCUMENT_INVALID', details: { field } }),
    );
  });

  it('are found in long lists without a walk of the whole list for each entry', () => {
    let readCount = 0;
    const named = (index: number, password: string) => ({
      get qualifiedName() {
        readCount += 1;
        return `thing ${index}`;
      },
      password,
    });
    const length = 2_000;
    const stored = { things: Array.from({ length }, (_, index) => named(index, `secret of ${index}`)) };
    const sent = { things: Array.from({ length }, (_, index) => named(index, hiddenSecret)).reverse() };
    const restored = withStoredSecrets(sent, stored);
    expect(readCount).toBeLessThan(20 * length);
    expect(restored).toEqual({ things: [...stored.things].reverse() });
  });

  it('are not shown by way of the variables that were put in', () => {
    const variables = new Map([
      ['dbPassword', 'c0nfidential'],
      ['pinToken', 'x'],
      ['home', 'here'],
    ]);
    const document = { a: 'here', b: ['x', 'xyz', { c: 'as c0nfidential says' }] };
    expect(hideVariables(document, variables)).toEqual({
      a: 'here',
      b: ['<hidden>', 'xyz', { c: 'as <hidden> says' }],
    });
  });
});
