export { type AdminApiOptions, apiPrefix } from './admin-api.js';
export { adminRoutes } from './admin-routes.js';
export { daemonReport } from './egeria/daemon-report.js';
export { integrationDaemonRoutes } from './egeria/integration-daemon-routes.js';
export { toConnectorReport } from './egeria/provider-report.js';
export { chosenServer } from './http/chosen-server.js';
