import { createHash } from 'node:crypto';
import type { Database } from '@isthmus/sqlite';
import type { Snapshot } from './snapshot-pool.js';
import { visibility } from './store-schema.js';
import type { TypeCodes } from './type-codes.js';

/** A registration with a digest of all that a daemon reads of it. */
export interface MemberRecord {
  /** Grows with the time of registering. */
  readonly order: number;
  readonly registrationGuid: string;
  readonly connectorGuid: string;
  readonly version: string;
  /** GUIDs of the elements that the version stands for. */
  readonly elements: readonly string[];
}

/** The way from a connector to all that a daemon reads of it. */
export const connectionLink = 'AssetConnection';
export const partLinks = ['ConnectionConnectorType', 'ConnectToEndpoint', 'EmbeddedConnection'] as const;
/** A virtual connection may hold virtual ones. */
export const deepestEmbedding = 4;
const chunkSize = 200;

interface Draft {
  readonly order: number;
  readonly registrationGuid: string;
  readonly connectorGuid: string;
  readonly elements: Set<string>;
  readonly facts: string[];
}

interface Reached {
  readonly id: number;
  readonly guid: string;
  /** Id of the element that the link comes from. */
  readonly source: number;
  readonly link: number;
  /** Says which state of link, element and its classifications it is. */
  readonly fact: string;
}

/**
 * Reads registrations of a group with their versions, taking turns. A time stands beside each number: a store that was
 * restored gives numbers anew.
 *
 * @param registrationGuids - those to read; what is not registered (any more) is left out; undefined: all
 */
export async function readMembers(
  snapshot: Snapshot,
  codes: TypeCodes,
  groupId: number,
  registrationGuids: readonly string[] | undefined,
): Promise<readonly MemberRecord[]> {
  const members: MemberRecord[] = [];
  for await (const rows of registrations(snapshot, codes, groupId, registrationGuids)) {
    const drafts = new Map<number, Draft[]>();
    for (const row of rows) add(drafts, row.connector, draftOf(row));
    const all = [...drafts.values()].flat();
    await follow(snapshot, codes, drafts);
    members.push(...all.map(finished));
    await snapshot.slice.pause();
  }
  return members;
}

/** GUIDs of what lies one step nearer to the group than this element, by links that a daemon follows. */
export function sourcesOf(database: Database, codes: TypeCodes, elementGuid: string): readonly string[] {
  return database
    .all<{ guid: string }>(
      `SELECT a.guid FROM element e CROSS JOIN relationship r INDEXED BY relationship_end2 CROSS JOIN element a ON a.id = r.end1
       WHERE e.guid = ? AND r.end2 = e.id AND r.visible = ${visibility.live} AND r.type IN (SELECT value FROM json_each(?))`,
      elementGuid,
      JSON.stringify([connectionLink, ...partLinks].map((name) => codes.code(name))),
    )
    .map(({ guid }) => guid);
}

/** GUIDs of the live registrations of one connector in a group: a connector may come back with links that nobody tells of. */
export function registrationsOf(
  database: Database,
  codes: TypeCodes,
  groupGuid: string,
  connectorGuid: string,
): readonly string[] {
  return database
    .all<{ guid: string }>(
      `SELECT r.guid FROM element e CROSS JOIN relationship r INDEXED BY relationship_end2 CROSS JOIN element g ON g.id = r.end1
       WHERE e.guid = ? AND r.end2 = e.id AND r.visible = ${visibility.live} AND r.type = ? AND g.guid = ?`,
      connectorGuid,
      codes.code('RegisteredIntegrationConnector'),
      groupGuid,
    )
    .map(({ guid }) => guid);
}

interface RegistrationRow {
  readonly id: number;
  readonly guid: string;
  readonly sequence: number;
  readonly connector: number;
  readonly connectorGuid: string;
  readonly fact: string;
}

const stateOf = (alias: string) => `${alias}.sequence || '@' || ${alias}.update_time`;
const classificationsOf = (alias: string) =>
  `coalesce((SELECT group_concat(c.sequence || '@' || c.update_time) FROM classification c WHERE c.element = ${alias}.id), '')`;
const factOf = `${stateOf('r')} || ' ' || ${stateOf('e')} || ' ' || ${classificationsOf('e')}`;

async function* registrations(
  snapshot: Snapshot,
  codes: TypeCodes,
  groupId: number,
  guids: readonly string[] | undefined,
): AsyncGenerator<readonly RegistrationRow[]> {
  const type = codes.code('RegisteredIntegrationConnector');
  const select = `SELECT r.id, r.guid, r.sequence, e.id AS connector, e.guid AS connectorGuid, ${factOf} AS fact FROM relationship r`;
  const condition = `r.end1 = ? AND r.visible = ${visibility.live} AND r.type = ?`;
  if (guids !== undefined) {
    const sql = `${select} CROSS JOIN element e ON e.id = r.end2 WHERE r.guid IN (SELECT value FROM json_each(?)) AND ${condition}`;
    for (let from = 0; from < guids.length; from += chunkSize)
      yield snapshot.database.all<RegistrationRow>(
        sql,
        JSON.stringify(guids.slice(from, from + chunkSize)),
        groupId,
        type,
      );
    return;
  }
  const sql = `${select} INDEXED BY relationship_end1 CROSS JOIN element e ON e.id = r.end2
    WHERE ${condition} AND r.sequence > ? ORDER BY r.sequence LIMIT ${chunkSize}`;
  for (let after = 0; ; ) {
    const rows = snapshot.database.all<RegistrationRow>(sql, groupId, type, after);
    yield rows;
    after = rows.at(-1)?.sequence ?? after;
    if (rows.length < chunkSize) return;
  }
}

/** Adds to each draft what is reached from its connector. */
async function follow(
  snapshot: Snapshot,
  codes: TypeCodes,
  connectors: ReadonlyMap<number, readonly Draft[]>,
): Promise<void> {
  const embedded = codes.code('EmbeddedConnection');
  let types: readonly number[] = [codes.code(connectionLink)];
  let known = connectors;
  for (let depth = 0; known.size > 0 && depth <= deepestEmbedding + 1; depth += 1) {
    const next = new Map<number, Draft[]>();
    for (const type of types) {
      for await (const row of reach(snapshot, [...known.keys()], type)) {
        for (const draft of known.get(row.source) ?? []) {
          draft.elements.add(row.guid);
          draft.facts.push(row.fact);
          if (depth === 0 || type === embedded) add(next, row.id, draft);
        }
      }
    }
    types = partLinks.map((name) => codes.code(name));
    known = next;
  }
}

async function* reach({ database, slice }: Snapshot, ids: readonly number[], type: number): AsyncGenerator<Reached> {
  for (let from = 0; from < ids.length; from += chunkSize) {
    const chunk = JSON.stringify(ids.slice(from, from + chunkSize));
    for (let after = 0; ; ) {
      const rows = database.all<Reached>(reachSql, chunk, type, after);
      yield* rows;
      after = rows.at(-1)?.link ?? 0;
      await slice.pause();
      if (rows.length < chunkSize) break;
    }
  }
}

const reachSql = `SELECT e.id, e.guid, r.end1 AS source, r.sequence AS link, ${factOf} AS fact
  FROM relationship r INDEXED BY relationship_end1 CROSS JOIN element e ON e.id = r.end2
  WHERE r.end1 IN (SELECT value FROM json_each(?)) AND r.visible = ${visibility.live} AND r.type = ? AND r.sequence > ?
  ORDER BY r.sequence LIMIT ${chunkSize}`;

function draftOf({ id, guid, connectorGuid, fact }: RegistrationRow): Draft {
  return { order: id, registrationGuid: guid, connectorGuid, elements: new Set([connectorGuid]), facts: [fact] };
}

function finished({ order, registrationGuid, connectorGuid, elements, facts }: Draft): MemberRecord {
  const digest = createHash('sha256').update(`${registrationGuid} ${connectorGuid}\n${facts.sort().join('\n')}`);
  const version = digest.digest('base64url').slice(0, versionLength);
  return { order, registrationGuid, connectorGuid, version, elements: [...elements] };
}

const versionLength = 20;

function add(drafts: Map<number, Draft[]>, id: number, draft: Draft): void {
  const known = drafts.get(id);
  if (known === undefined) drafts.set(id, [draft]);
  else if (!known.includes(draft)) known.push(draft);
}
