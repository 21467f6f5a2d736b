import { codeOf, mediumOf, type PatternFilter, patternFilter, type Timers } from '@isthmus/connector-sdk/helpers';
import { type FoundFiles, findFiles } from './database-files.js';
import { fingerprintOf, marksOf } from './file-marks.js';
import { DatabaseUnreadable, readSafely } from './open-safely.js';
import { readSchema } from './schema-reader.js';
import type { DatabaseSchema } from './schema-rows.js';
import type { SqliteConfiguration } from './sqlite-config.js';
import { type DatabaseFile, scopeOfDatabase } from './to-catalogue.js';

export interface ReadDatabase {
  readonly schema: DatabaseSchema;
  /** Another text whenever it may be another schema. */
  readonly fingerprint: string;
  /** The medium that its file lies on: what is mounted below the root is another one than the root's. */
  readonly place: string;
}

/** The databases that one configuration leads to. */
export class SqliteFolder {
  readonly #filter: PatternFilter;

  constructor(
    readonly configuration: SqliteConfiguration,
    /** Real paths that are never read. */
    private readonly forbidden: readonly string[],
    private readonly timers: Timers,
  ) {
    this.#filter = patternFilter(configuration);
  }

  /** @throws SOURCE_UNREADABLE */
  find(signal: AbortSignal): Promise<FoundFiles> {
    return findFiles(this.configuration.root, this.#filter, this.forbidden, signal);
  }

  async read({ path }: DatabaseFile, signal: AbortSignal): Promise<ReadDatabase> {
    const { maxCopyBytes } = this.configuration;
    const parts = { maxCopyBytes, timers: this.timers };
    const { content, marks } = await readSafely(path, parts, signal, (database) => readSchema(database, signal));
    const { place, identity } = await mediumOf(path);
    if (identity !== marks.identity)
      throw new DatabaseUnreadable('DATABASE_BUSY', 'another file took its place while it was read');
    return { schema: content, fingerprint: fingerprintOf(marks), place };
  }

  /** By looking at the files alone: no database is opened. */
  async fingerprints(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const fingerprints = new Map<string, string>();
    for (const { name, path } of (await this.find(signal)).files) {
      signal.throwIfAborted();
      fingerprints.set(scopeOfDatabase(name), await fingerprintAt(path));
    }
    return fingerprints;
  }
}

/** What went since the folder was listed, or may not be read, is seen by the run. */
async function fingerprintAt(path: string): Promise<string> {
  try {
    return fingerprintOf(await marksOf(path));
  } catch (error) {
    return codeOf(error) ?? 'unknown';
  }
}
