/** Every question that is put to a server. All read the catalogs alone: no table of the users is touched or locked. */

/** All databases, those too that are no longer offered to anybody: they are not gone. */
export const databasesQuery = `
  SELECT d.datname AS name, shobj_description(d.oid, 'pg_database') AS comment,
    pg_encoding_to_char(d.encoding) AS encoding, d.datcollate AS collation,
    d.datallowconn AS "takesConnections", d.datistemplate AS "isTemplate",
    d.datallowconn AND has_database_privilege(d.oid, 'CONNECT') AS "mayConnect"
  FROM pg_database d ORDER BY d.datname COLLATE "C"`;

const isOwn = `n.nspname <> 'information_schema' AND n.nspname !~ '^pg_(toast|temp|catalog|internal)'`;

export const schemasQuery = `
  SELECT n.nspname AS name, obj_description(n.oid, 'pg_namespace') AS comment
  FROM pg_namespace n WHERE ${isOwn} ORDER BY n.nspname COLLATE "C"`;

/** What is a table to whoever reads it: tables, partitioned tables, views, materialised views, foreign tables. */
const relationKinds = `('r', 'p', 'v', 'm', 'f')`;

/** How many relations each schema has, by a way of its own: what a listing is held against. */
export const relationCountsQuery = `
  SELECT n.nspname AS schema, count(*)::int AS count
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE ${isOwn} AND c.relkind IN ${relationKinds} GROUP BY n.nspname`;

/** Each relation with its columns, constraints, indexes and, of views, what they read; in the order of schema and name. */
export const relationsQuery = `
  WITH relation AS (
    SELECT c.*, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${isOwn} AND c.relkind IN ${relationKinds}
  ), attribute AS (
    SELECT a.attrelid, json_agg(json_build_object(
      'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull OR (t.typtype = 'd' AND t.typnotnull),
      'default', CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
      'formula', CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END,
      'identity', a.attidentity, 'comment', e.description,
      'collation', CASE WHEN a.attcollation <> t.typcollation THEN
        (SELECT format('%I.%I', cn.nspname, cc.collname) FROM pg_collation cc JOIN pg_namespace cn ON cn.oid = cc.collnamespace
         WHERE cc.oid = a.attcollation) END,
      'modifier', CASE WHEN t.typname IN ('bpchar', 'varchar', 'numeric') AND a.atttypmod > 3 THEN a.atttypmod - 4 END,
      'base', t.typname,
      'values', CASE WHEN v.typtype IN ('e', 'd') THEN json_build_array(vn.nspname, v.typname) END
    ) ORDER BY a.attnum) AS columns
    FROM pg_attribute a
    JOIN relation r ON r.oid = a.attrelid
    JOIN pg_type t ON t.oid = a.atttypid
    JOIN pg_type v ON v.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
    JOIN pg_namespace vn ON vn.oid = v.typnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN pg_description e ON e.objoid = a.attrelid AND e.objsubid = a.attnum AND e.classoid = 'pg_class'::regclass
    WHERE a.attnum > 0 AND NOT a.attisdropped GROUP BY a.attrelid
  ), con AS (
    SELECT k.conrelid, json_agg(json_build_object(
      'name', k.conname, 'kind', k.contype, 'comment', obj_description(k.oid, 'pg_constraint'),
      'columns', (SELECT json_agg(a.attname ORDER BY p.place) FROM unnest(k.conkey) WITH ORDINALITY p (number, place)
                  JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.number),
      'table', CASE WHEN k.contype = 'f' THEN json_build_array(fn.nspname, f.relname) END,
      'tableColumns', CASE WHEN k.contype = 'f' THEN
        (SELECT json_agg(a.attname ORDER BY p.place) FROM unnest(k.confkey) WITH ORDINALITY p (number, place)
         JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = p.number) END,
      'text', CASE WHEN k.contype IN ('c', 'x') THEN pg_get_constraintdef(k.oid) END
    ) ORDER BY k.conname) AS constraints
    FROM pg_constraint k
    JOIN relation r ON r.oid = k.conrelid
    LEFT JOIN pg_class f ON f.oid = k.confrelid
    LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
    WHERE k.contype IN ('p', 'u', 'f', 'c', 'x') GROUP BY k.conrelid
  ), ind AS (
    SELECT i.indrelid, json_agg(json_build_object(
      'name', x.relname, 'isUnique', i.indisunique, 'method', m.amname,
      'columns', (SELECT json_agg(pg_get_indexdef(i.indexrelid, p, true) ORDER BY p) FROM generate_series(1, i.indnkeyatts) p),
      'predicate', pg_get_expr(i.indpred, i.indrelid, true)
    ) ORDER BY x.relname) AS indexes
    FROM pg_index i
    JOIN relation r ON r.oid = i.indrelid
    JOIN pg_class x ON x.oid = i.indexrelid
    JOIN pg_am m ON m.oid = x.relam
    GROUP BY i.indrelid
  ), dep AS (
    SELECT s.ev_class, json_agg(DISTINCT jsonb_build_array(s.nspname, s.relname)) AS sources,
      json_agg(DISTINCT jsonb_build_array(s.nspname, s.relname, s.attname)) FILTER (WHERE s.attname IS NOT NULL) AS columns
    FROM (
      SELECT w.ev_class, n.nspname, t.relname, a.attname FROM pg_rewrite w
      JOIN relation r ON r.oid = w.ev_class AND r.relkind IN ('v', 'm')
      JOIN pg_depend p ON p.classid = 'pg_rewrite'::regclass AND p.objid = w.oid
        AND p.refclassid = 'pg_class'::regclass AND p.refobjid <> w.ev_class
      JOIN pg_class t ON t.oid = p.refobjid AND t.relkind IN ${relationKinds}
      JOIN pg_namespace n ON n.oid = t.relnamespace
      LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = p.refobjsubid AND a.attnum > 0 AND NOT a.attisdropped AND ${isOwn}
    ) s GROUP BY s.ev_class
  )
  SELECT r.nspname AS schema, r.relname AS name, r.relkind AS kind, r.relpersistence AS persistence,
    r.reltuples::float8 AS rows, r.relpages AS pages, obj_description(r.oid, 'pg_class') AS comment,
    CASE WHEN r.relkind IN ('v', 'm') THEN pg_get_viewdef(r.oid, true) END AS definition,
    CASE WHEN r.relkind = 'p' THEN pg_get_partkeydef(r.oid) END AS "partitionKey",
    CASE WHEN r.relispartition THEN pg_get_expr(r.relpartbound, r.oid) END AS "partitionBound",
    (SELECT json_agg(json_build_array(pn.nspname, p.relname) ORDER BY h.inhseqno) FROM pg_inherits h
      JOIN pg_class p ON p.oid = h.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
      WHERE h.inhrelid = r.oid) AS parents,
    (SELECT s.srvname FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE f.ftrelid = r.oid) AS "foreignServer",
    attribute.columns, con.constraints, ind.indexes, dep.sources, dep.columns AS "sourceColumns"
  FROM relation r
  LEFT JOIN attribute ON attribute.attrelid = r.oid
  LEFT JOIN con ON con.conrelid = r.oid
  LEFT JOIN ind ON ind.indrelid = r.oid
  LEFT JOIN dep ON dep.ev_class = r.oid
  ORDER BY r.nspname COLLATE "C", r.relname COLLATE "C"`;

/** Enumerations and domains: the sets of values that columns take. */
export const valueSetsQuery = `
  SELECT n.nspname AS schema, t.typname AS name, t.typtype AS kind, obj_description(t.oid, 'pg_type') AS comment,
    CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END AS base,
    t.typnotnull AS "notNull", t.typdefault AS "default",
    (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid) AS labels,
    (SELECT json_agg(pg_get_constraintdef(k.oid) ORDER BY k.conname) FROM pg_constraint k WHERE k.contypid = t.oid) AS checks
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE ${isOwn} AND t.typtype IN ('e', 'd') ORDER BY n.nspname COLLATE "C", t.typname COLLATE "C"`;

/**
 * Another text whenever anything that is catalogued was changed: each version of a row of the catalogs bears the number of
 * the transaction that wrote it. Estimates of rows are overwritten in place and do not count.
 */
export const fingerprintQuery = `
  SELECT string_agg(count || ':' || coalesce(sum, 0), ',' ORDER BY place) AS fingerprint FROM (
    ${[
      ['pg_namespace', 'oid'],
      ['pg_class', 'oid'],
      ['pg_attribute', 'attrelid'],
      ['pg_attrdef', 'oid'],
      ['pg_constraint', 'oid'],
      ['pg_index', 'indexrelid'],
      ['pg_type', 'oid'],
      ['pg_enum', 'oid'],
      ['pg_description', 'objoid'],
      ['pg_rewrite', 'oid'],
      ['pg_inherits', 'inhrelid'],
      ['pg_collation', 'oid'],
      ['pg_proc', 'oid'],
      ['pg_foreign_server', 'oid'],
    ]
      .map(
        ([table, id], place) =>
          `SELECT ${place} AS place, count(*) AS count, sum(hashint8extended(((xmin::text::int8 << 32) | ${id}::int8), ${place})) AS sum FROM ${table}`,
      )
      .join(' UNION ALL ')}
  ) counted`;

/** Which cluster of databases it is; users may be refused it. */
export const identityQuery = 'SELECT system_identifier::text AS identity FROM pg_control_system()';

/** Which server it is for as long as it runs. */
export const startQuery = `SELECT 'since ' || extract(epoch FROM pg_postmaster_start_time()) AS identity`;

/** How far the log of changes was written or, of a standby, replayed, as a count of bytes. */
export const positionQuery = `SELECT pg_is_in_recovery() AS "isStandby",
  ((CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END) - '0/0'::pg_lsn)::text AS bytes`;

/** Raised whenever a standby becomes a server of its own, or a server is restored from a backup; users may be refused it. */
export const timelineQuery = 'SELECT timeline_id AS timeline FROM pg_control_checkpoint()';

export const versionQuery = `SELECT current_setting('server_version') AS version`;
