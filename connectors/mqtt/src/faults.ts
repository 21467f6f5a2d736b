import type { ProbeStep } from '@isthmus/connector-sdk';
import { codeOf, reasonOf } from '@isthmus/connector-sdk/helpers';
import type { MqttConfiguration } from './mqtt-config.js';

/** Why a broker cannot be listened to: at which step, and what to do about it. */
export class BrokerFault extends Error {
  constructor(
    readonly step: ProbeStep['name'],
    message: string,
  ) {
    super(message);
  }
}

/** Reason codes of CONNACK: of MQTT 3.1.1 up to 5, of MQTT 5 from 128 on. */
const unknownUser = new Set([4, 134]);
const notAllowed = new Set([5, 135, 138]);
const otherVersion = new Set([1, 132]);

export function speaksOtherVersion(error: unknown): boolean {
  return otherVersion.has(numberOf(error));
}

export function faultOf(error: unknown, configuration: MqttConfiguration): BrokerFault {
  if (error instanceof BrokerFault) return error;
  const { host, port, user, tls } = configuration;
  const place = `${host}:${port}`;
  const code = codeOf(error) ?? '';
  const number = numberOf(error);
  const reason = reasonOf(error);
  if (unknownUser.has(number) || notAllowed.has(number)) {
    const who =
      user === undefined
        ? 'nobody may log in without a name: set `user` and `password`'
        : `${user} was refused: correct \`user\` or \`password\``;
    return new BrokerFault('authenticate', `${who} (code ${number})`);
  }
  if (otherVersion.has(number))
    return new BrokerFault('reach', `${place} does not speak MQTT ${configuration.protocol}: set \`protocol\` to auto`);
  if (number > 0) return new BrokerFault('reach', `${place} refused the connection (code ${number})`);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new BrokerFault(
      'resolve',
      `the name ${host} is not known here (${code}): correct \`host\`, or the name service`,
    );
  if (code === 'ECONNREFUSED')
    return new BrokerFault('reach', `nothing listens at ${place} (${code}): correct \`port\`, or start the broker`);
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|EPROTO/.test(code))
    return new BrokerFault(
      'reach',
      tls === 'verify'
        ? `the broker's certificate is not trusted (${code}): name its authority in \`caFile\`, and the host as the certificate does`
        : `TLS failed (${code}): correct \`port\`, or set \`tls\` to off`,
    );
  return new BrokerFault('reach', `the connection to ${place} broke (${reason}): ${adviceOn(tls)}`);
}

export function silent({ host, port, tls, connectTimeoutSeconds }: MqttConfiguration): BrokerFault {
  return new BrokerFault(
    'reach',
    `${host}:${port} does not answer like an MQTT broker within ${connectTimeoutSeconds} s: ${adviceOn(tls)}`,
  );
}

export function closed({ host, port, tls }: MqttConfiguration): BrokerFault {
  return new BrokerFault('reach', `${host}:${port} ended the connection without a word: ${adviceOn(tls)}`);
}

function adviceOn(tls: MqttConfiguration['tls']): string {
  return `correct \`host\` or \`port\`; ${tls === 'off' ? 'if the broker asks for TLS, set `tls`' : 'if the broker speaks no TLS, set `tls` to off'}`;
}

function numberOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number'
    ? error.code
    : 0;
}
