import { describe, expect, it } from '@jest/globals';
import {
  haveNames,
  type KafkaProperties,
  kafkaPropertiesOf,
  kafkaSecurity,
  openKafkaProperties,
} from './kafka-security.js';

const behind: Readonly<Record<string, string>> = {
  '${env:PASSWORD}': 'pa55word',
  '${file:/etc/kafka/ca.pem}': 'CA',
  '${file:/etc/kafka/own.pem}': 'OWN',
};
const textOf = async (value: string) => behind[value] ?? value;
const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required';

describe('the security of brokers', () => {
  it.each<[string, KafkaProperties, object]>([
    ['nothing is asked for', {}, {}],
    ['certificates of the system are trusted', { 'security.protocol': 'SSL' }, { tls: {} }],
    [
      'certificates are in files',
      {
        'security.protocol': 'SSL',
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': '/etc/kafka/ca.pem',
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.location': '/etc/kafka/own.pem',
        'ssl.key.password': '${env:PASSWORD}',
      },
      { tls: { ca: 'CA', cert: 'OWN', key: 'OWN', passphrase: 'pa55word' } },
    ],
    [
      'a user logs in as Java says it',
      {
        'security.protocol': 'SASL_PLAINTEXT',
        'sasl.mechanism': 'SCRAM-SHA-512',
        'sasl.jaas.config': `${scram} username="egeria" password="a \\"b\\" c";`,
      },
      { sasl: { mechanism: 'SCRAM-SHA-512', username: 'egeria', password: 'a "b" c' } },
    ],
    [
      'the password lies elsewhere',
      {
        'security.protocol': 'sasl_ssl',
        'sasl.mechanism': 'PLAIN',
        'sasl.jaas.config': `${scram} username=egeria password="\${env:PASSWORD}";`,
      },
      { tls: {}, sasl: { mechanism: 'PLAIN', username: 'egeria', password: 'pa55word' } },
    ],
    [
      'user and password have properties of their own',
      {
        'security.protocol': 'SASL_SSL',
        'sasl.mechanism': 'PLAIN',
        'sasl.username': 'egeria',
        'sasl.password': '${env:PASSWORD}',
      },
      { tls: {}, sasl: { mechanism: 'PLAIN', username: 'egeria', password: 'pa55word' } },
    ],
  ])('is understood where %s', async (_case, properties, expected) => {
    expect(await kafkaSecurity(properties, textOf)).toEqual(expected);
  });

  it.each<[string, KafkaProperties]>([
    ['security.protocol', { 'security.protocol': 'TLS' }],
    ['sasl.mechanism', { 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'GSSAPI' }],
    ['sasl.jaas.config', { 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'PLAIN' }],
    ['ssl.truststore.type', { 'security.protocol': 'SSL', 'ssl.truststore.location': '/x.jks' }],
  ])('names the property %s where it cannot be used', async (field, properties) => {
    await expect(kafkaSecurity(properties, textOf)).rejects.toMatchObject({
      code: 'CONFIG_INVALID_VALUE',
      details: { field },
    });
  });

  it('knows names from addresses', () => {
    expect(haveNames(['127.0.0.1:9092', '[::1]:9092'])).toBe(false);
    expect(haveNames(['127.0.0.1:9092', 'kafka.example.org:9092'])).toBe(true);
  });

  it('is taken out of the properties of a client, and told to others without secrets', () => {
    const properties = kafkaPropertiesOf({
      'bootstrap.servers': 'one:9092',
      'security.protocol': 'SASL_SSL',
      'sasl.mechanism': 'PLAIN',
      'sasl.password': 'pa55word',
      'ssl.key.password': 5,
      'sasl.username': '',
    });
    expect(properties).toEqual({
      'security.protocol': 'SASL_SSL',
      'sasl.mechanism': 'PLAIN',
      'sasl.password': 'pa55word',
    });
    expect(openKafkaProperties(properties)).toEqual({ 'security.protocol': 'SASL_SSL', 'sasl.mechanism': 'PLAIN' });
  });
});
