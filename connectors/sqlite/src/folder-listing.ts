import { setImmediate } from 'node:timers/promises';
import type { OmisScopes, RefreshRun } from '@isthmus/connector-sdk';
import { codeOf, reasonOf } from '@isthmus/connector-sdk/helpers';
import { keepOrTell } from '@isthmus/connector-sdk/servers';
import { DatabaseUnreadable } from './open-safely.js';
import type { RelationSchema } from './schema-rows.js';
import type { ReadDatabase, SqliteFolder } from './sqlite-folder.js';
import {
  type DatabaseFile,
  keyOfDatabase,
  keyOfRelation,
  nameOfDatabase,
  scopeOfDatabase,
  scopeOfDatabases,
  toDatabase,
  toTable,
  toView,
} from './to-catalogue.js';

type Run = RefreshRun<'database'>;
type Scope = OmisScopes['database'];

const toldAtOnce = 250;
/** Files of which nothing is told, unless they held a database before. */
interface Skipped {
  readonly file: DatabaseFile;
  readonly code: string;
  readonly reason: string;
}

/** Lists the databases of a folder and what is in each. One listing per run. */
export class FolderListing {
  constructor(
    private readonly run: Run,
    private readonly folder: SqliteFolder,
    /** A database was listed completely, as it was at this fingerprint. */
    private readonly read: (scope: string, fingerprint: string) => void,
  ) {}

  async list(): Promise<void> {
    const { run, folder } = this;
    const { files, closed, links, place } = await folder.find(run.signal);
    const scope = run.scope(scopeOfDatabases);
    const read: DatabaseFile[] = [];
    for (const file of files) {
      run.signal.throwIfAborted();
      if (await this.#listFile(scope, file)) read.push(file);
    }
    for (const { folder: name, reason } of closed)
      await scope.finding({
        severity: 'error',
        code: 'FOLDER_UNREADABLE',
        message: `the folder ${name} cannot be listed (${reason}): what lies there is not known`,
      });
    if (links.length > 0) await this.#keepBehind(scope, new Set(links));
    run.signal.throwIfAborted();
    await scope.complete({ place });
    this.run.progress(`listed ${read.length} databases`);
  }

  /** What was moved elsewhere and linked from its old place is not followed there, and not gone either. */
  async #keepBehind(databases: Scope, links: ReadonlySet<string>): Promise<void> {
    for (const key of await databases.missing()) {
      const link = waysTo(nameOfDatabase(key)).find((way) => links.has(way));
      if (link === undefined) continue;
      await databases.finding({
        severity: 'warning',
        code: 'FILE_UNREADABLE',
        message: `${nameOfDatabase(key)} cannot be read: ${link} is a link now, and links are not followed; what is known of it stays. Give the folder that it leads to to a connector, or, if it is gone, remove the link`,
        key,
      });
    }
  }

  /** @returns whether it could be read */
  async #listFile(databases: Scope, file: DatabaseFile): Promise<boolean> {
    const { run, folder } = this;
    const isWanted = run.requested === undefined || run.requested.has(scopeOfDatabase(file.name));
    const told = [toDatabase(file)];
    // what was read at this place before is still there, whatever it holds now
    if (!isWanted && (await databases.keepThings('database', told)).length === 0) return true;
    let found: ReadDatabase;
    try {
      found = await folder.read(file, run.signal);
    } catch (error) {
      run.signal.throwIfAborted();
      await this.#skip(databases, skippedBy(file, error));
      return false;
    }
    await keepOrTell(run.signal, told, (things) => databases.keepThings('database', things), databases.database);
    await this.#listDatabase(file.name, found);
    this.read(scopeOfDatabase(file.name), found.fingerprint);
    return true;
  }

  /** Set aside: what is known of it, and of all that is in it, stays. */
  async #skip(databases: Scope, { file, code, reason }: Skipped): Promise<void> {
    await databases.finding({
      severity: 'warning',
      code,
      message: `${file.name} cannot be read: ${reason}`,
      key: keyOfDatabase(file.name),
    });
  }

  async #listDatabase(database: string, { schema, place }: ReadDatabase): Promise<void> {
    const { run } = this;
    const { relations } = schema;
    const scope = run.scope(scopeOfDatabase(database));
    const around = {
      database,
      relations: new Map(relations.map((relation) => [relation.name.toLowerCase(), relation])),
      statistics: this.folder.configuration.statistics,
    };
    const readable = relations.filter(({ fault }) => fault === undefined);
    for (const some of portionsOf(readable.filter(({ kind }) => kind !== 'view'))) {
      const tables = some.map((relation) => toTable(relation, around));
      await keepOrTell(run.signal, tables, (things) => scope.keepThings('table', things), scope.table);
      // others have their turn
      await setImmediate();
    }
    for (const some of portionsOf(readable.filter(({ kind }) => kind === 'view'))) {
      const views = some.map((relation) => toView(relation, around));
      await keepOrTell(run.signal, views, (things) => scope.keepThings('view', things), scope.view);
      await setImmediate();
    }
    for (const relation of relations.filter(({ fault }) => fault !== undefined)) await this.#setAside(scope, relation);
    run.signal.throwIfAborted();
    await scope.complete({ count: relations.length, place });
  }

  /** A view over what is not there, or a virtual table of a module that is not known here. */
  async #setAside(scope: Scope, { name, kind, fault = '' }: RelationSchema): Promise<void> {
    await scope.finding({
      severity: 'warning',
      code: kind === 'view' ? 'VIEW_UNREADABLE' : 'TABLE_UNREADABLE',
      message: `the columns of ${kind === 'view' ? 'the view' : 'the table'} ${name} cannot be told: ${fault}`,
      key: keyOfRelation(name),
    });
  }
}

/** The folders above a file, below the root, and itself. */
function waysTo(name: string): readonly string[] {
  const parts = name.split('/');
  return parts.map((_, position) => parts.slice(0, position + 1).join('/'));
}

function skippedBy(file: DatabaseFile, error: unknown): Skipped {
  if (error instanceof DatabaseUnreadable) return { file, code: error.reason, reason: error.message };
  const code = codeOf(error);
  // what SQLite says is in its message alone, what the system says has our paths in it
  const reason = code === undefined || code.startsWith('ERR_SQLITE') ? reasonOf(error) : code;
  return { file, code: 'FILE_UNREADABLE', reason };
}

function* portionsOf<T>(things: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < things.length; from += toldAtOnce) yield things.slice(from, from + toldAtOnce);
}
