import {
  type BatchOperation,
  classifiedProperties,
  type FoundElement,
  type FoundParent,
  type PermittedUpsert,
  type Properties,
  type PropertyValue,
  permittedParent,
  permittedUpsert,
  upsertedProperties,
} from '@isthmus/model';
import { isSameValue } from '../groups/same-value.js';
import { linkField } from '../sync/link-field.js';

/** One field of an element before and after a write. */
export interface FieldChange {
  readonly kind: 'property' | 'classification' | 'parent' | 'type' | 'link';
  /**
   * `displayName`, `additionalProperties.size` (one key of a map), `Confidentiality.level`, `NestedFile`, `typeName`; of a
   * link its relationship type, with the other end as value.
   */
  readonly field: string;
  /** Absent: it had none. */
  readonly from?: PropertyValue;
  /** Absent: it has none any more. */
  readonly to?: PropertyValue;
}

/** `refuse`: an element of this name is there that may not be touched. */
export type ElementAction = 'create' | 'update' | 'restore' | 'delete' | 'unchanged' | 'refuse';

export interface ElementChange {
  readonly qualifiedName: string;
  readonly typeName: string;
  readonly action: ElementAction;
  readonly fields: readonly FieldChange[];
  /** Fields that stay as others have set them, with the value that is there. */
  readonly kept?: Readonly<Record<string, PropertyValue>>;
}

type Upsert = Extract<BatchOperation, { op: 'upsert' }>;
type Parent = NonNullable<Upsert['parent']>;
export type ElementOperation = Extract<BatchOperation, { op: 'upsert' | 'delete' }>;

/** What the operation makes of the element that is there, by the contract of `BatchOperation`. */
export function changeOf(operation: ElementOperation, found: FoundElement | undefined): ElementChange {
  const { qualifiedName } = operation;
  if (operation.op === 'delete') {
    const isThere = found?.state === 'live';
    return { qualifiedName, typeName: found?.typeName ?? '', action: isThere ? 'delete' : 'unchanged', fields: [] };
  }
  const { typeName } = operation;
  if (isRefused(operation, found)) return { qualifiedName, typeName, action: 'refuse', fields: [] };
  const permitted = permittedOver(operation, found);
  const fields = fieldsOf(operation, permitted, found);
  const kept = { ...permitted.kept, ...keptAbove(operation, found) };
  const isKept = Object.keys(kept).length > 0;
  return { qualifiedName, typeName, action: actionOf(found, fields), fields, ...(isKept && { kept }) };
}

function isRefused({ onlyIfNew }: Upsert, found: FoundElement | undefined): boolean {
  return onlyIfNew === true && found !== undefined && found.state !== 'deleted';
}

/** The parent with what may be written of its relationship over what others have set on it. */
function permittedAbove(operation: Upsert, found: FoundElement | undefined): Parent | undefined {
  const { parent } = operation;
  const own = ownParent(operation, found);
  if (parent === undefined || own === undefined) return parent;
  const { foreignProperties: foreign = [] } = own;
  const { properties } = permittedParent(own.properties, operation, (name) => foreign.includes(name));
  return properties === undefined ? parent : { ...parent, properties };
}

function keptAbove(operation: Upsert, found: FoundElement | undefined): Readonly<Record<string, PropertyValue>> {
  const { parent } = operation;
  const own = ownParent(operation, found);
  if (parent === undefined || own === undefined) return {};
  const { foreignProperties: foreign = [] } = own;
  const { kept } = permittedParent(own.properties, operation, (name) => foreign.includes(name));
  const { relationshipTypeName: typeName, qualifiedName: other, parentAtEnd1 = true } = parent;
  const link = { typeName, other, end2: parentAtEnd1 ? operation.qualifiedName : other };
  return Object.fromEntries(
    Object.entries(kept).map(([field, value]) => [linkField(link, field.slice(typeName.length + 2)), value]),
  );
}

function ownParent({ parent }: Upsert, found: FoundElement | undefined): FoundParent | undefined {
  return found?.parents?.find(({ qualifiedName }) => qualifiedName === parent?.qualifiedName);
}

/** As the store judges it when it writes. */
function permittedOver(operation: Upsert, found: FoundElement | undefined): PermittedUpsert {
  const { classifications = {}, clear = [] } = operation;
  if (found === undefined)
    return { properties: operation.properties, clear, classifications, clearIn: {}, declassify: [], kept: {} };
  const { properties, foreignClassifications = [] } = found;
  const present = { properties, classifications: found.classifications ?? {}, foreignClassifications };
  return permittedUpsert(present, operation, found.isOwnWork === true);
}

/** The element after the operation. */
export function elementAfter(operation: ElementOperation, found: FoundElement | undefined): FoundElement | undefined {
  if (operation.op === 'delete')
    return found?.state === 'live' ? { ...found, state: 'deleted', version: found.version + 1 } : found;
  return isRefused(operation, found) ? found : upserted(operation, permittedOver(operation, found), found);
}

function upserted(
  operation: Upsert,
  { properties, clear, ...permitted }: PermittedUpsert,
  found: FoundElement | undefined,
): FoundElement {
  const { typeName, qualifiedName } = operation;
  const parent = permittedAbove(operation, found);
  const before: Properties = found?.properties ?? {};
  const { foreignClassifications } = found ?? {};
  const parents = parent === undefined ? undefined : parentsAfter(parent, found);
  return {
    state: 'live',
    typeName,
    version: (found?.version ?? 0) + 1,
    properties: upsertedProperties(before, { ...properties, qualifiedName }, clear),
    classifications: classificationsAfter(permitted, found),
    ...(foreignClassifications === undefined ? {} : { foreignClassifications }),
    ...(parents === undefined ? {} : { parents }),
    ...(found === undefined || found.isOwnWork ? { isOwnWork: true } : {}),
  };
}

function classificationsAfter(
  { classifications, clearIn, declassify }: Pick<PermittedUpsert, 'classifications' | 'clearIn' | 'declassify'>,
  found: FoundElement | undefined,
): Readonly<Record<string, Properties>> {
  const after = new Map(Object.entries(found?.classifications ?? {}).filter(([name]) => !declassify.includes(name)));
  for (const name of new Set([...Object.keys(clearIn), ...Object.keys(classifications)])) {
    if (declassify.includes(name) && !Object.hasOwn(classifications, name)) continue;
    after.set(name, classifiedProperties(after.get(name), classifications[name] ?? {}, clearIn[name]));
  }
  return Object.fromEntries(after);
}

function parentsAfter(
  { qualifiedName, properties = {}, beside = [] }: Parent,
  { parents = [] }: Pick<FoundElement, 'parents'> = {},
): readonly FoundParent[] {
  const own = parents.find((parent) => parent.qualifiedName === qualifiedName);
  const staying = parents.filter((other) => other !== own && staysBeside(other, beside));
  return [{ ...own, qualifiedName, properties: { ...own?.properties, ...properties } }, ...staying];
}

function staysBeside({ qualifiedName, stays }: FoundParent, beside: readonly string[]): boolean {
  return stays === true || beside.includes(qualifiedName);
}

function actionOf(found: FoundElement | undefined, fields: readonly FieldChange[]): ElementAction {
  if (found === undefined) return 'create';
  if (found.state !== 'live') return 'restore';
  return fields.length === 0 ? 'unchanged' : 'update';
}

function fieldsOf(
  operation: Upsert,
  permitted: PermittedUpsert,
  found: FoundElement | undefined,
): readonly FieldChange[] {
  const { typeName } = operation;
  const parent = permittedAbove(operation, found);
  const { classifications, clearIn, declassify } = permitted;
  const fields: FieldChange[] = [];
  if (found !== undefined && found.typeName !== typeName)
    fields.push({ kind: 'type', field: 'typeName', from: found.typeName, to: typeName });
  addPropertyChanges(fields, permitted, found?.properties ?? {});
  const names = [...Object.keys(classifications), ...Object.keys(clearIn), ...declassify];
  if (names.length > 0) {
    const after = classificationsAfter(permitted, found);
    for (const name of new Set(names)) {
      const before = found?.classifications?.[name];
      const now = after[name];
      if (now === undefined) fields.push({ kind: 'classification', field: name, from: before ?? {} });
      else if (before === undefined) fields.push({ kind: 'classification', field: name, to: now });
      else fields.push(...valueChanges('classification', name, before, now));
    }
  }
  if (parent !== undefined) fields.push(...parentChanges(parent, found));
  return fields;
}

/** Each batch is looked through for what undo takes: of what it writes nearly all is there already. */
function addPropertyChanges(
  fields: FieldChange[],
  { properties, clear }: Pick<PermittedUpsert, 'properties' | 'clear'>,
  before: Properties,
): void {
  const after = clear.length === 0 ? undefined : upsertedProperties(before, properties, clear);
  for (const name of new Set([...Object.keys(properties), ...clear.map(rootOf)])) {
    const [from, written] = [before[name], properties[name]];
    if (name === 'qualifiedName' || (after === undefined && isThere(written, from))) continue;
    const to = after === undefined ? laidOver(from, written) : after[name];
    fields.push(...valueChanges('property', name, from, to));
  }
}

function isThere(written: PropertyValue | undefined, there: PropertyValue | undefined): boolean {
  if (!isMap(written) || !isMap(there)) return isSameValue(there, written);
  return Object.keys(written).every((key) => isSameValue(there[key], written[key]));
}

function laidOver(there: PropertyValue | undefined, written: PropertyValue | undefined): PropertyValue | undefined {
  return isMap(there) && isMap(written) ? { ...there, ...written } : written;
}

function rootOf(cleared: string): string {
  const dot = cleared.indexOf('.');
  return dot < 0 ? cleared : cleared.slice(0, dot);
}

export function valueChanges(
  kind: 'property' | 'classification' | 'link',
  name: string,
  from: PropertyValue | undefined,
  to: PropertyValue | undefined,
): readonly FieldChange[] {
  if (isMap(from) || isMap(to)) {
    const [before, now] = [isMap(from) ? from : {}, isMap(to) ? to : {}];
    if ((from === undefined || isMap(from)) && (to === undefined || isMap(to))) {
      const keys = new Set([...Object.keys(before), ...Object.keys(now)]);
      return [...keys].flatMap((key) => oneChange(kind, `${name}.${key}`, before[key], now[key]));
    }
  }
  return oneChange(kind, name, from, to);
}

function oneChange(
  kind: FieldChange['kind'],
  field: string,
  from: PropertyValue | undefined,
  to: PropertyValue | undefined,
): readonly FieldChange[] {
  if (isSameValue(from, to)) return [];
  return [{ kind, field, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
}

function parentChanges(parent: Parent, found: FoundElement | undefined): readonly FieldChange[] {
  const { relationshipTypeName: field, qualifiedName, beside = [] } = parent;
  const there = found?.parents ?? [];
  const own = there.find((other) => other.qualifiedName === qualifiedName);
  const others = there
    .filter((other) => other !== own && !staysBeside(other, beside))
    .map((other) => other.qualifiedName);
  if (own === undefined || others.length > 0) {
    const [only] = others;
    const from = others.length > 1 ? others : only;
    return [{ kind: 'parent', field, ...(from === undefined ? {} : { from }), to: qualifiedName }];
  }
  return Object.entries(parent.properties ?? {}).flatMap(([name, value]) =>
    oneChange('parent', `${field}.${name}`, own.properties[name], value),
  );
}

function isMap(value: PropertyValue | undefined): value is { readonly [key: string]: PropertyValue } {
  return typeof value === 'object' && !Array.isArray(value);
}
