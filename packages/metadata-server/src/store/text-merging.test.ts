import { openDatabase } from '@isthmus/sqlite';
import { expect, it } from '@jest/globals';
import { storeMigrations } from './store-schema.js';
import { alice, openTestStore, storePath, upsert } from './test-store.js';

it('keeps the search index in few parts, however many commits wrote to it', async () => {
  const path = storePath();
  await using store = openTestStore({ path });
  for (let commit = 0; commit < 15; commit += 1) {
    const operations = [upsert('DataFile', `DataFile::test:/folder/file-${commit}`)];
    await store.writeBatch(alice, { id: `${commit}`, operations });
  }
  expect(await store.findByString('folder/file')).toHaveLength(15);
  using database = openDatabase(path, storeMigrations);
  const parts = database.get('SELECT count(DISTINCT segid) AS count FROM element_text_idx');
  expect(parts?.count).toBeLessThanOrEqual(8);
  expect(parts?.count).toBeGreaterThan(0);
});
