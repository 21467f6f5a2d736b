import type { RegistrationNames } from '../egeria/registration-wire.js';

export const registrationNames6: RegistrationNames = {
  collection: ['metadataCollectionQualifiedName'],
  shutdownDate: ['connectorShutdownDate'],
  activityReports: ['generateConnectorActivityReports'],
  address: ['networkAddress'],
};
