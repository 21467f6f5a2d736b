import type { KafkaConfiguration } from './kafka-config.js';
import { codesOf, reasonOf, SourceFault } from './source-fault.js';

/** What the other side said first, where it was no answer of Kafka's. */
export type Stranger = 'http' | 'tls' | undefined;

/** What the first bytes of an answer give away: answers of Kafka's begin with their length. */
export function strangerOf(chunk: Uint8Array): Stranger {
  if (chunk[0] === 0x48 && chunk[1] === 0x54 && chunk[2] === 0x54 && chunk[3] === 0x50) return 'http';
  return (chunk[0] === 0x15 || chunk[0] === 0x16) && chunk[1] === 0x03 ? 'tls' : undefined;
}

/** Why there is no connection to a broker, which step of a probe that is, and what to do about it. */
export function connectionFault(
  error: unknown,
  address: string,
  configuration: Pick<KafkaConfiguration, 'tls' | 'user' | 'mechanism'>,
  stranger: Stranger,
): SourceFault {
  const { tls, user } = configuration;
  const codes = codesOf(error);
  const reason = reasonOf(error);
  const fault = (step: SourceFault['step'], message: string) => new SourceFault(step, message, [...codes][0]);
  if (codes.has('ENOTFOUND') || codes.has('EAI_AGAIN'))
    return fault(
      'resolve',
      `the name of ${address} is not known here: correct \`bootstrapServers\`, or the name service`,
    );
  if (codes.has('ECONNREFUSED'))
    return fault(
      'reach',
      `nothing listens at ${address}: correct the port in \`bootstrapServers\`, or start the broker`,
    );
  if (isLogin(codes, reason)) return fault('authenticate', loginAdvice(address, configuration, codes, reason));
  if (stranger === 'http')
    return fault('reach', `what answers at ${address} is a web server, not Kafka: correct \`bootstrapServers\``);
  if (stranger === 'tls')
    return fault('reach', `${address} speaks TLS: set \`tls\` to verify (or require), or name a listener without it`);
  if (tls !== 'off' && isTls(codes, reason)) return fault('reach', tlsAdvice(address, tls, reason));
  if (/timed? ?out|EHOSTUNREACH|ENETUNREACH/i.test(`${reason} ${[...codes].join(' ')}`))
    return fault('reach', `${address} does not answer (${reason}): a firewall may be in between, or it is not Kafka`);
  const advice =
    user === undefined
      ? 'it may ask for TLS (`tls`) or a log-in (`user`), or not be Kafka'
      : 'it may ask for TLS (`tls`)';
  return fault('reach', `${address} ended the connection (${reason}): ${advice}`);
}

function isLogin(codes: ReadonlySet<string>, reason: string): boolean {
  return (
    codes.has('PLT_KFK_AUTHENTICATION') ||
    codes.has('SASL_AUTHENTICATION_FAILED') ||
    codes.has('UNSUPPORTED_SASL_MECHANISM') ||
    codes.has('ILLEGAL_SASL_STATE') ||
    /sasl|scram/i.test(reason)
  );
}

function loginAdvice(
  address: string,
  { user, mechanism }: Pick<KafkaConfiguration, 'user' | 'mechanism'>,
  codes: ReadonlySet<string>,
  reason: string,
): string {
  if (codes.has('UNSUPPORTED_SASL_MECHANISM'))
    return `${address} does not take ${mechanism}: set \`mechanism\` to one that its listener has`;
  if (codes.has('ILLEGAL_SASL_STATE'))
    return `${address} asks for no log-in: remove \`user\`, or name a listener with SASL`;
  return `${user ?? 'nobody'} was refused at ${address} by ${mechanism} (${reason}): correct \`user\`, \`password\` or \`mechanism\``;
}

function isTls(codes: ReadonlySet<string>, reason: string): boolean {
  return (
    [...codes].some((code) => /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|EPROTO)/.test(code)) ||
    /TLS|SSL|certificate/i.test(reason)
  );
}

function tlsAdvice(address: string, tls: KafkaConfiguration['tls'], reason: string): string {
  if (/wrong version|before secure TLS|handshake failed|packet length/i.test(reason))
    return `${address} speaks no TLS (${reason}): set \`tls\` to off, or name a listener with TLS`;
  if (/certificate required|bad certificate|handshake failure/i.test(reason))
    return `${address} asks for a certificate (${reason}): name it in \`certificateFile\` and \`keyFile\``;
  return tls === 'verify'
    ? `the certificate of ${address} is not trusted (${reason}): name its authority in \`caFile\`, and the broker as the certificate does`
    : `TLS with ${address} failed (${reason})`;
}
