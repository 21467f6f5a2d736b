import type { Migration } from '@isthmus/sqlite';
import { pairBytes } from './letter-pairs.js';

/** Column `visible` of elements and relationships. A relationship shows what the less visible of its ends shows. */
export const visibility = {
  /** Soft-deleted: kept for a while, so that its name brings it back. */
  deleted: 0,
  live: 1,
  /** Has the classification Memento: shown for lineage only. */
  archived: 2,
} as const;

/**
 * - `sequence` is the number of the last change of a row; it stands for "last update" in every order, as clocks jump.
 * - `element.anchor` is the id of the anchor, the own id for an element that anchors itself.
 * - `element.deletion` is one number for all elements that went in one cascade.
 * - `bucket` counts elements per type, visibility and range of `sequence` (ordering 0) or `id` (ordering 1): ranges of
 *   2^10 (level 1), 2^15 (level 3) and 2^20 (level 2). With it a page anywhere in a list of millions is found without walking there.
 * - `letter_pair` tells which pairs of letters occur in the texts of the elements of one range of 2^10 ids.
 * - `sorted_list` holds the elements in orders that were asked for, some thousands a row: four bytes of id, two of kind each,
 *   and `tally`, how many of each kind they are.
 * - `element_text` holds only the trigrams of the folded strings; what it finds is held against the element itself.
 */
export const storeMigrations: readonly Migration[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) WITHOUT ROWID;
  CREATE TABLE type_code (code INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE element (
    id INTEGER PRIMARY KEY, guid TEXT NOT NULL UNIQUE, type INTEGER NOT NULL, qualified_name TEXT,
    visible INTEGER NOT NULL, sequence INTEGER NOT NULL, version INTEGER NOT NULL,
    created_by TEXT NOT NULL, create_time INTEGER NOT NULL, updated_by TEXT NOT NULL, update_time INTEGER NOT NULL,
    maintained_by TEXT, request_id TEXT, source_guid TEXT, source_name TEXT,
    effective_from INTEGER, effective_to INTEGER, anchor INTEGER, anchor_scopes TEXT, deletion INTEGER,
    properties TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX element_name ON element (qualified_name) WHERE qualified_name IS NOT NULL;
  CREATE UNIQUE INDEX element_sequence ON element (sequence, type, visible);
  CREATE INDEX element_anchor ON element (anchor) WHERE anchor IS NOT NULL AND anchor <> id;
  CREATE INDEX element_deletion ON element (deletion) WHERE deletion IS NOT NULL;
  CREATE INDEX element_effectivity ON element (id) WHERE effective_from IS NOT NULL OR effective_to IS NOT NULL;
  CREATE TABLE classification (
    element INTEGER NOT NULL, type INTEGER NOT NULL, sequence INTEGER NOT NULL, version INTEGER NOT NULL,
    created_by TEXT NOT NULL, create_time INTEGER NOT NULL, updated_by TEXT NOT NULL, update_time INTEGER NOT NULL,
    maintained_by TEXT, request_id TEXT, source_guid TEXT, source_name TEXT,
    effective_from INTEGER, effective_to INTEGER, properties TEXT NOT NULL,
    PRIMARY KEY (element, type)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE relationship (
    id INTEGER PRIMARY KEY, guid TEXT NOT NULL UNIQUE, type INTEGER NOT NULL, end1 INTEGER NOT NULL, end2 INTEGER NOT NULL,
    visible INTEGER NOT NULL, sequence INTEGER NOT NULL, version INTEGER NOT NULL,
    created_by TEXT NOT NULL, create_time INTEGER NOT NULL, updated_by TEXT NOT NULL, update_time INTEGER NOT NULL,
    maintained_by TEXT, request_id TEXT, source_guid TEXT, source_name TEXT,
    effective_from INTEGER, effective_to INTEGER, properties TEXT NOT NULL
  ) STRICT;
  CREATE INDEX relationship_end1 ON relationship (end1, visible, type, sequence);
  CREATE INDEX relationship_end2 ON relationship (end2, visible, type, sequence);
  CREATE INDEX relationship_pair ON relationship (end1, end2, type);
  CREATE INDEX relationship_type ON relationship (type, visible, sequence);
  CREATE INDEX relationship_effectivity ON relationship (id) WHERE effective_from IS NOT NULL OR effective_to IS NOT NULL;
  CREATE TABLE history (
    subject INTEGER NOT NULL, owner INTEGER NOT NULL, classification INTEGER NOT NULL, sequence INTEGER NOT NULL,
    valid_from INTEGER NOT NULL, valid_to INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (subject, owner, classification, sequence)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE bucket (
    ordering INTEGER NOT NULL, level INTEGER NOT NULL, kind INTEGER NOT NULL, bucket INTEGER NOT NULL,
    count INTEGER NOT NULL, PRIMARY KEY (ordering, level, kind, bucket)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE change (
    sequence INTEGER PRIMARY KEY, event TEXT NOT NULL, guid TEXT NOT NULL, type INTEGER NOT NULL,
    classification INTEGER, end1 TEXT, end2 TEXT, time INTEGER NOT NULL, user TEXT NOT NULL
  ) STRICT;
  CREATE TABLE slot_grant (slot TEXT PRIMARY KEY, token INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE batch_answer (
    number INTEGER PRIMARY KEY, slot TEXT NOT NULL, id TEXT NOT NULL, answer TEXT NOT NULL, UNIQUE (slot, id)
  ) STRICT;
  CREATE VIRTUAL TABLE element_text USING fts5 (
    text, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1', detail = 'none'
  );
  `,
  // from here on `mergeTexts` does it
  `INSERT INTO element_text (element_text, rank) VALUES ('automerge', 0)`,
  (database) => {
    database.exec('CREATE TABLE letter_pair (bucket INTEGER PRIMARY KEY, pairs BLOB NOT NULL) STRICT');
    // elements that were there before: every pair may occur, so they are always looked at
    database.run(
      'INSERT INTO letter_pair (bucket, pairs) SELECT DISTINCT bucket, ? FROM bucket WHERE ordering = 1 AND level = 1',
      new Uint8Array(pairBytes).fill(0xff),
    );
  },
  `INSERT INTO bucket (ordering, level, kind, bucket, count)
     SELECT ordering, 3, kind, bucket >> 5, SUM(count) FROM bucket WHERE level = 1 GROUP BY ordering, kind, bucket >> 5`,
  `CREATE TABLE sorted_list (
     name TEXT NOT NULL, part INTEGER NOT NULL, sequence INTEGER NOT NULL, ids BLOB NOT NULL, kinds BLOB NOT NULL,
     PRIMARY KEY (name, part)
   ) STRICT`,
  // what is read of every row lies before what is read of few; the lists are made again
  `DROP TABLE sorted_list;
   CREATE TABLE sorted_list (
     name TEXT NOT NULL, part INTEGER NOT NULL, sequence INTEGER NOT NULL, tally BLOB NOT NULL, ids BLOB NOT NULL,
     kinds BLOB NOT NULL, PRIMARY KEY (name, part)
   ) STRICT`,
];
