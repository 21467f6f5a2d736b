import { elements, links, ownedByCapability, publishing, related, under } from '../row-makers.js';
import { actorProfileRows, contactRows, userIdentityRows } from './actor-rows.js';
import { dataAssetRows, lineageLinkRows, processRows } from './lineage-rows.js';

const deployed = under('DeployedOn', 1);

export const infrastructureRows = [
  ...elements('Host', 'Hosts', 'Host', { parent: ownedByCapability.parent }),
  ...publishing('Host', 'Host'),
  ...related('getHostsOfManager', 'CapabilityAssetUse', 1, 'Host'),
  ...links('HostClusterMember', 'HostClusterMember'),
  ...related('getHostClusterMembers', 'HostClusterMember', 1, 'Host'),
  ...elements('Platform', 'Platforms', 'SoftwareServerPlatform', deployed),
  ...publishing('Platform', 'SoftwareServerPlatform'),
  ...related('getPlatformsOfManager', 'CapabilityAssetUse', 1, 'SoftwareServerPlatform'),
  ...elements('Server', 'Servers', 'SoftwareServer', deployed),
  ...publishing('Server', 'SoftwareServer'),
  ...related('getServersOfManager', 'CapabilityAssetUse', 1, 'SoftwareServer'),
  ...links('Deployment', 'DeployedOn'),
  ...related('getDeployedAssets', 'DeployedOn', 1, 'Asset'),
  ...related('getDeploymentDestinations', 'DeployedOn', 2, 'ITInfrastructure'),
  ...elements('Capability', 'Capabilities', 'SoftwareCapability', under('SupportedSoftwareCapability', 1)),
  ...links('CapabilityDeployment', 'SupportedSoftwareCapability'),
  ...related('getCapabilitiesOfInfrastructure', 'SupportedSoftwareCapability', 1, 'SoftwareCapability'),
  ...related('getInfrastructureOfCapability', 'SupportedSoftwareCapability', 2, 'ITInfrastructure'),
  ...links('CapabilityAssetUse', 'CapabilityAssetUse'),
  ...related('getAssetsOfCapability', 'CapabilityAssetUse', 1, 'Asset'),
  ...related('getCapabilitiesOfAsset', 'CapabilityAssetUse', 2, 'SoftwareCapability'),
  ...dataAssetRows,
  ...processRows,
  ...lineageLinkRows,
  ...elements('ITProfile', 'ITProfiles', 'ITProfile', under('ITInfrastructureProfile', 1)),
  ...links('ITProfile', 'ITInfrastructureProfile'),
  ...actorProfileRows,
  ...contactRows,
  ...userIdentityRows,
] as const;
