import type { Migration } from '@isthmus/sqlite';

/** Schema of platform.db. A revision without document is a removal; a server whose document is gone keeps its counters. */
export const documentMigrations: readonly Migration[] = [
  `
  CREATE TABLE server (
    name TEXT PRIMARY KEY, revision INTEGER NOT NULL, stored INTEGER NOT NULL, changed_at INTEGER NOT NULL,
    line INTEGER NOT NULL, trail_from INTEGER NOT NULL, brought TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX server_removed ON server (changed_at) WHERE stored = 0;
  CREATE TABLE revision (
    server TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL, origin TEXT NOT NULL,
    what TEXT NOT NULL, document TEXT,
    PRIMARY KEY (server, number)
  ) STRICT;
  CREATE TABLE audit (
    server TEXT NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL, origin TEXT NOT NULL,
    what TEXT NOT NULL, revision INTEGER NOT NULL,
    PRIMARY KEY (server, number)
  ) STRICT, WITHOUT ROWID;
  `,
  'CREATE TABLE variable (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID',
];
