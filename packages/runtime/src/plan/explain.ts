import { fieldsOf, type MetadataElement, type PropertyValue, printOf } from '@isthmus/model';
import type { FormerWriter, HoldingItem, RunMark } from '../journal/journal.js';
import type { OperatedElement } from '../journal/operation-journal.js';
import { printMap } from '../sync/field-prints.js';

/** Who holds an element, and where its fields are from. */
export interface Explanation {
  readonly qualifiedName: string;
  /** Absent: the metadata server has none of this name. */
  readonly element?: MetadataElement;
  readonly holders: readonly ExplainedHolder[];
  /** Connectors whose operations wrote it. */
  readonly operated: readonly ExplainedOperator[];
  /**
   * Connectors that wrote what it still says, and then removed it or let it go: it is here again, as after the metadata
   * server was restored to an older state.
   */
  readonly former: readonly ExplainedFormer[];
  readonly fields: readonly ExplainedField[];
}

/** What only the metadata server and the fleet can tell of why an item stays. */
export interface StayReasons {
  /** Of items that stay with what is anchored to them: what that is, in words. */
  readonly holds?: ReadonlyMap<HoldingItem, string>;
  /** Items of catalog targets, or of a connection, that the connector no longer lists. */
  readonly unlistedTargets?: ReadonlySet<HoldingItem>;
}

export interface ExplainedFormer extends Pick<ExplainedHolder, 'connectorGuid' | 'connectorName' | 'target'> {
  /** Epoch ms of the run that let it go. */
  readonly at: number;
}

export interface ExplainedOperator
  extends Pick<ExplainedHolder, 'connectorGuid' | 'connectorName' | 'target' | 'madeBy' | 'wroteBy'> {
  /** That wrote it last. */
  readonly operation: string;
}

export interface ExplainedHolder {
  readonly connectorGuid: string;
  /** Absent: the connector is no longer there. */
  readonly connectorName?: string;
  /** Catalog target; empty: the connector's own. */
  readonly target: string;
  readonly scope: string;
  readonly key: string;
  /** Run that made it. Absent: it was there before (adopted), or an older version made it. */
  readonly madeBy?: RunMark;
  /** Run that wrote it last. */
  readonly wroteBy?: RunMark;
  /** Why it is as it is although the source says something else. */
  readonly notes: readonly string[];
}

export interface ExplainedField {
  /** As `fieldsOf` of the model names it. */
  readonly field: string;
  readonly value: PropertyValue;
  /**
   * `source`: as a connector wrote it. `person`: set past the connectors. `pushed`: set past the connectors, and the source took it
   * over. `kept`: the source says otherwise, but the policy lets what others set. `unknown`: a connector wrote the field, but it is not known what.
   */
  readonly from: 'source' | 'person' | 'pushed' | 'kept' | 'unknown';
  readonly connectorGuid?: string;
  /** Epoch ms; of `kept` and `pushed`. */
  readonly at?: number;
}

export function explain(
  qualifiedName: string,
  element: MetadataElement | undefined,
  holding: readonly HoldingItem[],
  nameOf: (connectorGuid: string) => string | undefined,
  marks: readonly OperatedElement[] = [],
  formerWriters: readonly FormerWriter[] = [],
  reasons: StayReasons = {},
): Explanation {
  const operated = marks.filter(({ guid }) => element === undefined || guid === element.guid);
  const fields = element === undefined ? [] : [...explainedFields(qualifiedName, element, holding, operated)];
  const former = formerWriters.filter((writer) => fields.some((field) => isOf(writer, field)));
  return {
    qualifiedName,
    ...(element === undefined ? {} : { element }),
    holders: holding.map((item) => holderOf(item, nameOf, reasons)),
    operated: operated.map((each) => operatorOf(each, nameOf)),
    former: former.map((writer) => formerOf(writer, nameOf)),
    fields: fields.map((field) => {
      const writer = field.from === 'person' ? former.find((each) => isOf(each, field)) : undefined;
      return writer === undefined ? field : { ...field, from: 'source', connectorGuid: writer.owner.connectorGuid };
    }),
  };
}

function isOf(writer: FormerWriter, { field, value }: ExplainedField): boolean {
  return printMap(writer)?.get(field)?.includes(printOf(value)) === true;
}

function formerOf({ owner, at }: FormerWriter, nameOf: (connectorGuid: string) => string | undefined): ExplainedFormer {
  const connectorName = nameOf(owner.connectorGuid);
  const { connectorGuid, target } = owner;
  return { connectorGuid, ...(connectorName === undefined ? {} : { connectorName }), target, at };
}

function operatorOf(
  { owner, operation, madeBy, wroteBy }: OperatedElement,
  nameOf: (connectorGuid: string) => string | undefined,
): ExplainedOperator {
  const connectorName = nameOf(owner.connectorGuid);
  return {
    connectorGuid: owner.connectorGuid,
    ...(connectorName === undefined ? {} : { connectorName }),
    target: owner.target,
    operation,
    ...(madeBy === undefined ? {} : { madeBy }),
    ...(wroteBy === undefined ? {} : { wroteBy }),
  };
}

function holderOf(
  holding: HoldingItem,
  nameOf: (connectorGuid: string) => string | undefined,
  reasons: StayReasons,
): ExplainedHolder {
  const { owner, item, madeBy, wroteBy } = holding;
  const connectorName = nameOf(owner.connectorGuid);
  return {
    connectorGuid: owner.connectorGuid,
    ...(connectorName === undefined ? {} : { connectorName }),
    target: owner.target,
    scope: item.scope,
    key: item.key,
    ...(madeBy === undefined ? {} : { madeBy }),
    ...(wroteBy === undefined ? {} : { wroteBy }),
    notes: [...notesOf(holding, connectorName, reasons)],
  };
}

function* notesOf(
  holding: HoldingItem,
  connectorName: string | undefined,
  { holds, unlistedTargets }: StayReasons,
): Generator<string> {
  const { absence, undone, hash } = holding.item;
  const connector = connectorName ?? '<connector>';
  if (connectorName === undefined) yield `its connector is no longer there: nothing lists it, so it stays; ${byHand}`;
  else if (unlistedTargets?.has(holding) === true) yield unlistedText(holding.owner, connector);
  const confirm = `if it is gone, confirm it with \`isthmus connector refresh ${connector} --confirm-removals\``;
  if (absence === 'unconfirmed') yield `its source no longer lists it, but too much was missing at once; ${confirm}`;
  if (absence === 'outside' && undone === undefined)
    yield `it was missed first when root or filter had changed, so its absence means nothing; ${confirm}`;
  if (absence === 'holding')
    yield `its source no longer lists it, but ${holds?.get(holding) ?? 'something that is to stay is anchored to it and would go with it: the last run that lists everything tells what'}; the next run that lists everything decides anew`;
  if (absence === 'gone')
    yield 'its source said that it is gone, and the run ended before it went: the next run removes it';
  if (undone !== undefined)
    yield `people took it back: refreshes leave it alone until its source changes or it is released; \`isthmus connector show ${connector}\` tells by which run`;
  if (hash === '')
    yield 'somebody else has changed it, or it is not known what the metadata server holds: the next run that lists everything compares it';
}

const byHand = 'delete it by hand if it is to go';

function unlistedText({ target }: HoldingItem['owner'], connector: string): string {
  if (target === '')
    return `${connector} has catalog targets and lists its own connection no longer, so it stays; ${byHand}`;
  const name = JSON.stringify(target);
  return `the catalog target ${name} of ${connector} was taken away: nothing lists it, so it stays; ${byHand}, or add a target of that name again to have it followed`;
}

function* explainedFields(
  qualifiedName: string,
  element: MetadataElement,
  holding: readonly HoldingItem[],
  operated: readonly OperatedElement[],
): Generator<ExplainedField> {
  const classifications = Object.fromEntries(
    element.classifications.map(({ classificationName, properties }) => [classificationName, properties]),
  );
  for (const [field, value] of fieldsOf(element.properties, classifications)) {
    if (field === 'qualifiedName' || field.startsWith('@Anchors.')) continue;
    yield { field, value, ...originOf(qualifiedName, field, value, holding, operated) };
  }
}

function originOf(
  qualifiedName: string,
  field: string,
  value: PropertyValue,
  holding: readonly HoldingItem[],
  operated: readonly OperatedElement[],
): Omit<ExplainedField, 'field' | 'value'> {
  let isUnknown: string | undefined;
  for (const { owner, item, pushed } of holding) {
    const { connectorGuid } = owner;
    const held = item.held?.[qualifiedName]?.[field];
    // What somebody has set again since is theirs, or the source's once more.
    if (held?.print === printOf(value)) return { from: 'kept', connectorGuid, at: held.at };
    const index = item.qualifiedNames.indexOf(qualifiedName);
    const shape = item.shapes?.[index] ?? '';
    const print = printMap({ shape, prints: item.prints?.[index] ?? '' });
    if (print === undefined && shape.split(',').includes(field)) isUnknown ??= connectorGuid;
    if (print?.get(field)?.includes(printOf(value)) !== true) continue;
    const taken = pushed.find((each) => each.field === field && each.print === printOf(value));
    return taken === undefined ? { from: 'source', connectorGuid } : { from: 'pushed', connectorGuid, at: taken.at };
  }
  const operator = operated.find(({ prints }) => prints[field] === printOf(value));
  if (operator !== undefined) return { from: 'source', connectorGuid: operator.owner.connectorGuid };
  return isUnknown === undefined ? { from: 'person' } : { from: 'unknown', connectorGuid: isUnknown };
}
