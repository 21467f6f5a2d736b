import type { AdminClient, ConnectorSummary, ListConnectorsQuery } from '@isthmus/admin-client';

/** All connectors that fit, page by page. */
export async function allConnectors(
  client: AdminClient,
  query: Omit<ListConnectorsQuery, 'limit' | 'cursor'>,
  signal: AbortSignal,
): Promise<readonly ConnectorSummary[]> {
  const found: ConnectorSummary[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listConnectors({ ...query, limit: 500, cursor }, signal);
    found.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return found;
}
