import { reads } from '../row-makers.js';

const read = { direction: 'read' } as const;

/** What an index of a search engine is filled from and kept in step by. */
export const searchRows = [
  ...reads('Asset', 'Assets', 'Asset', {}),
  ...reads('GlossaryTerm', 'GlossaryTerms', 'GlossaryTerm', {}),
  { name: 'scanElements', verb: 'find', type: 'OpenMetadataRoot', ...read },
  { name: 'findMissingElements', verb: 'findMissing', type: 'OpenMetadataRoot', ...read },
  { name: 'getChangedElements', verb: 'getChanges', type: 'OpenMetadataRoot', ...read },
] as const;
