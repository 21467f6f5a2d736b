import { IsthmusError } from '@isthmus/kernel';

/** Properties of Kafka's own clients that say how brokers are reached safely; whatever else is there is passed over. */
export const kafkaSecurityNames = [
  'security.protocol',
  'sasl.mechanism',
  'sasl.jaas.config',
  'sasl.username',
  'sasl.password',
  'ssl.truststore.type',
  'ssl.truststore.location',
  'ssl.truststore.certificates',
  'ssl.keystore.type',
  'ssl.keystore.location',
  'ssl.keystore.certificate.chain',
  'ssl.keystore.key',
  'ssl.key.password',
] as const;

export type KafkaSecurityName = (typeof kafkaSecurityNames)[number];
export type KafkaProperties = Readonly<Partial<Record<KafkaSecurityName, string>>>;

const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

/** As a client takes it. Absent members: neither TLS nor a log-in. */
export interface KafkaSecurity {
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly passphrase?: string };
  readonly sasl?: {
    readonly mechanism: (typeof mechanisms)[number];
    readonly username: string;
    readonly password: string;
  };
}

/** What a list of properties says of security. */
export function kafkaPropertiesOf(properties: Readonly<Record<string, unknown>> | undefined): KafkaProperties {
  const found: Partial<Record<KafkaSecurityName, string>> = {};
  for (const name of kafkaSecurityNames) {
    const value = properties === undefined ? undefined : Object.getOwnPropertyDescriptor(properties, name)?.value;
    if (typeof value === 'string' && value !== '') found[name] = value;
  }
  return found;
}

/**
 * What they say without secrets: a client learns how brokers are reached, and has its own user.
 */
export function openKafkaProperties(properties: KafkaProperties): KafkaProperties {
  return kafkaPropertiesOf({
    'security.protocol': properties['security.protocol'],
    'sasl.mechanism': properties['sasl.mechanism'],
  });
}

/**
 * How a client reaches brokers by these properties.
 *
 * @param textOf - the content behind a value that may be a reference (`${env:NAME}`, `${file:/path}`)
 * @throws CONFIG_INVALID_VALUE, which names the property; what `textOf` throws
 */
export async function kafkaSecurity(
  properties: KafkaProperties,
  textOf: (value: string) => Promise<string>,
): Promise<KafkaSecurity> {
  const protocol = properties['security.protocol']?.toUpperCase() ?? 'PLAINTEXT';
  if (!/^(?:PLAINTEXT|SSL|SASL_PLAINTEXT|SASL_SSL)$/.test(protocol))
    throw invalid('security.protocol', `${protocol.slice(0, 50)} is none of PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL`);
  return {
    ...(protocol.endsWith('SSL') && { tls: await tlsOf(properties, textOf) }),
    ...(protocol.startsWith('SASL') && { sasl: await saslOf(properties, textOf) }),
  };
}

/** Whether brokers are told by TLS which name is meant: addresses are no names. */
export function haveNames(bootstrapServers: readonly string[]): boolean {
  return bootstrapServers.some((server) => !/^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[^\]]*\]):\d+$/.test(server));
}

async function tlsOf(properties: KafkaProperties, textOf: (value: string) => Promise<string>) {
  const read = async (name: KafkaSecurityName) => {
    const value = properties[name];
    return value === undefined ? undefined : await textOf(value);
  };
  const file = async (role: 'truststore' | 'keystore') => {
    const location = properties[`ssl.${role}.location`];
    if (location === undefined) return undefined;
    const type = properties[`ssl.${role}.type`]?.toUpperCase() ?? 'JKS';
    if (type !== 'PEM')
      throw invalid(`ssl.${role}.type`, `${type.slice(0, 50)} cannot be read here; convert the ${role} to PEM`);
    return await textOf(location.includes('${') ? location : `\${file:${location}}`);
  };
  const ca = (await read('ssl.truststore.certificates')) ?? (await file('truststore'));
  const own = await file('keystore');
  const cert = (await read('ssl.keystore.certificate.chain')) ?? own;
  const key = (await read('ssl.keystore.key')) ?? own;
  const passphrase = await read('ssl.key.password');
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(passphrase !== undefined && { passphrase }),
  };
}

async function saslOf(properties: KafkaProperties, textOf: (value: string) => Promise<string>) {
  const told = properties['sasl.mechanism']?.toUpperCase();
  const mechanism = mechanisms.find((known) => known === told);
  if (mechanism === undefined)
    throw invalid('sasl.mechanism', `${told?.slice(0, 50) ?? 'nothing'} is none of ${mechanisms.join(', ')}`);
  const jaas = properties['sasl.jaas.config'];
  const config = jaas === undefined ? '' : await textOf(jaas);
  const username = properties['sasl.username'] ?? optionOf(config, 'username');
  const password = properties['sasl.password'] ?? optionOf(config, 'password');
  if (username === undefined || password === undefined)
    throw invalid(
      'sasl.jaas.config',
      'names no username and password, and sasl.username and sasl.password are not set',
    );
  return { mechanism, username: await textOf(username), password: await textOf(password) };
}

/** Of `...LoginModule required username="u" password="p";`. */
function optionOf(jaas: string, option: 'username' | 'password'): string | undefined {
  const quoted = new RegExp(`\\b${option}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s";]+))`).exec(jaas);
  return quoted?.[1]?.replace(/\\(.)/g, '$1') ?? quoted?.[2];
}

function invalid(property: string, fault: string): IsthmusError {
  return new IsthmusError('CONFIG_INVALID_VALUE', `the property ${property} of Kafka: ${fault}`, {
    details: { field: property },
  });
}
