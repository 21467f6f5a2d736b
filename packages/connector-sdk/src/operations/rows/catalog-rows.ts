import { classification, elements, links, reads, related } from '../row-makers.js';
import { dataAssetRows, lineageLinkRows, portRows, processRows } from './lineage-rows.js';

const member = { parent: { relationship: 'CollectionMembership', at: 1, needed: true, anchors: true } } as const;

/** Glossaries: collections of terms, in folders, with what terms have to do with each other. */
export const glossaryRows = [
  ...elements('Glossary', 'Glossaries', 'Glossary', {}),
  { name: 'setTaxonomy', verb: 'classify', type: 'Taxonomy', direction: 'write' },
  { name: 'clearTaxonomy', verb: 'declassify', type: 'Taxonomy', direction: 'write' },
  { name: 'setCanonicalVocabulary', verb: 'classify', type: 'CanonicalVocabulary', direction: 'write' },
  { name: 'clearCanonicalVocabulary', verb: 'declassify', type: 'CanonicalVocabulary', direction: 'write' },
  ...elements('GlossaryFolder', 'GlossaryFolders', 'CollectionFolder', member),
  ...elements('GlossaryTerm', 'GlossaryTerms', 'GlossaryTerm', member),
  { name: 'setGlossaryTermStatus', verb: 'update', type: 'GlossaryTerm', direction: 'write' },
  ...links('GlossaryMember', 'CollectionMembership'),
  ...related('getTermsOfGlossary', 'CollectionMembership', 1, 'GlossaryTerm'),
  ...related('getFoldersOfGlossary', 'CollectionMembership', 1, 'CollectionFolder'),
  ...related('getFoldersOfGlossaryTerm', 'CollectionMembership', 2, 'CollectionFolder'),
  ...related('getGlossaryOfTerm', 'CollectionMembership', 2, 'Glossary'),
  ...links('RelatedTerm', 'RelatedTerm'),
  ...links('Synonym', 'Synonym'),
  ...links('Antonym', 'Antonym'),
  ...links('PreferredTerm', 'PreferredTerm'),
  ...links('ReplacementTerm', 'ReplacementTerm'),
  ...links('TermIsA', 'ISARelationship'),
  ...links('TermUsedInContext', 'UsedInContext'),
  ...related('getRelatedTerms', 'RelatedTerm', 1, 'GlossaryTerm'),
  ...classification('AbstractConcept', 'AbstractConcept'),
  ...classification('DataValueMeaning', 'DataValueMeaning'),
  ...classification('ActivityDescription', 'ActivityDescription'),
  ...classification('ContextDefinition', 'ContextDefinition'),
  ...classification('ObjectIdentifier', 'ObjectIdentifier'),
] as const;

/** What people say to each other about elements. */
export const collaborationRows = [
  ...elements('Comment', 'Comments', 'Comment', {
    parent: { relationship: 'AttachedComment', at: 1, needed: true, anchors: true },
  }),
  ...related('getCommentsOfElement', 'AttachedComment', 1, 'Comment'),
  ...elements('InformalTag', 'InformalTags', 'InformalTag', {}),
  ...links('InformalTag', 'AttachedTag'),
  ...related('getInformalTagsOfElement', 'AttachedTag', 1, 'InformalTag'),
  ...related('getElementsOfInformalTag', 'AttachedTag', 2, 'Referenceable'),
  {
    name: 'addRating',
    verb: 'create',
    type: 'Rating',
    parent: { relationship: 'AttachedRating', at: 1, needed: true, anchors: true },
    knownBy: ['stars', 'review'],
    direction: 'write',
  },
  { name: 'removeRating', verb: 'delete', type: 'Rating', direction: 'write' },
  ...related('getRatingsOfElement', 'AttachedRating', 1, 'Rating'),
  {
    name: 'addLike',
    verb: 'create',
    type: 'Like',
    parent: { relationship: 'AttachedLike', at: 1, needed: true, anchors: true },
    knownBy: ['emoji'],
    direction: 'write',
  },
  { name: 'removeLike', verb: 'delete', type: 'Like', direction: 'write' },
  ...related('getLikesOfElement', 'AttachedLike', 1, 'Like'),
] as const;

/** Data fields and the schema attributes that hold them. */
export const dataFieldRows = [
  ...elements('DataField', 'DataFields', 'DataField', {}),
  ...links('DataFieldToSchemaAttribute', 'SchemaAttributeDefinition'),
  ...related('getSchemaAttributesOfDataField', 'SchemaAttributeDefinition', 1, 'SchemaAttribute'),
  ...related('getDataFieldOfSchemaAttribute', 'SchemaAttributeDefinition', 2, 'DataField'),
] as const;

export const catalogRows = [
  ...glossaryRows,
  ...dataAssetRows,
  { name: 'setDataAssetEncoding', verb: 'classify', type: 'DataAssetEncoding', direction: 'write' },
  { name: 'clearDataAssetEncoding', verb: 'declassify', type: 'DataAssetEncoding', direction: 'write' },
  ...links('DataSetContent', 'DataSetContent'),
  ...related('getContentOfDataSet', 'DataSetContent', 1, 'Referenceable'),
  ...related('getDataSetsOfContent', 'DataSetContent', 2, 'DataSet'),
  ...processRows,
  ...portRows,
  ...lineageLinkRows,
  ...collaborationRows,
  ...dataFieldRows,
  ...reads('GovernanceDefinition', 'GovernanceDefinitions', 'GovernanceDefinition', {}),
  ...reads('Infrastructure', 'InfrastructureAssets', 'ITInfrastructure', {}),
] as const;
