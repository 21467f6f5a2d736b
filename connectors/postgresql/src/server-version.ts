const oldest = 12;

/** @throws for a server whose catalogs lack what is asked of them: it would tell of a column that is not there */
export function expectReadable(version: string): void {
  const major = Number.parseInt(version, 10);
  if (major < oldest)
    throw new Error(`PostgreSQL ${version} is too old: ${oldest} and newer can be read, upgrade the server`);
}
