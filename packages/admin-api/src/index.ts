export { type AdminApiOptions, apiPrefix } from './admin-api.js';
export { adminRoutes } from './admin-routes.js';
