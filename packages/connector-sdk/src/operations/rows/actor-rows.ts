import { elements, links, reads, related, under } from '../row-makers.js';

const read = { direction: 'read' } as const;

/** Who people, teams and machines are: to read. */
export const actorProfileRows = [
  ...reads('ActorProfile', 'ActorProfiles', 'ActorProfile', {}),
  ...related('getProfileOfUserIdentity', 'ProfileIdentity', 2, 'ActorProfile'),
] as const;

/** The roles that they have: to read. */
export const actorRoleReadRows = [
  ...reads('PersonRole', 'PersonRoles', 'PersonRole', {}),
  ...related('getAppointees', 'PersonRoleAppointment', 1, 'Person'),
  ...related('getRolesOfPerson', 'PersonRoleAppointment', 2, 'PersonRole'),
] as const;

/** How to reach them. */
export const contactRows = [
  ...elements('ContactDetails', 'ContactDetailsLists', 'ContactDetails', {
    parent: { relationship: 'ContactThrough', at: 1, needed: true, anchors: true },
  }),
  ...related('getContactDetailsOfProfile', 'ContactThrough', 1, 'ContactDetails'),
] as const;

/** By which user id systems know them. */
export const userIdentityRows = [
  ...elements('UserIdentity', 'UserIdentities', 'UserIdentity', under('ProfileIdentity', 1)),
  { name: 'getUserIdentitiesByUserId', verb: 'findByName', type: 'UserIdentity', names: ['userId'], ...read },
  ...links('UserIdentity', 'ProfileIdentity'),
  ...related('getUserIdentitiesOfProfile', 'ProfileIdentity', 1, 'UserIdentity'),
] as const;

/** Groups of users, as security systems know them. */
export const securityGroupRows = [
  ...elements('SecurityGroup', 'SecurityGroups', 'SecurityGroup', {}),
  {
    name: 'getSecurityGroupsByDistinguishedName',
    verb: 'findByName',
    type: 'SecurityGroup',
    names: ['distinguishedName'],
    ...read,
  },
  ...links('SecurityList', 'AssociatedSecurityList'),
  ...related('getAccessControlsOfSecurityGroup', 'AssociatedSecurityList', 2, 'SecurityAccessControl'),
  ...related('getSecurityListsOfAccessControl', 'AssociatedSecurityList', 1, 'SecurityList'),
  { name: 'setSecurityListMembership', verb: 'classify', type: 'SecurityListMembership', direction: 'write' },
  { name: 'clearSecurityListMembership', verb: 'declassify', type: 'SecurityListMembership', direction: 'write' },
] as const;
