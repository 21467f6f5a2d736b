import { describe, expect, it } from '@jest/globals';
import { hiddenSecret, hideSecrets, withStoredSecrets } from './document-secrets.js';

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
