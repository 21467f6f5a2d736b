import { apiPrefix } from '../admin-api.js';
import { chosenServer } from './chosen-server.js';

/** Path that shows a thing, for `see`: on the daemon that the call under way has chosen. */
export function seePath(kind: 'groups' | 'connectors' | 'runs', reference: string, group?: string): string {
  const query = Object.entries({ group, server: chosenServer() }).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`],
  );
  const path = `${apiPrefix}/${kind}/${encodeURIComponent(reference)}`;
  return query.length === 0 ? path : `${path}?${query.join('&')}`;
}
