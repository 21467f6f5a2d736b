import { type BatchOperation, fieldValue, type MetadataElement, type PropertyValue, printOf } from '@isthmus/model';
import { isSameValue } from '../groups/same-value.js';
import type { Dispute } from '../journal/dispute-journal.js';
import type { SyncReport } from '../sync/sync-engine.js';
import { type ActParts, reportOf } from './apply-plan.js';
import { anchorName } from './bring-back-element.js';

type FieldDispute = Extract<Dispute, { readonly kind: 'field' }>;

const atATime = 100;

/**
 * Writes the source's value over the one in the metadata server, field by field, where that still is the one that people
 * saw when they decided. The next run compares these elements and finds both sides alike.
 */
export async function resolveDisputes(parts: ActParts, ids: readonly string[]): Promise<SyncReport> {
  const { journal, spec, signal } = parts;
  for (let from = 0; from < ids.length; from += atATime) {
    signal.throwIfAborted();
    const found = await journal.disputes.find(spec.owner.connectorGuid, ids.slice(from, from + atATime));
    for (const dispute of found) if (dispute.kind === 'field') await resolve(parts, dispute);
  }
  return reportOf(parts.tally);
}

async function resolve(parts: ActParts, dispute: FieldDispute): Promise<void> {
  const { store, journal, spec, newId, follower, tally, signal } = parts;
  const { grant, userId } = spec;
  tally.add('requests', 2);
  const element = await store.getByQualifiedName(dispute.qualifiedName, {}, signal);
  const fault = element === undefined ? 'is no longer there' : faultOf(dispute, element);
  if (element === undefined || fault !== undefined) return tell(parts, dispute, fault ?? '');
  const operations = [linkOperationOf(dispute) ?? (await operationOf(parts, dispute, element))];
  const batch = { id: newId(), grant, ...(userId === undefined ? {} : { userId }), operations };
  const result = await store.writeBatch(batch, signal);
  await follower.passOwn(result);
  const [{ error, outcome, kept } = { error: undefined, outcome: undefined }] = result.items;
  if (error !== undefined) return tell(parts, dispute, `stays as it is: ${error.message}`);
  if (kept !== undefined) return tell(parts, dispute, changedSince);
  tally.add('updated');
  if (outcome !== undefined) tally.changed(outcome, element.guid);
  // What is remembered of the field is compared anew.
  await journal.suspect(dispute.owner, [element.guid]);
  await journal.disputes.settle([dispute]);
}

function faultOf(dispute: FieldDispute, { properties, classifications }: MetadataElement): string | undefined {
  if (dispute.link !== undefined) return undefined;
  const named = classifications.map((each) => [each.classificationName, each.properties] as const);
  const value = fieldValue({ properties, classifications: Object.fromEntries(named) }, dispute.field);
  if (isSameValue(value, dispute.hubValue)) return undefined;
  return changedSince;
}

const changedSince = 'was changed in the metadata server since it was compared; the next run asks again';

/** Of a property of a relationship: the store looks whether it still has the value that people saw. */
function linkOperationOf({ link, sourceValue, hubValue }: FieldDispute): BatchOperation | undefined {
  if (link === undefined || sourceValue === undefined) return undefined;
  const { property, typeName, end1, end2 } = link;
  return {
    op: 'link',
    typeName,
    end1,
    end2,
    properties: { [property]: sourceValue },
    guards: { [property]: printOf(hubValue) },
  };
}

async function operationOf(
  parts: ActParts,
  { qualifiedName, field, sourceValue }: FieldDispute,
  { typeName, versions, classifications }: MetadataElement,
): Promise<BatchOperation> {
  const anchors = classifications.find(({ classificationName }) => classificationName === 'Anchors');
  const anchor = await anchorName(parts, anchors?.properties);
  const own = anchor === undefined || anchor === qualifiedName ? {} : { anchor };
  const base = { op: 'upsert', typeName, qualifiedName, expects: versions.version, ...own } as const;
  if (sourceValue === undefined) return { ...base, properties: {}, clear: [field] };
  const isClassified = field.startsWith('@');
  const [name, key] = cut(isClassified ? field.slice(1) : field);
  const value: PropertyValue = key === undefined ? sourceValue : { [key]: sourceValue };
  if (!isClassified) return { ...base, properties: { [name]: value } };
  return { ...base, properties: {}, classifications: { [name]: key === undefined ? {} : { [key]: sourceValue } } };
}

function cut(field: string): readonly [string, string | undefined] {
  const dot = field.indexOf('.');
  return dot < 0 ? [field, undefined] : [field.slice(0, dot), field.slice(dot + 1)];
}

function tell({ tally }: ActParts, { qualifiedName, field }: FieldDispute, what: string): void {
  tally.finding(undefined, {
    severity: 'warning',
    code: 'CONFLICT_STAYS',
    message: `${field} of ${qualifiedName} ${what}`,
  });
}
