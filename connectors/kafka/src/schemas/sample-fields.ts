import { type EventField, type EventFields, FieldBudget, isRecord } from './event-fields.js';

/** An object with more different members than this is taken for a map. */
const mostMembers = 200;

/** What was seen at one place of the values. */
interface Shape {
  count: number;
  /** How often it was an object. */
  objectCount: number;
  isNullable: boolean;
  readonly types: Set<string>;
  readonly members: Map<string, Shape>;
  items: Shape | undefined;
}

/**
 * The shape of some messages, as far as they are JSON: names and types, never a value.
 *
 * @returns undefined when none of them is a JSON object
 */
export function sampledFields(values: readonly Buffer[]): EventFields | undefined {
  const shape = emptyShape();
  for (const value of values) {
    const parsed = parsedObject(value);
    if (parsed !== undefined) add(shape, parsed, 0);
  }
  if (shape.count === 0) return undefined;
  const budget = new FieldBudget();
  return { fields: fieldsOf(shape, budget), isCut: budget.isUsedUp };
}

function parsedObject(value: Buffer): Readonly<Record<string, unknown>> | undefined {
  // `{`, maybe after blanks: all else is not worth a try
  if (!/^\s*\{/.test(value.subarray(0, 64).toString('latin1'))) return undefined;
  try {
    const parsed: unknown = JSON.parse(value.toString('utf8'));
    return isRecord(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

const deepest = 24;
const mostItems = 100;

function add(shape: Shape, value: unknown, depth: number): void {
  shape.count += 1;
  if (value === null) shape.isNullable = true;
  else if (Array.isArray(value)) {
    shape.types.add('array');
    shape.items ??= emptyShape();
    if (depth < deepest) for (const item of value.slice(0, mostItems)) add(shape.items, item, depth + 1);
  } else if (isRecord(value)) {
    shape.types.add('object');
    shape.objectCount += 1;
    for (const [name, member] of Object.entries(value)) {
      if (depth >= deepest || shape.members.size > mostMembers) break;
      const known = shape.members.get(name) ?? emptyShape();
      shape.members.set(name, known);
      add(known, member, depth + 1);
    }
  } else shape.types.add(Number.isInteger(value) ? 'integer' : typeof value);
}

function fieldsOf(shape: Shape, budget: FieldBudget): readonly EventField[] {
  const names = [...shape.members].sort(([one], [other]) => (one < other ? -1 : 1));
  return names.flatMap(([name, member]) => {
    if (!budget.take()) return [];
    const isNullable = member.isNullable || member.count < shape.objectCount;
    return [{ name, isNullable, ...described(member, budget) }];
  });
}

function described(shape: Shape, budget: FieldBudget): Pick<EventField, 'dataType' | 'fields'> {
  // every whole number is a number
  const types = [...shape.types].filter((type) => type !== 'integer' || !shape.types.has('number')).sort();
  const [type = 'null', ...more] = types;
  if (more.length > 0) return { dataType: `union<${types.join(', ')}>` };
  if (type === 'array') {
    const { dataType, fields } = described(shape.items ?? emptyShape(), budget);
    return { dataType: `array<${dataType}>`, ...(fields === undefined ? {} : { fields }) };
  }
  if (type !== 'object') return { dataType: type };
  if (shape.members.size > mostMembers) return { dataType: 'map' };
  const fields = budget.deeper(() => fieldsOf(shape, budget)) ?? [];
  return { dataType: 'object', ...(fields.length === 0 ? {} : { fields }) };
}

function emptyShape(): Shape {
  return { count: 0, objectCount: 0, isNullable: false, types: new Set(), members: new Map(), items: undefined };
}
