import type { NounRows } from '../noun-row.js';
import { assetAttributes, capabilityAttributes } from './common-rows.js';
import { assetUses } from './symbols.js';

const deployedOn = { relationship: 'DeployedOn', attributes: { deploymentTime: 'time', deployer: 'text' } } as const;

/** Hosts, platforms and servers, what they can do and where they answer. */
export const infrastructureNouns = {
  host: {
    type: 'Host',
    subtypes: ['Host', 'HostCluster', 'VirtualContainer', 'BareMetalComputer', 'VirtualMachine'],
    attributes: assetAttributes,
    links: {
      /** Hosts of a cluster. */
      members: { relationship: 'HostClusterMember', to: 'Host', attributes: { memberRole: 'text' } },
      deployedOn: { ...deployedOn, to: 'Host' },
    },
  },
  platform: {
    type: 'SoftwareServerPlatform',
    attributes: { ...assetAttributes, userId: 'text' },
    links: { deployedOn: { ...deployedOn, to: 'Host' } },
  },
  server: {
    type: 'SoftwareServer',
    attributes: { ...assetAttributes, userId: 'text' },
    links: { deployedOn: { ...deployedOn, to: 'SoftwareServerPlatform' } },
  },
  capability: {
    type: 'SoftwareCapability',
    subtypes: 'any',
    attributes: { ...capabilityAttributes, source: 'text' },
    parents: {
      server: { relationship: 'SupportedSoftwareCapability', holder: 'SoftwareServer' },
      platform: { relationship: 'SupportedSoftwareCapability', holder: 'SoftwareServerPlatform' },
      host: { relationship: 'SupportedSoftwareCapability', holder: 'Host' },
    },
    links: {
      /** Assets of whatever connector. */
      uses: { relationship: 'CapabilityAssetUse', attributes: { useType: assetUses, description: 'text' } },
    },
  },
  endpoint: {
    type: 'Endpoint',
    attributes: { networkAddress: 'text', protocol: 'text', encryptionMethod: 'text' },
    parents: {
      server: { relationship: 'ServerEndpoint', holder: 'SoftwareServer', anchor: 'SoftwareServer' },
      platform: { relationship: 'ServerEndpoint', holder: 'SoftwareServerPlatform', anchor: 'SoftwareServerPlatform' },
      host: { relationship: 'ServerEndpoint', holder: 'Host', anchor: 'Host' },
    },
  },
} as const satisfies NounRows;
