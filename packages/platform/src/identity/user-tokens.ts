import { createHash } from 'node:crypto';
import { type Clock, IsthmusError } from '@isthmus/kernel';
import type { Caller } from '../accounts.js';
import type { SigningKey } from './signing-key.js';
import type { StoredUser, UserDirectory } from './user-directory.js';

export interface UserTokensParts {
  readonly key: SigningKey;
  readonly users: UserDirectory;
  readonly clock: Clock;
  readonly lifetimeMs: number;
}

/** A token that was verified: what is left to ask is whether it still holds. */
interface Verified {
  readonly name: string;
  readonly credential: string;
  readonly expiresAt: number;
}

const algorithm = 'RS256';
const issuer = 'self';
/** Verified tokens are remembered, so that a call costs a hash and no signature check. */
const remembered = 2000;
const longestToken = 4096;

/**
 * Signed tokens as Egeria 6.1 gives them out: `iss` self, `iat`, `exp`, `sub`, `displayName`. `credential` beside them
 * ties a token to the password of its user: after a change of password the tokens given out before no longer hold.
 * Who is removed or disabled, or gets another role, is so for tokens given out before, too.
 */
export class UserTokens {
  readonly #parts: UserTokensParts;
  readonly #verified = new Map<string, Verified>();

  constructor(parts: UserTokensParts) {
    this.#parts = parts;
  }

  async issue(user: StoredUser): Promise<string> {
    const { clock, key, lifetimeMs } = this.#parts;
    const { SignJWT } = await jose();
    const issuedAt = Math.floor(clock.now() / 1000);
    return new SignJWT({ displayName: user.displayName ?? user.name, credential: credentialOf(user) })
      .setProtectedHeader({ alg: algorithm })
      .setIssuer(issuer)
      .setSubject(user.name)
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + Math.round(lifetimeMs / 1000))
      .sign(key.privateKey);
  }

  /** @throws UNAUTHENTICATED for whatever is no token of ours that holds now; its message never tells the token */
  async callerOf(token: string): Promise<Caller> {
    const known = createHash('sha256').update(token).digest('base64');
    const verified = this.#verified.get(known) ?? (await this.#verify(token, known));
    if (verified.expiresAt <= this.#parts.clock.now()) {
      this.#verified.delete(known);
      throw refused('the token has expired: log in again');
    }
    const user = this.#parts.users.find(verified.name);
    if (user === undefined || user.disabled || credentialOf(user) !== verified.credential)
      throw refused('the token no longer holds: log in again');
    return { name: user.name, role: user.role, actsFor: user.actsFor };
  }

  async #verify(token: string, known: string): Promise<Verified> {
    if (token.length > longestToken) throw refused('the token is none of this server');
    const { key, clock } = this.#parts;
    const { errors, jwtVerify } = await jose();
    const options = { algorithms: [algorithm], issuer, currentDate: new Date(clock.now()) };
    try {
      const { payload } = await jwtVerify(token, key.publicKey, { ...options, requiredClaims: ['sub', 'exp', 'iat'] });
      const { sub, exp, credential } = payload;
      if (sub === undefined || exp === undefined || typeof credential !== 'string') throw refused('it lacks claims');
      const verified = { name: sub, credential, expiresAt: exp * 1000 };
      if (this.#verified.size >= remembered)
        for (const [oldest] of this.#verified) {
          this.#verified.delete(oldest);
          break;
        }
      this.#verified.set(known, verified);
      return verified;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw refused('the token has expired: log in again');
      throw refused('no account has this token, and it is none of this server');
    }
  }
}

/** Ten megabytes that a process without users never needs. */
function jose(): Promise<typeof import('jose')> {
  return import('jose');
}

/** Tells nothing of the password: the stored hash holds 16 random bytes. */
function credentialOf(user: StoredUser): string {
  return createHash('sha256')
    .update(`isthmus-credential ${user.name} ${user.password ?? ''}`)
    .digest('base64url')
    .slice(0, 16);
}

function refused(message: string): IsthmusError {
  return new IsthmusError('UNAUTHENTICATED', message);
}
