// Stands for lab.NoOpIntegrationProvider of the recordings: a connector that does nothing when it is refreshed.
import { idleConnector } from '../idle-connector.mjs';

export const connector = idleConnector('no-op');
