import { unwatchFile, watchFile } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '@isthmus/kernel';
import { describeProblem } from '../configuration/configuration-commands.js';
import { child, schemaAt } from '../configuration/configuration-schema.js';
import {
  type ConfigurationSources,
  type LoadedConfiguration,
  loadConfiguration,
} from '../configuration/load-configuration.js';
import type { WinstonLogging } from '../logging/winston-logger.js';

const lookEveryMs = 2000;

/**
 * Reads the configuration again at SIGHUP and when its file changes. Keys marked hot take effect; for the others it
 * says that a restart is needed. A file with mistakes changes nothing.
 */
export function followReloads(
  sources: ConfigurationSources,
  first: LoadedConfiguration,
  logging: WinstonLogging,
  source: NodeJS.EventEmitter,
): Disposable {
  const { logger } = logging;
  let current = first;
  const reload = (): void => {
    let next: LoadedConfiguration;
    try {
      next = loadConfiguration(sources);
    } catch (error) {
      logger.error('the changed configuration cannot be read, the old one stays', { problem: messageOf(error) });
      return;
    }
    if (next.problems.length > 0) {
      logger.error('the changed configuration has mistakes, the old one stays', {
        problems: next.problems.map(describeProblem),
      });
      return;
    }
    const changed = changedKeys(current, next);
    const hot = changed.filter((key) => schemaAt(key.split('.'), next.configuration)?.hot === true);
    if (hot.includes('log.level')) logging.setLevel(next.configuration.log.level);
    if (changed.length > 0)
      logger.info('configuration read again', {
        applied: hot,
        needRestart: changed.filter((key) => !hot.includes(key)),
      });
    current = next;
  };
  source.on('SIGHUP', reload);
  const { file } = sources;
  if (file !== undefined) watchFile(file, { interval: lookEveryMs, persistent: false }, reload);
  return {
    [Symbol.dispose]: () => {
      source.off('SIGHUP', reload);
      if (file !== undefined) unwatchFile(file, reload);
    },
  };
}

function changedKeys(before: LoadedConfiguration, after: LoadedConfiguration): string[] {
  const value = (loaded: LoadedConfiguration, key: string) =>
    key.split('.').reduce<unknown>(child, loaded.configuration);
  return [...new Set([...before.origins.keys(), ...after.origins.keys()])].filter(
    (key) => !isDeepStrictEqual(value(before, key), value(after, key)),
  );
}
