import type { Command } from 'commander';
import type { ConfigurationSources, FlagValues } from '../configuration/load-configuration.js';

export interface SourceOptions {
  readonly config?: string;
  readonly port?: string;
  readonly host?: string;
  readonly dataDir?: string;
  readonly logLevel?: string;
}

const flags = [
  { option: 'port', flag: '--port', key: 'listen.port' },
  { option: 'host', flag: '--host', key: 'listen.host' },
  { option: 'dataDir', flag: '--data-dir', key: 'dataDirectory' },
  { option: 'logLevel', flag: '--log-level', key: 'log.level' },
] as const;

/** The flags that stand above file and environment. */
export function addSourceOptions(command: Command): void {
  command
    .option('--config <file>', 'configuration file (YAML); without it the defaults hold')
    .option('--port <port>', 'port to listen on (default 9080; 0 = any free one)')
    .option('--host <address>', 'address to listen on (default 127.0.0.1); any other than loopback needs accounts')
    .option('--data-dir <path>', 'where databases lie (default .isthmus)')
    .option('--log-level <level>', 'error, warn, info or debug');
}

export function sourcesOf(options: SourceOptions): ConfigurationSources {
  const values: FlagValues = new Map(
    flags.flatMap(({ option, flag, key }) => {
      const value = options[option];
      return value === undefined ? [] : [[key, { flag, value }] as const];
    }),
  );
  return { environment: process.env, flags: values, ...(options.config === undefined ? {} : { file: options.config }) };
}
