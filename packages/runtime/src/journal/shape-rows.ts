import type { Database } from '@isthmus/sqlite';
import { decode } from './decode.js';
import { isNumberArray } from './guards.js';
import type { ItemKey } from './journal.js';

const shapesKept = 1_000;

/** Shapes of elements are few and items many: an item has the numbers of its shapes, as a JSON array. */
export class ShapeRows {
  /** By the text of their numbers: what a number stands for never changes and is never taken away. */
  readonly #read = new Map<string, readonly string[]>();
  readonly #ids = new Map<string, number>();
  /** Of the database when `#ids` was begun. */
  #rollbackCount = 0;

  constructor(private readonly database: Database) {}

  /** Within a transaction: a shape that is new gets a number. */
  numbersOf(shapes: readonly string[]): string {
    return JSON.stringify(shapes.map((shape) => this.#id(shape)));
  }

  /** @param item - that has them, for the error that tells of a damaged row */
  textsOf(item: ItemKey, numbers: string): readonly string[] {
    const known = this.#read.get(numbers);
    if (known !== undefined) return known;
    const shapes = this.idsOf(item, numbers).map((id) =>
      String(this.database.get('SELECT text FROM shape WHERE id = ?', id)?.text ?? ''),
    );
    if (this.#read.size >= shapesKept) this.#read.clear();
    this.#read.set(numbers, shapes);
    return shapes;
  }

  idsOf({ scope, key }: ItemKey, numbers: string): readonly number[] {
    return decode(this.database, { table: 'item', name: `${scope} ${key}` }, numbers, isNumberArray);
  }

  #id(text: string): number {
    const { rollbackCount } = this.database;
    if (this.#rollbackCount !== rollbackCount || this.#ids.size >= shapesKept) this.#ids.clear();
    this.#rollbackCount = rollbackCount;
    const remembered = this.#ids.get(text);
    if (remembered !== undefined) return remembered;
    const known = this.database.get<{ id: number }>('SELECT id FROM shape WHERE text = ?', text);
    const id = known?.id ?? this.database.run('INSERT INTO shape (text) VALUES (?)', text).lastInsertRowid;
    this.#ids.set(text, id);
    return id;
  }
}
