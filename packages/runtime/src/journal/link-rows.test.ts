import { openDatabase } from '@isthmus/sqlite';
import { describe, expect, it } from '@jest/globals';
import { openLinks } from './link-rows.js';
import { journalMigrations } from './schema.js';

describe('LinkRows', () => {
  it('looks for open relationships among those alone, as each run of each connector does, and not through all that are made', () => {
    using database = openDatabase(':memory:', journalMigrations);
    const steps = database.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${openLinks}`, 1, 200, 5);
    const readings = steps.map(({ detail }) => detail).filter((detail) => detail.includes(' link'));
    expect(readings).toHaveLength(3);
    for (const reading of readings) expect(reading).toContain('USING INDEX link_open (owner=? AND state=?)');
  });
});
