import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** PEM texts. */
export interface TestCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** An authority of one's own, as companies have them, for tests of TLS against real servers. */
export interface TestAuthority {
  /** What whoever is to trust it gets (PEM). */
  readonly certificate: string;
  /**
   * @param names - names and IPv4 addresses of the server
   * @param validUntil - default: in a day; in the past for one that is out of date
   */
  issue(names: readonly string[], validUntil?: Date): TestCertificate;
}

const dayMs = 86_400_000;

/** @param name - what it calls itself; two of one name have different keys all the same */
export function testAuthority(name = 'Test Authority'): TestAuthority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const later = new Date(Date.now() + dayMs);
  const own = { issuer: name, signer: privateKey };
  return {
    certificate: certificateOf({
      ...own,
      subject: name,
      publicKey,
      validUntil: later,
      extensions: authorityExtensions,
    }),
    issue(names, validUntil = later) {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const subject = names[0] ?? 'nobody';
      const extensions = [extension(oids.subjectAltName, sequence(...names.map(generalName)))];
      return {
        certificate: certificateOf({ ...own, subject, publicKey: pair.publicKey, validUntil, extensions }),
        key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
}

interface CertificateFacts {
  readonly issuer: string;
  readonly signer: KeyObject;
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly validUntil: Date;
  readonly extensions: readonly Buffer[];
}

/** RFC 5280, section 4.1, in DER. */
function certificateOf({ issuer, signer, subject, publicKey, validUntil, extensions }: CertificateFacts): string {
  const algorithm = sequence(oid(oids.ecdsaWithSha256));
  const toBeSigned = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    // positive, and never the same twice
    integer(Buffer.concat([Buffer.from([0x01]), randomBytes(8)])),
    algorithm,
    commonName(issuer),
    sequence(time(new Date(Math.min(validUntil.getTime(), Date.now()) - dayMs)), time(validUntil)),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  );
  const der = sequence(toBeSigned, algorithm, bits(sign('sha256', toBeSigned, signer)));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

const oids = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  keyUsage: '551d0f',
  subjectAltName: '551d11',
  basicConstraints: '551d13',
};

const isTrue = Buffer.from([0x01, 0x01, 0xff]);
/** It may sign certificates and lists of revoked ones. */
const authorityExtensions = [
  extension(oids.basicConstraints, sequence(isTrue), isTrue),
  extension(oids.keyUsage, tagged(0x03, Buffer.from([0x01, 0x06])), isTrue),
];

function extension(id: string, value: Buffer, ...critical: readonly Buffer[]): Buffer {
  return sequence(oid(id), ...critical, tagged(0x04, value));
}

function generalName(name: string): Buffer {
  if (isIPv4(name)) return tagged(0x87, Buffer.from(name.split('.').map(Number)));
  return tagged(0x82, Buffer.from(name, 'ascii'));
}

function commonName(name: string): Buffer {
  return sequence(tagged(0x31, sequence(oid(oids.commonName), tagged(0x0c, Buffer.from(name, 'utf8')))));
}

function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/\.\d+/, '').replace(/[-:T]/g, '');
  return tagged(0x17, Buffer.from(digits.slice(2), 'ascii'));
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function bits(bytes: Buffer): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([0]), bytes]));
}

function oid(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, 'hex'));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
