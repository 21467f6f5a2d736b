export { nearest } from '@isthmus/connector-sdk';
export { resolveSecrets, type SecretSource, systemSecrets } from './configuration/secrets.js';
export { type FieldFault, validateConfiguration } from './configuration/validator.js';
export type {
  CheckedRegistration,
  ConnectorHost,
  ConnectorInstance,
  InstanceEvents,
  InstanceSpec,
  JudgedAnswer,
  ProviderManifest,
  RunRequest,
  StrayReport,
  TargetSpec,
} from './connector-host.js';
export { connectorHostModule } from './connector-host-module.js';
export { HostTokens, type InlineHostOptions } from './host-tokens.js';
export { InlineConnectorHost } from './inline-connector-host.js';
export { isFitKey, unfitItem } from './instance/bounds.js';
export { canonicalHash } from './instance/canonical.js';
export { defaultDeadlines, type HookDeadlines } from './instance/hook-deadlines.js';
export { LogThrottle } from './instance/log-throttle.js';
export { admit, type GateFacts, MetadataGate } from './instance/metadata-gate.js';
export type { InstanceNotice } from './instance/notice-queue.js';
export { processStrays, StrayTracer, type TracedInstance } from './instance/stray-tracer.js';
export type { CallTarget, MetadataCall, MetadataCalls } from './metadata-calls.js';
export type {
  CallWatch,
  CallWatcher,
  EffectElement,
  EffectJudge,
  ElementContent,
  FoundBefore,
  FoundLink,
  OperationEffect,
  ToldWrite,
} from './operations/operation-effect.js';
export type { OperationFacts, OperationParts } from './operations/operation-session.js';
export { isPreviewed } from './operations/previewed-metadata.js';
export { StoreOperations } from './operations/store-operations.js';
export { watchedStore } from './operations/watched-store.js';
export type { ItemDigest, RunSink } from './run-sink.js';
