export type {
  ConnectorHost,
  ConnectorInstance,
  InstanceEvents,
  InstanceSpec,
  ProviderManifest,
  RunRequest,
} from './connector-host.js';
export type { ItemDigest, RunSink } from './run-sink.js';
