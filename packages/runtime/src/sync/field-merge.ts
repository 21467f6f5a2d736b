import {
  type BatchItemResult,
  type BatchOperation,
  fieldValue,
  type PropertyValue,
  parentFields,
  printOf,
} from '@isthmus/model';
import type { FieldConflict, HeldField } from '../journal/journal.js';
import { escaped, isAmong, printMap, printsBeside } from './field-prints.js';
import { linkField } from './link-field.js';
import { policyFor, type SyncSettings } from './sync-settings.js';

type Upsert = Extract<BatchOperation, { op: 'upsert' }>;

interface FieldChange {
  readonly settings: Pick<SyncSettings, 'fieldPolicy'>;
  readonly field: string;
  /** Of the source's value; undefined = it has none any more. */
  readonly print: string | undefined;
  /** Of the value that the source had when it was last compared; undefined = not known. */
  readonly base: string | undefined;
  /** When the value in the metadata server was set, epoch ms. */
  readonly hubAt: number;
  readonly body: { readonly changedAt?: number };
  readonly now: number;
}

/** Whether the source's value goes over one that somebody else has set. */
export function goesToSource({ settings, field, print, base, hubAt, body, now }: FieldChange): boolean {
  switch (policyFor(settings, field)) {
    case 'source':
      return true;
    case 'newest': {
      // Nobody knows what came first when nothing is known of before: then the person's value stays.
      const hasChanged = base !== undefined && (print === undefined || !isAmong(print, base));
      return hasChanged && (body.changedAt ?? now) > hubAt;
    }
    default:
      return false;
  }
}

export interface MergeContext {
  readonly settings: Pick<SyncSettings, 'fieldPolicy'>;
  readonly body: { readonly changedAt?: number };
  readonly now: number;
  readonly heldBefore: Readonly<Record<string, HeldField>>;
  /** What stays in the metadata server goes over the source's value. */
  readonly isTwoWay: boolean;
  /** What is remembered of the element once it is as the source has it. */
  readonly shape: string;
  readonly prints: string;
}

/** What becomes of the fields that an upsert left as others had set them. */
export interface MergedElement {
  /** Fields in which the metadata server now differs from the source. */
  readonly held: Readonly<Record<string, HeldField>>;
  /** What is remembered instead: of a field that is written or cleared once more, what was known of it before. */
  readonly shape: string;
  readonly prints: string;
  /** Some are the source's after all: the element is to be written once more. */
  readonly isContested: boolean;
  readonly conflicts: readonly FieldConflict[];
}

/** @returns undefined when the upsert left nothing as it was */
export function mergeElement(
  operation: Upsert,
  { kept, keptFrom: lastChange, keptBy }: BatchItemResult,
  context: MergeContext,
): MergedElement | undefined {
  if (kept === undefined || Object.keys(kept).length === 0) return undefined;
  const { settings, heldBefore } = context;
  const held = new Map<string, HeldField>();
  const contested = new Set<string>();
  const conflicts: FieldConflict[] = [];
  const source = { properties: operation.properties, classifications: operation.classifications ?? {} };
  const above = new Map(parentFields(operation));
  for (const [field, hubValue] of Object.entries(kept)) {
    const keptFrom = keptBy?.[field] ?? lastChange;
    const sourceValue = above.get(field) ?? fieldValue(source, field);
    const print = sourceValue === undefined ? undefined : printOf(sourceValue);
    const before = heldBefore[field];
    const base = before === undefined ? operation.guards?.[field] : before.base;
    const hold = holdOf(hubValue, before, keptFrom);
    const isSources = goesToSource({ ...context, field, print, base, hubAt: hold.at });
    if (isSources) contested.add(field);
    if (isSources) for (const name of takenAwayWith(field, operation)) contested.add(name);
    const known = isSources ? base : print;
    // What the source no longer has and others have changed is theirs alone.
    if (isSources || sourceValue !== undefined)
      held.set(field, { ...hold, ...(known === undefined ? {} : { base: known }) });
    const policy = policyFor(settings, field);
    const hasSourceChanged = base === undefined || print === undefined || !isAmong(print, base);
    // Of relationships a source is told nothing.
    const isSourceLost = context.isTwoWay && !above.has(field) && policy !== 'ask' && !isSources && hasSourceChanged;
    if (isSourceLost && sourceValue !== undefined) {
      conflicts.push({
        ...toldField(operation, field),
        state: 'overwritten',
        hubValue,
        sourceValue,
        lost: 'source',
        at: context.now,
      });
      continue;
    }
    if (before?.print === hold.print && !isSources && policy !== 'ask') continue;
    conflicts.push({
      ...toldField(operation, field),
      state: isSources ? 'overwritten' : policy === 'ask' ? 'open' : 'kept',
      hubValue,
      ...(sourceValue === undefined ? {} : { sourceValue }),
      ...(keptFrom === undefined ? {} : { by: keptFrom.by }),
      at: context.now,
    });
  }
  return {
    held: Object.fromEntries(held),
    ...formerPrints(operation, context, contested),
    isContested: contested.size > 0,
    conflicts,
  };
}

/** A property of the relationship to the parent as people know it. */
function toldField(
  { qualifiedName, parent }: Upsert,
  field: string,
): Pick<FieldConflict, 'qualifiedName' | 'field' | 'link'> {
  if (parent === undefined || !field.startsWith('^')) return { qualifiedName, field };
  const { relationshipTypeName: typeName, qualifiedName: other, parentAtEnd1 = true } = parent;
  const [end1, end2] = parentAtEnd1 ? [other, qualifiedName] : [qualifiedName, other];
  const property = field.slice(typeName.length + 2);
  const link = { typeName, end1, end2, property, isParent: true } as const;
  return { qualifiedName, field: linkField({ typeName, end2, other }, property), link };
}

/** @yields what it takes to take the classification of a field away the next time, when it was to be taken away */
function* takenAwayWith(field: string, { declassify = [], guards = {} }: Upsert): Generator<string> {
  const classification = field.slice(0, field.indexOf('.'));
  if (!field.startsWith('@') || !declassify.includes(classification.slice(1))) return;
  yield classification;
  for (const name of Object.keys(guards)) if (name.startsWith(`${classification}.`)) yield name;
}

function formerPrints(
  operation: Upsert,
  { shape, prints, heldBefore }: MergeContext,
  contested: ReadonlySet<string>,
): Pick<MergedElement, 'shape' | 'prints'> {
  if (contested.size === 0) return { shape, prints };
  const now = printMap({ shape, prints });
  // Of the relationship to the parent nothing is remembered but what is held.
  const cleared = [...contested].filter((name) => !name.startsWith('^') && now?.has(name) !== true);
  const whole = [shape, ...cleared.map(escaped)].join(',');
  return {
    shape: whole,
    prints: printsBeside(whole, (name) =>
      contested.has(name) ? (operation.guards?.[name] ?? heldBefore[name]?.base) : now?.get(name),
    ),
  };
}

function holdOf(
  value: PropertyValue,
  before: HeldField | undefined,
  keptFrom: BatchItemResult['keptFrom'],
): Pick<HeldField, 'print' | 'at'> {
  const print = printOf(value);
  // The element may have been changed since in other fields, by ourselves too.
  return { print, at: before?.print === print ? before.at : (keptFrom?.at ?? 0) };
}
