import { codeOf, reasonOf } from '../helpers/reason-of.js';

/**
 * What is wrong on the way to a server: its name is not known; nothing listens; nothing answers; its certificate is not
 * trusted, for another name or out of date; it speaks no TLS, or not as we do; it ended the conversation.
 */
export type NetworkFault =
  | 'name'
  | 'refused'
  | 'silent'
  | 'untrusted'
  | 'otherName'
  | 'outOfDate'
  | 'noTls'
  | 'handshake'
  | 'cut';

/** How a server and the fields of its configuration are called in advice. */
export interface ServerNames {
  /** What it should be: `PostgreSQL`. */
  readonly kind: string;
  readonly host: string;
  readonly port: number | string;
  readonly fields?: {
    readonly host?: string;
    readonly port?: string;
    readonly tls?: string;
    readonly authority?: string;
  };
}

const byCode: Readonly<Record<string, NetworkFault>> = {
  ENOTFOUND: 'name',
  EAI_AGAIN: 'name',
  ECONNREFUSED: 'refused',
  ENOENT: 'refused',
  ETIMEDOUT: 'silent',
  EHOSTUNREACH: 'silent',
  ENETUNREACH: 'silent',
  CERT_HAS_EXPIRED: 'outOfDate',
  CERT_NOT_YET_VALID: 'outOfDate',
  ERR_TLS_CERT_ALTNAME_INVALID: 'otherName',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted',
  CERT_SIGNATURE_FAILURE: 'untrusted',
  ERR_SSL_WRONG_VERSION_NUMBER: 'noTls',
  ECONNRESET: 'cut',
  EPIPE: 'cut',
};

/** Undefined: the server itself has refused something, or it is no fault of the network. */
export function networkFaultOf(error: unknown): NetworkFault | undefined {
  for (const link of chainOf(error)) {
    const known = byCode[codeOf(link) ?? ''];
    if (known !== undefined) return known;
  }
  const reason = reasonOf(error);
  if (/wrong version number|packet length too long|unknown protocol/i.test(reason)) return 'noTls';
  if (/EPROTO|ERR_SSL_|SSL routines|TLS handshake/.test(reason)) return 'handshake';
  if (/does not support (SSL|TLS|secure)/i.test(reason)) return 'noTls';
  if (/time(d )?[ -]?out/i.test(reason)) return 'silent';
  return /terminated|closed the connection|connection.*(closed|ended|lost)/i.test(reason) ? 'cut' : undefined;
}

/** The fault and what to do about it, in a sentence. */
export function adviceOfFault(fault: NetworkFault, reason: string, names: ServerNames): string {
  const { kind, host, port, fields = {} } = names;
  const field = { host: 'host', port: 'port', tls: 'tls', authority: 'caFile', ...fields };
  const place = `${host}:${port}`;
  switch (fault) {
    case 'name':
      return `the name ${host} is not known here (${reason}): correct \`${field.host}\`, or the name service`;
    case 'refused':
      return `nothing listens at ${place} (${reason}): correct \`${field.port}\`, or start the server`;
    case 'silent':
      return `${place} does not answer like ${kind} (${reason}): correct \`${field.host}\` or \`${field.port}\`; a firewall may be in between`;
    case 'untrusted':
      return `the certificate of ${place} is not trusted (${reason}): name the authority that signed it in \`${field.authority}\``;
    case 'otherName':
      return `the certificate of ${place} is for another name (${reason}): write \`${field.host}\` as the certificate does, or have one made for this name`;
    case 'outOfDate':
      return `the certificate of ${place} is out of date (${reason}): renew it there, or set the clock right`;
    case 'noTls':
      return `${place} speaks no TLS (${reason}): set \`${field.tls}\` to off, switch TLS on there, or correct \`${field.port}\``;
    case 'handshake':
      return `TLS with ${place} failed (${reason}): see what versions and certificates of clients it demands`;
    case 'cut':
      return `what answers at ${place} does not speak like ${kind}, or closed the connection (${reason}): correct \`${field.host}\` or \`${field.port}\`; it may demand TLS`;
  }
}

/** An error and its causes, those of several addresses too. At most ten deep. */
function chainOf(error: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  for (let next = error; next !== undefined && next !== null && chain.length < 10; ) {
    chain.push(next);
    next = next instanceof Error ? next.cause : undefined;
  }
  return chain;
}
