import { createRequire } from 'node:module';
import { differencesOf43 } from '../releases/release-differences.js';
import { ReleaseTranslation } from '../releases/release-translation.js';
import { TypeSystem } from './type-system.js';
import type { TypesDocument } from './types-document.js';

const loaded = new Map<string, TypeSystem>();
let to43: ReleaseTranslation | undefined;

/** The standard types of an Egeria release, loaded at the first call. Only for Node; elsewhere make a TypeSystem of the document. */
export function standardTypes(release: '4.3' | '6.1' = '6.1'): TypeSystem {
  const known = loaded.get(release);
  if (known !== undefined) return known;
  const document: TypesDocument = createRequire(import.meta.url)(`../../data/open-metadata-types-${release}.json`);
  const types = new TypeSystem(document);
  loaded.set(release, types);
  return types;
}

/** Names of 6.1 in those of 4.3 and back. Only for Node, as `standardTypes`. */
export function translationTo43(): ReleaseTranslation {
  to43 ??= new ReleaseTranslation(standardTypes(), standardTypes('4.3'), differencesOf43);
  return to43;
}
