/** What payloads have been seen to be, without a value of them. It only ever grows: more types, more fields. */
export interface ValueShape {
  readonly types: Set<string>;
  /** Of objects, also of those in lists. */
  readonly fields: Map<string, FieldShape>;
  /** Of lists: what is in them. */
  items: ValueShape | undefined;
  /** Objects that were looked at. */
  objects: number;
}

interface FieldShape {
  readonly shape: ValueShape;
  seen: number;
}

const deepest = 6;
/** Fields of one object; one that has more is used as a map. */
const mostFields = 100;
/** Fields of a payload, at all depths. */
const mostInPayload = 400;
/** Entries of a list that are looked at. */
const mostItems = 20;

export function emptyShape(): ValueShape {
  return { types: new Set(), fields: new Map(), items: undefined, objects: 0 };
}

/** What a payload is written in: JSON, text, binary or nothing at all; and its value where it is JSON. */
export function readPayload(payload: Uint8Array): { readonly encoding: string; readonly value?: unknown } {
  if (payload.length === 0) return { encoding: 'empty' };
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(payload);
  } catch {
    return { encoding: 'binary' };
  }
  // control characters other than line ends and tabs are no text
  if (/(?![\t\n\v\f\r])\p{Cc}/u.test(text)) return { encoding: 'binary' };
  if (!/^\s*[[{"\-\dtfn]/.test(text)) return { encoding: 'text' };
  try {
    return { encoding: 'JSON', value: JSON.parse(text) };
  } catch {
    return { encoding: 'text' };
  }
}

/** Adds what one payload shows. */
export function observe(shape: ValueShape, value: unknown): void {
  observeValue(shape, value, 0, { left: mostInPayload - fieldCount(shape) });
}

interface Budget {
  left: number;
}

function fieldCount({ fields, items }: ValueShape): number {
  let count = fields.size + (items === undefined ? 0 : fieldCount(items));
  for (const { shape } of fields.values()) count += fieldCount(shape);
  return count;
}

function observeValue(shape: ValueShape, value: unknown, depth: number, budget: Budget): void {
  if (value === null) shape.types.add('null');
  else if (Array.isArray(value)) {
    shape.types.add('array');
    if (depth >= deepest) return;
    shape.items ??= emptyShape();
    for (const item of value.slice(0, mostItems)) observeValue(shape.items, item, depth + 1, budget);
  } else if (typeof value === 'object') observeObject(shape, value, depth, budget);
  else if (typeof value === 'number') shape.types.add(Number.isInteger(value) ? 'integer' : 'number');
  else shape.types.add(typeof value);
}

function observeObject(shape: ValueShape, value: object, depth: number, budget: Budget): void {
  shape.types.add('object');
  shape.objects += 1;
  if (depth >= deepest || shape.types.has('map')) return;
  for (const [name, inner] of Object.entries(value)) {
    const field = shape.fields.get(name) ?? newField(shape, name, budget);
    if (shape.types.has('map')) return;
    if (field === undefined) continue;
    field.seen += 1;
    observeValue(field.shape, inner, depth + 1, budget);
  }
}

/** Undefined: there is no room for it. */
function newField(shape: ValueShape, name: string, budget: Budget): FieldShape | undefined {
  if (shape.fields.size >= mostFields) {
    shape.types.add('map');
    shape.fields.clear();
    return undefined;
  }
  if (budget.left <= 0 || name.length > longestName) return undefined;
  budget.left -= 1;
  // before there was this field it was missing
  const field = { shape: emptyShape(), seen: 0 };
  shape.fields.set(name, field);
  return field;
}

const longestName = 200;

/** `string`, `integer | string`, `array<object>`: `null` is told apart. */
export function typeName(shape: ValueShape): string {
  const types = [...shape.types].filter((type) => type !== 'null');
  const plain = types.includes('number') ? types.filter((type) => type !== 'integer') : types;
  const named = plain.includes('map') ? plain.filter((type) => type !== 'object') : plain;
  const names = named.map((type) =>
    type === 'array' && shape.items !== undefined && shape.items.types.size > 0
      ? `array<${typeName(shape.items)}>`
      : type,
  );
  return names.length === 0 ? 'null' : names.sort().join(' | ');
}

/** A field as the catalogue has it. */
export interface ToldField {
  readonly name: string;
  readonly dataType: string;
  /** Missing in some, or null. */
  readonly isNullable: boolean;
  readonly fields: readonly ToldField[];
}

export function fieldsOf(shape: ValueShape): readonly ToldField[] {
  let inner = shape;
  while (inner.fields.size === 0 && inner.items !== undefined) inner = inner.items;
  return [...inner.fields]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, field]) => ({
      name,
      dataType: typeName(field.shape),
      isNullable: field.seen < inner.objects || field.shape.types.has('null'),
      fields: fieldsOf(field.shape),
    }));
}

/** A shape as text, to be found again by a later instance: `[types, [[name, isNullable, shape], ...], items]`. */
export function shapeText(shape: ValueShape): string {
  return JSON.stringify(packed(shape));
}

function packed(shape: ValueShape): unknown {
  const fields = [...shape.fields]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, field]) => [name, field.seen < shape.objects ? 1 : 0, packed(field.shape)]);
  return [[...shape.types].sort(), fields, ...(shape.items === undefined ? [] : [packed(shape.items)])];
}

/** What `shapeText` wrote; undefined when it is nothing of the kind. */
export function shapeOfText(text: string): ValueShape | undefined {
  try {
    return unpacked(JSON.parse(text), 0);
  } catch {
    return undefined;
  }
}

function unpacked(value: unknown, depth: number): ValueShape | undefined {
  if (!Array.isArray(value) || depth > 2 * deepest) return undefined;
  const [types, fields, items]: unknown[] = value;
  if (!Array.isArray(types) || !Array.isArray(fields)) return undefined;
  const shape = emptyShape();
  for (const type of types) if (typeof type === 'string') shape.types.add(type);
  shape.objects = shape.types.has('object') ? 1 : 0;
  for (const field of fields) {
    if (!Array.isArray(field)) continue;
    const [name, isNullable, inner]: unknown[] = field;
    const own = unpacked(inner, depth + 1);
    if (typeof name === 'string' && own !== undefined)
      shape.fields.set(name, { shape: own, seen: isNullable === 1 ? 0 : 1 });
  }
  shape.items = items === undefined ? undefined : unpacked(items, depth + 1);
  return shape;
}
