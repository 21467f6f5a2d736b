import { createHash } from 'node:crypto';
import { type Clock, IsthmusError, type Logger } from '@isthmus/kernel';
import { LoginThrottle } from './login-throttle.js';
import { hashPassword, verifyPassword } from './password-hash.js';
import type { UserDirectory } from './user-directory.js';
import type { UserTokens } from './user-tokens.js';

export interface LogInParts {
  readonly users: UserDirectory;
  readonly tokens: UserTokens;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface LogInRequest {
  readonly userId: string;
  readonly password: string;
  readonly newPassword?: string;
  /** Where the call comes from. */
  readonly address: string;
}

export const shortestPassword = 8;
export const longestPassword = 1024;
const longestName = 256;
/** Hashing takes a thread of the pool that files need too. */
const atOnce = 2;
const waitingAtMost = 20;

/** Checks passwords and gives out tokens; slowly to those who guess. */
export class LogIn {
  readonly #parts: LogInParts;
  readonly #perUser: LoginThrottle;
  readonly #perAddress: LoginThrottle;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(parts: LogInParts) {
    this.#parts = parts;
    this.#perUser = new LoginThrottle({ burst: 10, refillMs: 15_000 }, parts.clock);
    this.#perAddress = new LoginThrottle({ burst: 50, refillMs: 3_000 }, parts.clock);
  }

  /**
   * Unknown and disabled users, users without a password and wrong passwords get the same answer after the same time.
   *
   * @returns a signed token
   * @throws LOGIN_FAILED, LOGIN_THROTTLED with `details.retryAfterSeconds`, PASSWORD_UNSUITABLE
   */
  async logIn(request: LogInRequest): Promise<string> {
    const { userId, address } = request;
    const giveBack = this.#admit(userId, address);
    const { users, tokens, logger } = this.#parts;
    const user = userId.length <= longestName ? users.find(userId) : undefined;
    const stored = user === undefined || user.disabled ? undefined : user.password;
    const matches = await this.#hashing(giveBack, () => verifyPassword(request.password, stored));
    if (!matches || user === undefined) {
      logger.warn('log-in refused', { user: userId.slice(0, 100), address });
      throw new IsthmusError('LOGIN_FAILED', 'user and password do not belong together');
    }
    giveBack();
    const { newPassword } = request;
    if (newPassword !== undefined && newPassword !== '') {
      requireSuitable(newPassword);
      await users.setPassword(
        user.name,
        await this.#hashing(
          () => undefined,
          () => hashPassword(newPassword),
        ),
      );
      logger.info('password changed', { user: user.name, by: user.name, address });
    }
    return tokens.issue(users.find(user.name) ?? user);
  }

  /** Takes one attempt of the user and one of the address; names are kept as hashes, whose length is bounded. */
  #admit(userId: string, address: string): () => void {
    const user = createHash('sha256').update(userId).digest('base64');
    const addressWaitMs = this.#perAddress.take(address);
    const waitMs = addressWaitMs > 0 ? addressWaitMs : this.#perUser.take(user);
    if (waitMs > 0) {
      if (addressWaitMs === 0) this.#perAddress.giveBack(address);
      throw throttled(waitMs);
    }
    return () => {
      this.#perUser.giveBack(user);
      this.#perAddress.giveBack(address);
    };
  }

  async #hashing<T>(giveBack: () => void, work: () => Promise<T>): Promise<T> {
    if (this.#running >= atOnce) {
      if (this.#waiting.length >= waitingAtMost) {
        giveBack();
        throw throttled(1000);
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }
}

/** @throws PASSWORD_UNSUITABLE */
export function requireSuitable(password: string): void {
  if (password.length >= shortestPassword && password.length <= longestPassword) return;
  throw new IsthmusError(
    'PASSWORD_UNSUITABLE',
    `a password has ${shortestPassword} to ${longestPassword} characters, this one has ${password.length}`,
  );
}

function throttled(waitMs: number): IsthmusError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new IsthmusError(
    'LOGIN_THROTTLED',
    `too many log-ins failed; the next is looked at in ${retryAfterSeconds} s`,
    {
      details: { retryAfterSeconds },
    },
  );
}
