import { EgeriaGroupReader } from '../egeria/egeria-group-reader.js';
import type { RegistrationNames } from '../egeria/registration-wire.js';
import type { StoreHttp } from '../http/store-http.js';
import { askTopicAddress } from '../out-topic/topic-address.js';
import type { StoreFaces } from '../store-connection.js';
import { Egeria4Paths } from './egeria4-paths.js';
import { Egeria4Store } from './egeria4-store.js';
import type { ReleaseTranslation } from './release-translation.js';

/** 4.3's beans; a registration written through the store keeps the names of its type. */
const registrationNames4: RegistrationNames = {
  collection: ['metadataSourceQualifiedName'],
  shutdownDate: ['stopDate', 'stopTime'],
  activityReports: ['generateIntegrationReports', 'generateIntegrationReport'],
  address: ['address', 'networkAddress'],
};

export interface Egeria4Options {
  readonly serverName: string;
  readonly userId: string;
  readonly groupPageSize: number;
}

export function egeria4Faces(http: StoreHttp, options: Egeria4Options, names: ReleaseTranslation): StoreFaces {
  const paths = new Egeria4Paths(options.serverName, options.userId);
  return {
    store: new Egeria4Store(http, paths, names),
    groups: new EgeriaGroupReader(http, paths, registrationNames4, options.groupPageSize, undefined),
    outTopic: (callerId, signal) => askTopicAddress(http, paths.outTopic(callerId), signal),
  };
}
