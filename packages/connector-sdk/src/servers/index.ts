export { CountedScopes, keepOrTell, runsOf } from './counted-scopes.js';
export { FingerprintWatch, type WatchedParts } from './fingerprint-watch.js';
export { type NameFilter, nameFilter } from './name-filter.js';
export { adviceOfFault, type NetworkFault, networkFaultOf, type ServerNames } from './network-fault.js';
export { placeOf, type ServerPlace, withoutReservedKeys } from './place-of.js';
export { type LoginFault, type ProbedServer, probeServer } from './probe-server.js';
export { serverOptions } from './server-options.js';
export { SourceBudget } from './source-budget.js';
export { type TlsChoice, tlsOf } from './tls-of.js';
