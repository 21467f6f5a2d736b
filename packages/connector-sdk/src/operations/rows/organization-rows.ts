import { elements, links, related, under } from '../row-makers.js';
import { actorProfileRows, actorRoleReadRows, contactRows, securityGroupRows, userIdentityRows } from './actor-rows.js';

const write = { direction: 'write' } as const;

export const organizationRows = [
  { name: 'createActorProfile', verb: 'create', type: 'ActorProfile', ...write },
  { name: 'updateActorProfile', verb: 'update', type: 'ActorProfile', ...write },
  { name: 'deleteActorProfile', verb: 'delete', type: 'ActorProfile', ...write },
  ...actorProfileRows,
  ...elements('Person', 'People', 'Person', {}),
  ...elements('Team', 'Teams', 'Team', under('TeamStructure', 1)),
  ...elements('Organization', 'Organizations', 'Organization', {}),
  ...links('Team', 'TeamStructure'),
  ...related('getSubTeams', 'TeamStructure', 1, 'Team'),
  ...related('getTeamAbove', 'TeamStructure', 2, 'Team'),
  ...elements('ContributionRecord', 'ContributionRecords', 'ContributionRecord', {
    parent: { relationship: 'Contribution', at: 1, needed: true, anchors: true },
  }),
  ...related('getContributionRecordOfProfile', 'Contribution', 1, 'ContributionRecord'),
  ...links('ProfileLocation', 'KnownLocation'),
  ...related('getProfilesAtLocation', 'KnownLocation', 2, 'ActorProfile'),
  ...contactRows,
  { name: 'createPersonRole', verb: 'create', type: 'PersonRole', ...write },
  { name: 'updatePersonRole', verb: 'update', type: 'PersonRole', ...write },
  { name: 'deletePersonRole', verb: 'delete', type: 'PersonRole', ...write },
  ...actorRoleReadRows,
  ...links('PersonRoleAppointment', 'PersonRoleAppointment'),
  ...elements('TeamRole', 'TeamRoles', 'TeamRole', {}),
  ...links('TeamRoleAppointment', 'TeamRoleAppointment'),
  ...related('getTeamsOfRole', 'TeamRoleAppointment', 1, 'Team'),
  ...links('RoleScope', 'AssignmentScope'),
  ...related('getRolesOfTeam', 'AssignmentScope', 2, 'PersonRole'),
  ...userIdentityRows,
  ...securityGroupRows,
  ...links('Peer', 'Peer'),
] as const;
