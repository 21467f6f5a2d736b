import { seesEveryTable, type Visibility } from './grants.js';
import type { Relation } from './rows.js';

/** How much of a relation is seen: parts by name. */
export interface SeenParts {
  /** All that there is. */
  readonly isWhole: boolean;
  readonly parts: ReadonlySet<string>;
}

const everyColumn = 'columns';
const text = 'text';

/** What of a table or view is seen, by the grants and by what the server leaves empty. */
export function seenPartsOf({ name, columns, view }: Relation, database: string, visibility: Visibility): SeenParts {
  const grants = visibility.tables.filter((one) => one.database === database && one.table === name);
  const seesAll = seesEveryTable(visibility, database) || grants.some((one) => one.columns.length === 0);
  // without a grant that is known the columns alone say what is seen
  const granted = grants.length === 0 ? columns.map((column) => column.name) : grants.flatMap((grant) => grant.columns);
  const hasText = view === undefined || (view.definition ?? '') !== '';
  return {
    isWhole: seesAll && hasText,
    parts: new Set([
      ...(seesAll ? [everyColumn] : granted.map((column) => `column ${column}`)),
      ...(hasText ? [text] : []),
    ]),
  };
}

/**
 * How much was seen of what is catalogued, as long as the connector runs. What is seen less of than was catalogued must not
 * be told: what is hidden would be taken out of the catalogue.
 */
export class CataloguedParts {
  readonly #parts = new Map<string, ReadonlySet<string>>();

  /** What is catalogued was seen like this. */
  note(key: string, { parts }: SeenParts): void {
    this.#parts.set(key, parts);
  }

  /** Whether nothing can be catalogued that is not seen now. */
  covers(key: string, { isWhole, parts }: SeenParts): boolean {
    if (isWhole) return true;
    const before = this.#parts.get(key);
    const hasColumns = (part: string): boolean => parts.has(everyColumn) && part.startsWith('column ');
    return before !== undefined && [...before].every((part) => parts.has(part) || hasColumns(part));
  }
}
