import { IsthmusError } from '@isthmus/kernel';
import type { TypeSystem } from '@isthmus/model';
import type { Database } from '@isthmus/sqlite';

/** Small numbers that stand for type names in the database. Written once, when the store is opened. */
export class TypeCodes {
  readonly #codes = new Map<string, number>();
  readonly #names = new Map<number, string>();

  constructor(database: Database, types: TypeSystem) {
    for (const { code, name } of database.all<{ code: number; name: string }>('SELECT code, name FROM type_code'))
      this.#remember(code, name);
    const missing = types.list().filter((type) => !this.#codes.has(type.name));
    if (missing.length === 0) return;
    database.transaction(() => {
      for (const { name } of missing) {
        const { lastInsertRowid } = database.run('INSERT INTO type_code (name) VALUES (?)', name);
        this.#remember(lastInsertRowid, name);
      }
    });
  }

  /** @throws TYPE_UNKNOWN */
  code(name: string): number {
    const code = this.#codes.get(name);
    if (code === undefined) throw new IsthmusError('TYPE_UNKNOWN', `no type ${name}`, { details: { typeName: name } });
    return code;
  }

  name(code: number): string {
    const name = this.#names.get(code);
    if (name === undefined) throw new IsthmusError('INTERNAL', `the store refers to an unknown type code ${code}`);
    return name;
  }

  #remember(code: number, name: string): void {
    this.#codes.set(name, code);
    this.#names.set(code, name);
  }
}
