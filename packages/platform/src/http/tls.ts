import { createPublicKey, X509Certificate } from 'node:crypto';
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import { createSecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls';
import { type Clock, IsthmusError, type Logger, messageOf, type Scheduled } from '@isthmus/kernel';

/** Files in PEM, and what a client must at least speak. */
export interface TlsFiles {
  /** The server's certificate, followed by those between it and the authority, if any. */
  readonly certificate: string;
  /** Its private key, not encrypted. */
  readonly key: string;
  /** Default `TLSv1.2`. */
  readonly minimumVersion?: Extract<SecureVersion, 'TLSv1.2' | 'TLSv1.3'>;
}

const lookEveryMs = 1000;
/** Certificate and key are replaced one after the other: both are looked at once they have come to rest. */
const restMs = 500;
const largestFileBytes = 1_048_576;
const soonMs = 14 * 24 * 3_600_000;

/** The certificate of a listener, read again when its files change; one that cannot be used changes nothing. */
export class TlsCertificate implements Disposable {
  /** One per address that a name stands for. */
  readonly #servers: Server[] = [];
  readonly #files: TlsFiles;
  readonly #logger: Logger;
  readonly #clock: Clock;
  #context: Context;
  #later: Scheduled | undefined;
  readonly #ask = (): void => {
    this.#later?.cancel();
    this.#later = this.#clock.schedule(restMs, () => this.reload());
  };

  /** @throws TLS_UNUSABLE */
  constructor(files: TlsFiles, logger: Logger, clock: Clock) {
    this.#files = files;
    this.#logger = logger;
    this.#clock = clock;
    this.#context = readContext(files);
    this.#warnOfEnd();
    for (const path of [files.certificate, files.key])
      watchFile(path, { interval: lookEveryMs, persistent: false }, this.#ask);
  }

  createServer(options: ServerOptions, handler: RequestListener): Server {
    const server = createServer({ ...options, ...this.#context }, handler);
    this.#servers.push(server);
    return server;
  }

  /** Never fails: what is wrong is logged. Connections that are open go on with the old certificate. */
  reload(): void {
    try {
      const context = readContext(this.#files);
      if (context.cert.equals(this.#context.cert) && context.key.equals(this.#context.key)) return;
      for (const server of this.#servers) server.setSecureContext(context);
      this.#context = context;
      const { subject, validTo } = new X509Certificate(context.cert);
      this.#logger.info('certificate read again', { subject, validTo });
      this.#warnOfEnd();
    } catch (error) {
      this.#logger.error('the changed certificate cannot be used, the old one stays', { problem: messageOf(error) });
    }
  }

  [Symbol.dispose](): void {
    this.#later?.cancel();
    for (const path of [this.#files.certificate, this.#files.key]) unwatchFile(path, this.#ask);
  }

  #warnOfEnd(): void {
    const { subject, validTo } = new X509Certificate(this.#context.cert);
    if (Date.parse(validTo) - this.#clock.now() < soonMs)
      this.#logger.warn('the certificate of the listener ends soon or has ended', { subject, validTo });
  }
}

interface Context extends SecureContextOptions {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly minVersion: SecureVersion;
}

function readContext({ certificate, key, minimumVersion = 'TLSv1.2' }: TlsFiles): Context {
  const context = { cert: read(certificate), key: read(key), minVersion: minimumVersion };
  try {
    createSecureContext(context);
    // not every kind of key is compared above
    const own = createPublicKey(context.key).export({ type: 'spki', format: 'der' });
    const certified = new X509Certificate(context.cert).publicKey.export({ type: 'spki', format: 'der' });
    if (!own.equals(certified)) throw new Error('the key belongs to another certificate');
    return context;
  } catch (error) {
    throw unusable(`${certificate} and ${key} cannot be used together: ${messageOf(error)}`, error);
  }
}

function read(path: string): Buffer {
  try {
    const content = readFileSync(path);
    if (content.length > 0 && content.length <= largestFileBytes) return content;
    throw new Error(`it has ${content.length} bytes`);
  } catch (error) {
    throw unusable(`${path} cannot be read: ${messageOf(error)}`, error);
  }
}

function unusable(message: string, cause: unknown): IsthmusError {
  return new IsthmusError('TLS_UNUSABLE', message, { cause });
}
