import type { NounRows } from '../noun-row.js';
import { assetAttributes, externalIds } from './common-rows.js';

const member = { relationship: 'CollectionMembership' } as const;

/** Glossaries, their terms and what these mean, assets of another catalogue, and the identifiers that it has for them. */
export const catalogNouns = {
  glossary: {
    type: 'Glossary',
    attributes: { language: 'text', usage: 'text', purpose: 'text' },
    classified: { Taxonomy: { organizingPrinciple: 'text' } },
    parts: { externalIds },
    mark: 'glossary',
  },
  /** A category of a glossary. */
  folder: {
    type: 'CollectionFolder',
    attributes: { purpose: 'text' },
    parents: {
      glossary: { ...member, holder: 'Glossary', anchor: 'Glossary' },
      folder: { ...member, holder: 'CollectionFolder' },
    },
    parts: { externalIds },
    mark: 'folder',
  },
  term: {
    type: 'GlossaryTerm',
    attributes: { summary: 'text', examples: 'text', abbreviation: 'text', usage: 'text', aliases: 'texts' },
    parents: {
      glossary: { ...member, holder: 'Glossary', anchor: 'Glossary' },
      folder: { ...member, holder: 'CollectionFolder' },
    },
    parts: { externalIds },
    links: {
      /** Folders beside the one that it lies in. */
      alsoIn: { ...member, to: 'CollectionFolder', selfAtEnd1: false },
    },
    mark: 'term',
  },
  asset: {
    type: 'DataAsset',
    root: 'Asset',
    subtypes: 'any',
    attributes: assetAttributes,
    parts: { externalIds },
    links: {
      meanings: {
        relationship: 'SemanticAssignment',
        to: 'GlossaryTerm',
        attributes: { description: 'text', confidence: 'number', steward: 'text' },
      },
    },
    mark: 'asset',
  },
} as const satisfies NounRows;
