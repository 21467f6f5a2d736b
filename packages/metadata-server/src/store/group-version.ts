import { createHash } from 'node:crypto';
import type { Database } from '@isthmus/sqlite';
import { elementByGuid } from './element-lookup.js';
import type { Snapshot } from './snapshot-pool.js';
import { visibility } from './store-schema.js';
import type { TypeCodes } from './type-codes.js';

/** The way from a group to all that a daemon reads of it: relationship, and the end where the known element lies. */
const steps: readonly { readonly type: string; readonly from: 'end1' | 'end2' }[][] = [
  [{ type: 'RegisteredIntegrationConnector', from: 'end1' }],
  [{ type: 'AssetConnection', from: 'end1' }],
  [
    { type: 'ConnectionConnectorType', from: 'end1' },
    { type: 'ConnectToEndpoint', from: 'end1' },
    { type: 'EmbeddedConnection', from: 'end1' },
  ],
];
const chunkSize = 200;

/** A digest of what a daemon reads of a group; undefined when there is no such group. Takes turns for large groups. */
export async function readGroupVersion(
  snapshot: Snapshot,
  codes: TypeCodes,
  groupGuid: string,
): Promise<string | undefined> {
  const { database } = snapshot;
  const group = elementByGuid(database, groupGuid);
  if (group === undefined || group.visible !== visibility.live) return undefined;
  const digest = createHash('sha256');
  digest.update(`${group.guid} ${group.sequence}\n`);
  let known: readonly number[] = [group.id];
  for (const step of steps) {
    const reached = new Set<number>();
    for (const { type, from } of step) {
      for await (const row of follow(snapshot, known, codes.code(type), from)) {
        digest.update(`${row.link} ${row.other} ${row.sequence}\n`);
        reached.add(row.id);
      }
    }
    known = [...reached].sort((one, other) => one - other);
  }
  return digest.digest('base64url');
}

interface Reached {
  readonly id: number;
  /** Sequences of the relationship, of the element reached, and of its classifications. */
  readonly link: number;
  readonly other: number;
  readonly sequence: number;
}

async function* follow(
  { database, slice }: Snapshot,
  ids: readonly number[],
  type: number,
  from: 'end1' | 'end2',
): AsyncGenerator<Reached> {
  const to = from === 'end1' ? 'end2' : 'end1';
  for (let index = 0; index < ids.length; index += chunkSize) {
    const chunk = JSON.stringify(ids.slice(index, index + chunkSize));
    for (let after = 0; ; ) {
      const rows = reach(database, chunk, type, from, to, after);
      yield* rows;
      after = rows.at(-1)?.link ?? 0;
      await slice.pause();
      if (rows.length < chunkSize) break;
    }
  }
}

function reach(
  database: Database,
  ids: string,
  type: number,
  from: string,
  to: string,
  after: number,
): readonly Reached[] {
  return database.all<{ id: number; link: number; other: number; sequence: number }>(
    `SELECT e.id, r.sequence AS link, e.sequence AS other,
       coalesce((SELECT max(c.sequence) FROM classification c WHERE c.element = e.id), 0) AS sequence
     FROM relationship r INDEXED BY relationship_${from} CROSS JOIN element e ON e.id = r.${to}
     WHERE r.${from} IN (SELECT value FROM json_each(?)) AND r.visible = ${visibility.live} AND r.type = ? AND r.sequence > ?
     ORDER BY r.sequence LIMIT ${chunkSize}`,
    ids,
    type,
    after,
  );
}
