import { unwatchFile, watchFile } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '@isthmus/kernel';
import type { Account } from '@isthmus/platform';
import { resolveAccounts } from '../configuration/accounts.js';
import { describeProblem } from '../configuration/configuration-commands.js';
import { child, schemaAt } from '../configuration/configuration-schema.js';
import {
  type ConfigurationSources,
  type LoadedConfiguration,
  loadConfiguration,
} from '../configuration/load-configuration.js';
import type { WinstonLogging } from '../logging/winston-logger.js';

const lookEveryMs = 2000;

export interface ReloadParts {
  readonly sources: ConfigurationSources;
  /** What is in force, with its accounts. */
  readonly loaded: LoadedConfiguration;
  readonly accounts: readonly Account[];
  readonly logging: WinstonLogging;
  readonly setAccounts: (accounts: readonly Account[]) => void;
  /** What the process looks at by itself: users and certificate. */
  readonly readFilesAgain?: () => void;
  /** Emits SIGHUP. */
  readonly source: NodeJS.EventEmitter;
}

/**
 * Reads the configuration again at SIGHUP and when its file, or a file that holds the token of an account, changes.
 * Keys marked hot take effect, tokens are looked up anew; for other keys it says that a restart is needed. A
 * configuration with mistakes changes nothing.
 */
export class Reloads implements Disposable {
  readonly #parts: ReloadParts;
  #loaded: LoadedConfiguration;
  #accounts: readonly Account[];
  #watched: readonly string[] = [];
  #running = Promise.resolve();
  #ended = false;
  readonly #ask = (): void => {
    this.#running = this.#running.then(() => this.#reload());
  };

  constructor(parts: ReloadParts) {
    this.#parts = parts;
    this.#loaded = parts.loaded;
    this.#accounts = parts.accounts;
  }

  start(): this {
    this.#parts.source.on('SIGHUP', this.#ask);
    this.#watch(this.#loaded);
    return this;
  }

  /** Settles when every reload asked for so far is done. */
  idle(): Promise<void> {
    return this.#running;
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    this.#parts.source.off('SIGHUP', this.#ask);
    for (const file of this.#watched) unwatchFile(file, this.#ask);
  }

  async #reload(): Promise<void> {
    const { sources, logging } = this.#parts;
    this.#parts.readFilesAgain?.();
    const { logger } = logging;
    try {
      const loaded = loadConfiguration(sources);
      const { accounts, problems } =
        loaded.problems.length > 0
          ? { accounts: [], problems: loaded.problems }
          : await resolveAccounts(loaded, sources.file === undefined, sources.environment);
      if (this.#ended) return;
      if (problems.length === 0) this.#apply(loaded, accounts);
      else
        logger.error('the changed configuration has mistakes, the old one stays', {
          problems: problems.map(describeProblem),
        });
    } catch (error) {
      logger.error('the changed configuration cannot be read, the old one stays', { problem: messageOf(error) });
    }
  }

  #apply(loaded: LoadedConfiguration, accounts: readonly Account[]): void {
    const { logging, setAccounts } = this.#parts;
    const changed = changedKeys(this.#loaded, loaded);
    const isHot = (key: string) =>
      [this.#loaded, loaded].some(({ configuration }) => schemaAt(key.split('.'), configuration)?.hot === true);
    const hot = changed.filter(isHot);
    const names = changedAccounts(this.#accounts, accounts);
    if (names.length > 0) setAccounts(accounts);
    if (hot.includes('log.level')) logging.setLevel(loaded.configuration.log.level);
    if (changed.length > 0 || names.length > 0)
      logging.logger.info('configuration read again', {
        applied: hot,
        ...(names.length === 0 ? {} : { accounts: names }),
        needRestart: changed.filter((key) => !hot.includes(key)),
      });
    this.#loaded = loaded;
    this.#accounts = accounts;
    this.#watch(loaded);
  }

  #watch({ file, configuration }: LoadedConfiguration): void {
    const tokenFiles = configuration.accounts.flatMap(({ token }) => /^\$\{file:(.+)\}$/.exec(token)?.[1] ?? []);
    const wanted = [...new Set([...(file === undefined ? [] : [file]), ...tokenFiles])];
    for (const path of this.#watched) if (!wanted.includes(path)) unwatchFile(path, this.#ask);
    for (const path of wanted)
      if (!this.#watched.includes(path)) watchFile(path, { interval: lookEveryMs, persistent: false }, this.#ask);
    this.#watched = wanted;
  }
}

function changedKeys(before: LoadedConfiguration, after: LoadedConfiguration): string[] {
  const value = (loaded: LoadedConfiguration, key: string) =>
    key.split('.').reduce<unknown>(child, loaded.configuration);
  return [...new Set([...before.origins.keys(), ...after.origins.keys()])].filter(
    (key) => !isDeepStrictEqual(value(before, key), value(after, key)),
  );
}

/** Names of accounts that came, went, or have another role or token. */
function changedAccounts(before: readonly Account[], after: readonly Account[]): string[] {
  const byName = (accounts: readonly Account[]) => new Map(accounts.map((account) => [account.name, account]));
  const [old, now] = [byName(before), byName(after)];
  return [...new Set([...old.keys(), ...now.keys()])].filter(
    (name) => !isDeepStrictEqual(old.get(name), now.get(name)),
  );
}
