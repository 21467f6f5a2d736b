export type { Ability, ContractSource } from './contract/contract-source.js';
export {
  type ContractOptions,
  contractTests,
  describeConnectorContract,
} from './contract/describe-connector-contract.js';
export {
  describeProbeFaults,
  type PlantedProbeFault,
  type ProbeFault,
  type ProbeFaultsOptions,
  type ProbeFaultsSource,
} from './contract/describe-probe-faults.js';
export type { TestWords } from './contract/test-words.js';
export { matchesGolden } from './golden-elements.js';
export { type MadeTable, madeTables } from './made-tables.js';
export { ManualClock, settle } from './manual-clock.js';
export { MemoryMetadataStore } from './memory/memory-metadata-store.js';
export type { RecordedRun } from './recorded-source.js';
export {
  type HostFacts,
  type HostTransport,
  type RecordedLog,
  type RecordingHost,
  type RefreshOptions,
  recordingHost,
} from './recording-host.js';
export { namesOf, relationalLines } from './relational-lines.js';
export { serialisedPort } from './serialised-port.js';
export { type AskedRequest, type FaultyHttp, faultyHttp, type HttpFault } from './sources/faulty-http.js';
export { type FaultyTcp, faultyTcp, listening, type TcpFault } from './sources/faulty-tcp.js';
export {
  type HttpRecorder,
  type HttpReplay,
  type RecordedExchange,
  type RecordingOptions,
  recordHttp,
  replayHttp,
} from './sources/http-recording.js';
export { type TestAuthority, type TestCertificate, testAuthority } from './sources/test-certificates.js';
export { type TrivialBehaviour, type TrivialConfiguration, trivialProvider } from './trivial-provider.js';
