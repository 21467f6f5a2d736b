import { createRequire } from 'node:module';
import { TypeSystem } from './type-system.js';
import type { TypesDocument } from './types-document.js';

const loaded = new Map<string, TypeSystem>();

/** The standard types of an Egeria release, loaded at the first call. Only for Node; elsewhere make a TypeSystem of the document. */
export function standardTypes(release: '4.3' | '6.1' = '6.1'): TypeSystem {
  const known = loaded.get(release);
  if (known !== undefined) return known;
  const document: TypesDocument = createRequire(import.meta.url)(`../../data/open-metadata-types-${release}.json`);
  const types = new TypeSystem(document);
  loaded.set(release, types);
  return types;
}
