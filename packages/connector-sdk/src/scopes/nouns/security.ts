import type { NounRows } from '../noun-row.js';

const list = {
  attributes: { distinguishedName: 'text', purpose: 'text' },
  links: {
    members: {
      relationship: 'CollectionMembership',
      to: 'UserIdentity',
      attributes: { membershipType: 'text', membershipRationale: 'text' },
    },
  },
} as const;

/** Groups and roles of a system's access control, and who belongs to them. */
export const securityNouns = {
  group: { type: 'SecurityGroup', ...list },
  role: { type: 'SecurityRole', ...list },
  identity: {
    type: 'UserIdentity',
    attributes: { userId: 'text', distinguishedName: 'text' },
    classified: { SecurityListMembership: { securityGroups: 'texts' } },
  },
} as const satisfies NounRows;
