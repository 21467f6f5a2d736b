import { encodedName } from '@isthmus/connector-sdk/helpers';
import type { Identity } from './event.js';
import type { DatasetMapping } from './openlineage-config.js';

/**
 * The qualified name under which another connector catalogues a dataset; undefined: nobody is said to.
 *
 * @param mappings - the first that fits counts
 */
export function sameThing({ namespace, name }: Identity, mappings: readonly DatasetMapping[]): string | undefined {
  for (const { namespace: wanted, element, prefix } of mappings) {
    if (wanted !== namespace || !name.startsWith(prefix)) continue;
    const own = name.slice(prefix.length);
    const parts = own.split('.');
    let isWhole = true;
    const filled = element.replace(/\{(name|path|\d{1,2})\}/g, (_placeholder, which: string) => {
      if (which === 'path') return own;
      if (which === 'name') return encodedName(own);
      const part = parts[Number(which) - 1];
      if (part === undefined) isWhole = false;
      return encodedName(part ?? '');
    });
    if (isWhole) return filled;
  }
  return undefined;
}
