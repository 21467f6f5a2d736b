// Tables for the bench of databases: ten columns each, in ten schemas, with a primary key and a foreign key.
const schemas = 10;

export async function makeTables(server, database, count) {
  await server.sql('postgres', `CREATE DATABASE ${database}`);
  for (let schema = 0; schema < schemas; schema += 1) await server.sql(database, `CREATE SCHEMA s${schema}`);
  // in pieces: each table holds a lock until its transaction ends
  for (let from = 0; from < count; from += 500)
    await server.sql(database, tablesFrom(from, Math.min(500, count - from)));
  await server.sql(database, 'ANALYZE');
  // the schemas, and that which is there from the beginning
  return { others: schemas + 1, columns: count * 10 };
}

function tablesFrom(from, count) {
  return `DO $$ BEGIN FOR i IN ${from}..${from + count - 1} LOOP EXECUTE format(
    'CREATE TABLE s%s.t%s (id bigint PRIMARY KEY, name varchar(80) NOT NULL, owner bigint REFERENCES s0.t0, price numeric(10,2),
       made timestamptz DEFAULT now(), changed timestamptz, note text, is_open boolean DEFAULT true, kind integer, data jsonb)',
    i % ${schemas}, i); END LOOP; END $$`;
}
