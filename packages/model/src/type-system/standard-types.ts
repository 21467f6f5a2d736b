import { createRequire } from 'node:module';
import { TypeSystem } from './type-system.js';
import type { TypesDocument } from './types-document.js';

let loaded: TypeSystem | undefined;

/** The standard types of Egeria 6.1, loaded at the first call. Only for Node; elsewhere make a TypeSystem of the document. */
export function standardTypes(): TypeSystem {
  if (loaded === undefined) {
    const document: TypesDocument = createRequire(import.meta.url)('../../data/open-metadata-types-6.1.json');
    loaded = new TypeSystem(document);
  }
  return loaded;
}
