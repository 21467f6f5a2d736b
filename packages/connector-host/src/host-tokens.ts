import type { ServiceIdentifier } from 'inversify';
import type { SecretSource } from './configuration/secrets.js';
import type { ConnectorHost } from './connector-host.js';
import type { HookDeadlines } from './instance/hook-deadlines.js';

export interface InlineHostOptions {
  /** Folders that are packages, or hold packages, of connector providers. Earlier ones win. */
  readonly providerDirectories: readonly string[];
  readonly newId: () => string;
  /** Names that nobody knows make the manifests be read again no sooner than this after they were last read. Default 2000. */
  readonly rescanAfterMs?: number;
  /** Default: the version of connector-sdk that is installed. */
  readonly sdkVersion?: string;
  /** Default: the process's environment and files. */
  readonly secrets?: SecretSource;
  readonly deadlines?: Partial<HookDeadlines>;
}

export const HostTokens = {
  ConnectorHost: Symbol.for('connector-host.ConnectorHost') as ServiceIdentifier<ConnectorHost>,
  Options: Symbol.for('connector-host.Options') as ServiceIdentifier<InlineHostOptions>,
} as const;
