import type { NounRows } from '../noun-row.js';
import { contactMethods } from './symbols.js';

const contacts = {
  type: 'ContactDetails',
  relationship: 'ContactThrough',
  given: 'list',
  attributes: {
    contactType: 'text',
    contactMethodType: contactMethods,
    contactMethodValue: 'text',
    contactMethodService: 'text',
  },
} as const;

/** People, teams and machines with their roles and the names by which systems know them. */
export const organizationNouns = {
  person: {
    type: 'Person',
    attributes: {
      fullName: 'text',
      givenNames: 'text',
      surname: 'text',
      initials: 'text',
      courtesyTitle: 'text',
      pronouns: 'text',
      jobTitle: 'text',
      employeeNumber: 'text',
      employeeType: 'text',
      preferredLanguage: 'text',
      residentCountry: 'text',
      timezone: 'text',
    },
    parts: { contacts },
    mark: 'person',
  },
  team: {
    type: 'Team',
    subtypes: ['Team', 'Organization'],
    attributes: { teamType: 'text' },
    parents: { team: { relationship: 'TeamStructure', holder: 'Team' } },
    parts: { contacts },
    mark: 'team',
  },
  machineProfile: { type: 'ITProfile', parts: { contacts }, mark: 'machine' },
  /** What a person does, whoever that is at the time. */
  role: {
    type: 'PersonRole',
    subtypes: 'any',
    attributes: { headCount: 'number', scope: 'text', actorRoleGroups: 'texts' },
    links: {
      appointed: {
        relationship: 'PersonRoleAppointment',
        to: 'Person',
        attributes: { expectedTimeAllocationPercent: 'number' },
      },
      /** The team that the role is for. */
      team: {
        relationship: 'AssignmentScope',
        to: 'Team',
        attributes: { assignmentType: 'text', description: 'text' },
      },
    },
  },
  teamRole: {
    type: 'TeamRole',
    attributes: { scope: 'text', actorRoleGroups: 'texts' },
    links: {
      appointed: {
        relationship: 'TeamRoleAppointment',
        to: 'Team',
        attributes: { expectedTimeAllocationPercent: 'number' },
      },
    },
  },
  /** The name by which a system knows somebody. */
  identity: {
    type: 'UserIdentity',
    attributes: { userId: 'text', distinguishedName: 'text' },
    classified: { SecurityListMembership: { securityGroups: 'texts' } },
    parents: {
      person: { relationship: 'ProfileIdentity', holder: 'Person' },
      team: { relationship: 'ProfileIdentity', holder: 'Team' },
      machineProfile: { relationship: 'ProfileIdentity', holder: 'ITProfile' },
    },
  },
} as const satisfies NounRows;
