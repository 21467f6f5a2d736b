import { IsthmusError } from '@isthmus/kernel';
import type { Database } from '@isthmus/sqlite';

/** Which store this is: made when it is opened for the first time. @throws DATABASE_UNREADABLE */
export function readIdentity(
  database: Database,
  newUuid: () => string,
): { readonly metadataCollectionId: string; readonly incarnation: string } {
  const read = (name: string): string => {
    const known = database.get<{ value: string }>('SELECT value FROM meta WHERE name = ?', name);
    if (known !== undefined) return String(known.value);
    const value = newUuid();
    database.run('INSERT INTO meta (name, value) VALUES (?, ?)', name, value);
    return value;
  };
  const identity = database.transaction(() => ({
    metadataCollectionId: read('metadataCollectionId'),
    incarnation: read('incarnation'),
  }));
  if (identity.incarnation === '') throw new IsthmusError('DATABASE_UNREADABLE', `${database.path} has no identity`);
  return identity;
}
