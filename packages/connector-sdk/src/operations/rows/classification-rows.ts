import { classification, links, related } from '../row-makers.js';

/** What people and tools say of an element: how critical, how confidential, whose, from where, what it means. */
export const classificationRows = [
  ...classification('Confidence', 'Confidence'),
  ...classification('Criticality', 'Criticality'),
  ...classification('Confidentiality', 'Confidentiality'),
  ...classification('Retention', 'Retention'),
  ...classification('SecurityTags', 'SecurityTags'),
  ...classification('Ownership', 'Ownership'),
  ...classification('Origin', 'DigitalResourceOrigin'),
  ...classification('BusinessSignificance', 'BusinessSignificant'),
  ...classification('ReferenceData', 'ReferenceData'),
  ...classification('Incomplete', 'Incomplete'),
  ...classification('Memento', 'Memento'),
  ...classification('ZoneMembership', 'ZoneMembership'),
  ...classification('Template', 'Template'),
  ...links('SubjectAreaMember', 'CollectionMembership'),
  ...related('getSubjectAreaMembers', 'CollectionMembership', 1, 'Referenceable'),
  ...links('SemanticAssignment', 'SemanticAssignment'),
  ...related('getMeaningsOfElement', 'SemanticAssignment', 1, 'GlossaryTerm'),
  ...related('getElementsOfMeaning', 'SemanticAssignment', 2, 'Referenceable'),
  ...links('GovernanceDefinition', 'GovernedBy'),
  ...related('getGovernanceDefinitionsOfElement', 'GovernedBy', 1, 'GovernanceDefinition'),
  ...related('getGovernedElements', 'GovernedBy', 2, 'Referenceable'),
  ...links('SourceOfElement', 'SourcedFrom'),
  ...related('getSourceOfElement', 'SourcedFrom', 1, 'OpenMetadataRoot'),
  ...related('getElementsSourcedFrom', 'SourcedFrom', 2, 'OpenMetadataRoot'),
] as const;
