import type { Clock } from '@isthmus/kernel';
import type { TypeSystem } from '@isthmus/model';
import { EgeriaGroupReader } from '../egeria/egeria-group-reader.js';
import type { StoreHttp } from '../http/store-http.js';
import { askTopicAddress } from '../out-topic/topic-address.js';
import { conversionOf } from '../property-conversion.js';
import type { StoreFaces } from '../store-connection.js';
import { Egeria6Store } from './egeria6-store.js';
import { MemberReader } from './member-reader.js';
import { registrationNames6 } from './registration-names.js';
import { ServerCapabilities } from './server-capabilities.js';
import { ServerPaths } from './server-paths.js';

export interface Egeria6Options {
  readonly serverName: string;
  readonly userId: string;
  readonly groupPageSize: number;
}

/** Egeria 6.0 and 6.1, and our own metadata server. `lost`: what the server told of itself may no longer hold. */
export function egeria6Faces(
  http: StoreHttp,
  options: Egeria6Options,
  parts: { readonly types: TypeSystem; readonly clock: Clock },
): StoreFaces & { readonly lost: () => void } {
  const { serverName, userId, groupPageSize } = options;
  const capabilities = new ServerCapabilities(http, serverName, parts.clock);
  const paths = new ServerPaths(serverName, userId);
  const members = new MemberReader(http, serverName, capabilities);
  return {
    store: new Egeria6Store(http, paths, conversionOf(parts.types), capabilities),
    groups: new EgeriaGroupReader(http, paths, registrationNames6, groupPageSize, members),
    outTopic: (callerId, signal) => askTopicAddress(http, paths.outTopic(callerId), signal),
    lost: () => capabilities.forget(),
  };
}
