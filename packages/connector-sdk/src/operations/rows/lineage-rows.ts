import { elements, links, ownedByCapability, publishing, related } from '../row-makers.js';

const read = { direction: 'read' } as const;

/** Block B-LIN: how data and control go from one element to another. */
export const lineageLinkRows = [
  ...links('DataFlow', 'DataFlow'),
  ...links('ControlFlow', 'ControlFlow'),
  ...links('ProcessCall', 'ProcessCall'),
  ...links('LineageMapping', 'LineageMapping'),
  ...links('DataMapping', 'DataMapping'),
  ...links('UltimateSource', 'UltimateSource'),
  ...links('UltimateDestination', 'UltimateDestination'),
  ...related('getDataFlowConsumers', 'DataFlow', 1, 'Referenceable'),
  ...related('getDataFlowSuppliers', 'DataFlow', 2, 'Referenceable'),
  ...related('getControlFlowTargets', 'ControlFlow', 1, 'Referenceable'),
  ...related('getControlFlowSources', 'ControlFlow', 2, 'Referenceable'),
  ...related('getProcessesCalled', 'ProcessCall', 1, 'Referenceable'),
  ...related('getProcessCallers', 'ProcessCall', 2, 'Referenceable'),
  ...related('getLineageMappingTargets', 'LineageMapping', 1, 'Referenceable'),
  ...related('getLineageMappingSources', 'LineageMapping', 2, 'Referenceable'),
] as const;

/** Assets of any type that hold data. */
export const dataAssetRows = [
  ...elements('DataAsset', 'DataAssets', 'Asset', ownedByCapability),
  ...publishing('DataAsset', 'Asset'),
  ...related('getDataAssetsOfManager', 'CapabilityAssetUse', 1, 'Asset'),
] as const;

/** Processes: what they consist of, who looks after them, where they stand. */
export const processRows = [
  ...elements('Process', 'Processes', 'Process', ownedByCapability),
  ...publishing('Process', 'Process'),
  { name: 'setProcessStatus', verb: 'update', type: 'Process', direction: 'write' },
  ...links('SubProcess', 'ProcessHierarchy'),
  ...related('getProcessesOfManager', 'CapabilityAssetUse', 1, 'Process'),
  ...related('getSubProcesses', 'ProcessHierarchy', 1, 'Process'),
  ...related('getProcessParent', 'ProcessHierarchy', 2, 'Process'),
] as const;

/** Ports: where data enters and leaves a process. */
export const portRows = [
  ...elements('Port', 'Ports', 'PortImplementation', {
    parent: { relationship: 'ProcessPort', at: 1, needed: true, anchors: true },
  }),
  ...elements('PortAlias', 'PortAliases', 'PortAlias', {
    parent: { relationship: 'ProcessPort', at: 1, needed: true, anchors: true },
  }),
  ...links('PortToProcess', 'ProcessPort'),
  ...links('PortDelegation', 'PortDelegation'),
  ...related('getPortsOfProcess', 'ProcessPort', 1, 'Port'),
  ...related('getProcessOfPort', 'ProcessPort', 2, 'Process'),
  ...related('getPortsThatDelegateTo', 'PortDelegation', 2, 'Port'),
  ...related('getPortsDelegatedTo', 'PortDelegation', 1, 'Port'),
] as const;

/** Keys of relational columns. */
export const keyRows = [
  { name: 'setPrimaryKey', verb: 'classify', type: 'PrimaryKey', direction: 'write' },
  { name: 'removePrimaryKey', verb: 'declassify', type: 'PrimaryKey', direction: 'write' },
  ...links('ForeignKey', 'ForeignKey'),
  ...related('getForeignKeysOfColumn', 'ForeignKey', 2, 'RelationalColumn'),
  ...related('getPrimaryKeyOfColumn', 'ForeignKey', 1, 'RelationalColumn'),
] as const;

/** What governance runs and has run, to read. */
export const governanceReadRows = [
  { name: 'getGovernanceActionProcess', verb: 'get', type: 'GovernanceActionProcess', ...read },
  { name: 'findGovernanceActionProcesses', verb: 'find', type: 'GovernanceActionProcess', ...read },
  { name: 'getGovernanceActionType', verb: 'get', type: 'GovernanceActionType', ...read },
  { name: 'findGovernanceActionTypes', verb: 'find', type: 'GovernanceActionType', ...read },
  ...related('getFirstStepOfProcess', 'GovernanceActionProcessFlow', 1, 'GovernanceActionProcessStep'),
  ...related('getNextSteps', 'NextGovernanceActionProcessStep', 1, 'GovernanceActionProcessStep'),
  { name: 'getEngineAction', verb: 'get', type: 'EngineAction', ...read },
  { name: 'findEngineActions', verb: 'find', type: 'EngineAction', ...read },
  {
    name: 'findActiveEngineActions',
    verb: 'find',
    type: 'EngineAction',
    where: { activityStatus: ['REQUESTED', 'APPROVED', 'WAITING', 'ACTIVATING', 'IN_PROGRESS', 'PAUSED'] },
    ...read,
  },
] as const;

export const lineageRows = [
  ...dataAssetRows,
  ...processRows,
  ...portRows,
  ...keyRows,
  ...lineageLinkRows,
  ...governanceReadRows,
] as const;
