import type { OpenapiConfiguration } from './openapi-config.js';

/**
 * Why a document may not lead to another one; undefined = it may. What a document says is not to be trusted: it must not
 * make the daemon read files or ask servers that only the daemon can reach.
 *
 * @param uri - where the reference leads
 * @param root - the document of the API
 */
export function refusedReach(
  uri: string,
  root: string,
  {
    references,
    referenceOrigins,
  }: Pick<OpenapiConfiguration, 'references'> & { readonly referenceOrigins: readonly string[] },
): string | undefined {
  if (references === 'none') return 'references to other documents are not followed (`references`)';
  const [target, own] = [new URL(uri), new URL(root)];
  const isWeb = target.protocol === 'http:' || target.protocol === 'https:';
  if (isWeb && references === 'listed' && referenceOrigins.includes(target.origin)) return undefined;
  if (target.protocol === 'file:' && own.protocol === 'file:') {
    // which folder it lies in is for the loader to say, after all links
    return target.host === '' ? undefined : 'it lies on another host';
  }
  if (isWeb && target.origin === own.origin) return undefined;
  return isWeb
    ? `it leads to ${target.origin}, which is not followed; if it may be, set \`references\` to listed and add it to \`referenceOrigins\``
    : `it leads to a ${target.protocol} address, which is not followed`;
}
