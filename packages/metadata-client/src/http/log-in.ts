import { type Clock, IsthmusError, type Logger, toErrorReport } from '@isthmus/kernel';
import { isRecord } from '../guards.js';
import type { TextAnswer, TokenSupplier } from './store-http.js';

/** Larger answers are no token. */
const longestToken = 16_384;
/** A token is renewed when so much of its life is left, and at the latest a fifth of it. */
const renewBeforeMs = 60_000;
const firstPauseMs = 2_000;
/** A password that was corrected is tried by then. */
const longestPauseMs = 60_000;

/** With what one logs in. */
export interface Credentials {
  /** Default: who stands in the paths. */
  readonly userId?: string;
  readonly password: string;
}

export interface LogInParts {
  /** Who stands in the paths of calls. */
  readonly userId: string;
  /** Looked up at each log-in, so that a changed one is used without a restart; undefined: no token is sent. */
  readonly credentials: () => Promise<Credentials | undefined>;
  /** `POST /api/token` with this body. */
  readonly ask: (body: object, signal: AbortSignal) => Promise<TextAnswer>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
}

interface Token {
  readonly text: string;
  /** Steady milliseconds; infinite when the token does not tell. */
  readonly renewAt: number;
  readonly expiresAt: number;
}

/**
 * Tokens of Egeria 6 by user id and password. One log-in at a time for all who wait; renewed before it expires and when
 * it is refused. After a refused log-in nobody logs in for a while, so that an account is not locked by us.
 */
export class LogIn {
  #token: Token | undefined;
  #asking: Promise<Token | undefined> | undefined;
  #refusal: { readonly error: IsthmusError; readonly until: number } | undefined;
  #refusals = 0;
  readonly #closed = new AbortController();

  constructor(private readonly parts: LogInParts) {}

  /** @throws STORE_NOT_AUTHORIZED, which passes when the account is put right; STORE_UNREACHABLE; CONFIG_SECRET_UNRESOLVED */
  readonly token: TokenSupplier = async (refused, signal) => {
    if (refused !== undefined && this.#token?.text === refused) this.#token = undefined;
    const now = this.parts.clock.monotonic();
    const token = this.#token;
    if (token !== undefined && now < token.renewAt) return token.text;
    try {
      this.#asking ??= this.#logIn().finally(() => {
        this.#asking = undefined;
      });
      return (await untilAborted(this.#asking, signal))?.text;
    } catch (error) {
      // The old one still holds: whoever is asked for it says so.
      if (token !== undefined && this.parts.clock.monotonic() < token.expiresAt && !signal.aborted) return token.text;
      throw error;
    }
  };

  close(): void {
    this.#closed.abort();
  }

  async #logIn(): Promise<Token | undefined> {
    const { clock, logger } = this.parts;
    if (this.#refusal !== undefined && clock.monotonic() < this.#refusal.until) throw this.#refusal.error;
    try {
      const credentials = await this.parts.credentials();
      if (credentials === undefined) return undefined;
      const { userId = this.parts.userId, password } = credentials;
      const token = this.#read(await this.parts.ask({ userId, password }, this.#closed.signal), userId);
      if (this.#refusals > 0) logger.info('log-in at the metadata server succeeds again');
      this.#refusals = 0;
      this.#refusal = undefined;
      this.#token = token;
      return token;
    } catch (error) {
      if (IsthmusError.is(error) && error.code === 'STORE_NOT_AUTHORIZED') this.#pause(error);
      throw error;
    }
  }

  #pause(error: IsthmusError): void {
    const { clock, logger, random } = this.parts;
    const ceiling = Math.min(longestPauseMs, firstPauseMs * 2 ** this.#refusals);
    const pauseMs = Math.round(ceiling * (0.75 + random() / 4));
    if (this.#refusals === 0) logger.warn('log-in at the metadata server was refused', { error: toErrorReport(error) });
    this.#refusals += 1;
    this.#refusal = { error, until: clock.monotonic() + pauseMs };
  }

  #read({ status, text }: TextAnswer, userId: string): Token {
    const token = text.trim();
    if (status !== 200) throw refused(userId, status);
    // Whatever else is in the answer is no header either.
    if (token === '' || token.length > longestToken || !/^[\w.~+/-]+=*$/.test(token))
      throw new IsthmusError('STORE_ANSWER_INVALID', 'the answer to the log-in is no token', {
        details: { status },
        next: 'check that `metadataServer.url` is the root of an Egeria platform; one that needs no log-in wants no `metadataServer.password`',
      });
    const now = this.parts.clock.monotonic();
    const lifeMs = lifeOf(token, this.parts.clock.now());
    return { text: token, expiresAt: now + lifeMs, renewAt: now + lifeMs - Math.min(renewBeforeMs, lifeMs / 5) };
  }
}

/** Of a JSON web token, by the server's own clock where it tells both times; infinite for anything else. */
function lifeOf(token: string, nowMs: number): number {
  const claims = claimsOf(token);
  if (typeof claims?.exp !== 'number' || !Number.isFinite(claims.exp)) return Number.POSITIVE_INFINITY;
  const beganMs = typeof claims.iat === 'number' && Number.isFinite(claims.iat) ? claims.iat * 1000 : nowMs;
  return Math.max(0, claims.exp * 1000 - beganMs);
}

function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return isRecord(claims) ? claims : undefined;
  } catch {
    return undefined;
  }
}

function refused(userId: string, status: number): IsthmusError {
  const missing = status === 404 || status === 405;
  return new IsthmusError(
    'STORE_NOT_AUTHORIZED',
    missing
      ? `the metadata server has no log-in (HTTP ${status})`
      : `the metadata server refused the log-in of ${userId} (HTTP ${status})`,
    {
      details: { userId, status },
      next: missing
        ? 'a server of release 4.3 takes the user from the path: remove `metadataServer.password`'
        : 'check `metadataServer.userId` and the secret behind `metadataServer.password`; it is tried again by itself',
      retryable: true,
    },
  );
}

async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
