export { type ContractSource, describeConnectorContract, type TestWords } from './connector-contract.js';
export { ManualClock, settle } from './manual-clock.js';
export type { RecordedRun } from './recorded-source.js';
export {
  type HostFacts,
  type RecordedLog,
  type RecordingHost,
  type RefreshOptions,
  recordingHost,
} from './recording-host.js';
export { type TrivialBehaviour, type TrivialConfiguration, trivialProvider } from './trivial-provider.js';
