import type { ElementPlan } from './element-plan.js';
import { type ElementRow, parseProperties } from './rows.js';

export type OrderPlan = Pick<ElementPlan, 'order' | 'orderProperty'>;

/** An order, ascending, in the words of SQLite: the same as `placeOf` and `comparePlaces`. */
export interface OrderSql {
  /** Expressions on a row of `element` whose values are sorted by, in turn; the id follows. */
  readonly rank: string;
  readonly value: string;
  /** Bound in `rank` and `value`, in turn. */
  readonly parameters: readonly string[];
}

const descending: ReadonlySet<ElementPlan['order']> = new Set<ElementPlan['order']>([
  'CREATION_DATE_RECENT',
  'LAST_UPDATE_RECENT',
  'PROPERTY_DESCENDING',
]);

export function isDescending({ order }: OrderPlan): boolean {
  return descending.has(order);
}

/** What an element is sorted by. */
export function placeOf(plan: OrderPlan, row: ElementRow): unknown {
  switch (plan.order) {
    case 'GUID':
      return row.guid;
    case 'CREATION_DATE_RECENT':
    case 'CREATION_DATE_OLDEST':
      return row.id;
    case 'LAST_UPDATE_RECENT':
    case 'LAST_UPDATE_OLDEST':
      return row.sequence;
    default:
      return plan.orderProperty === 'qualifiedName'
        ? (row.qualified_name ?? undefined)
        : parseProperties(row.properties)[plan.orderProperty];
  }
}

/** Numbers before strings before everything else; what is missing comes last. Ascending. */
export function comparePlaces(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  if (typeof one === 'string' && typeof other === 'string') return compareTexts(one, other);
  return rank(one) - rank(other);
}

/** Undefined for orders that counts lead through, and for names that are no names of attributes. */
export function orderSql(plan: OrderPlan): OrderSql | undefined {
  if (plan.order === 'GUID') return { rank: ranks.text, value: 'guid', parameters: [] };
  if (plan.order !== 'PROPERTY_ASCENDING' && plan.order !== 'PROPERTY_DESCENDING') return undefined;
  if (plan.orderProperty === 'qualifiedName')
    return {
      rank: `iif(qualified_name IS NULL, ${ranks.missing}, ${ranks.text})`,
      value: 'qualified_name',
      parameters: [],
    };
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(plan.orderProperty)) return undefined;
  const path = `$.${plan.orderProperty}`;
  return {
    rank: `CASE json_type(properties, ?) WHEN 'integer' THEN ${ranks.number} WHEN 'real' THEN ${ranks.number}
      WHEN 'text' THEN ${ranks.text} ELSE iif(json_type(properties, ?) IS NULL, ${ranks.missing}, ${ranks.other}) END`,
    // integers as they are in JavaScript
    value: `CASE json_type(properties, ?) WHEN 'text' THEN properties ->> ? WHEN 'integer' THEN CAST(properties ->> ? AS REAL)
      WHEN 'real' THEN properties ->> ? END`,
    parameters: [path, path, path, path, path, path],
  };
}

const ranks = { number: '0', text: '1', other: '2', missing: '3' } as const;

function rank(value: unknown): number {
  if (typeof value === 'number') return Number(ranks.number);
  if (typeof value === 'string') return Number(ranks.text);
  return Number(value === undefined ? ranks.missing : ranks.other);
}

/** By code points, as SQLite does: JavaScript alone compares halves of letters. */
export function compareTexts(one: string, other: string): number {
  if (one === other) return 0;
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index += 1) {
    const [left, right] = [one.charCodeAt(index), other.charCodeAt(index)];
    if (left === right) continue;
    return aboveHalves(left) - aboveHalves(right);
  }
  return one.length - other.length;
}

/** Halves of letters stand for code points above all others. */
function aboveHalves(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
