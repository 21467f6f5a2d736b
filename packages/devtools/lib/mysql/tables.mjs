// Tables for the bench of databases: ten columns each, with a primary key and a foreign key.
export async function makeTables(server, database, count) {
  await server.sql(
    `CREATE DATABASE ${database}`,
    ...Array.from(
      { length: count },
      (
        _each,
        number,
      ) => `CREATE TABLE ${database}.t${number} (id bigint PRIMARY KEY, name varchar(80) NOT NULL, owner bigint,
        price decimal(10,2), made datetime DEFAULT CURRENT_TIMESTAMP, changed datetime(3), note text, is_open boolean DEFAULT true,
        kind int, data json, FOREIGN KEY (owner) REFERENCES ${database}.t0 (id))`,
    ),
  );
  return { others: 0, columns: count * 10 };
}
