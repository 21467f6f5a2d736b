import { apiPrefix } from '../admin-api.js';

/** Path that shows a thing, for `see`. */
export function seePath(kind: 'groups' | 'connectors' | 'runs', reference: string, group?: string): string {
  const query = group === undefined ? '' : `?group=${encodeURIComponent(group)}`;
  return `${apiPrefix}/${kind}/${encodeURIComponent(reference)}${query}`;
}
