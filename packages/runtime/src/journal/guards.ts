import type { OperationEffect } from '@isthmus/connector-host';
import type { JsonValue } from '@isthmus/connector-sdk';
import type { PlanRecord, PlanRow } from '../plan/plan.js';
import type {
  AcceptedList,
  BatchIntent,
  FieldConflict,
  HeldFields,
  KnownLink,
  LinkMemory,
  Override,
  RefusedItem,
  RunRecord,
  StoreMark,
} from './journal.js';
import type { UndoStep } from './undo-journal.js';

/** Guards of what this daemon wrote itself: enough to tell a damaged row from a good one. */
type Fields = Readonly<Record<string, unknown>>;

export function isJsonValue(_value: unknown): _value is JsonValue {
  // it was parsed as JSON
  return true;
}

export function isStringArray(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

export function isNumberArray(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'number');
}

export function isAcceptedList(value: unknown): value is AcceptedList {
  return (
    isFields(value) &&
    typeof value.acceptedAt === 'number' &&
    isFields(value.key) &&
    typeof value.key.server === 'string' &&
    typeof value.key.qualifiedName === 'string' &&
    isFields(value.snapshot) &&
    Array.isArray(value.snapshot.registrations) &&
    typeof value.snapshot.etag === 'string'
  );
}

export function isOverride(value: unknown): value is Override {
  return (
    isFields(value) &&
    typeof value.connectorGuid === 'string' &&
    value.kind === 'paused' &&
    typeof value.by === 'string' &&
    typeof value.at === 'number'
  );
}

export function isRefusedItem(value: unknown): value is RefusedItem {
  return (
    isFields(value) &&
    typeof value.scope === 'string' &&
    isFields(value.digest) &&
    typeof value.digest.key === 'string' &&
    typeof value.digest.hash === 'string' &&
    isFields(value.body) &&
    Array.isArray(value.body.elements) &&
    value.body.elements.length > 0
  );
}

export function isRunRecord(value: unknown): value is RunRecord {
  return (
    isFields(value) &&
    typeof value.id === 'string' &&
    typeof value.slot === 'string' &&
    typeof value.connectorGuid === 'string' &&
    typeof value.outcome === 'string' &&
    typeof value.startedAt === 'number' &&
    isFields(value.counts) &&
    Array.isArray(value.findings)
  );
}

export function isHeldFields(value: unknown): value is HeldFields {
  return (
    isFields(value) && Object.values(value).every((fields) => isFields(fields) && Object.values(fields).every(isHeld))
  );
}

function isHeld(value: unknown): boolean {
  return (
    isFields(value) &&
    typeof value.print === 'string' &&
    typeof value.at === 'number' &&
    (value.base === undefined || typeof value.base === 'string')
  );
}

export function isFieldConflict(value: unknown): value is FieldConflict {
  return (
    isFields(value) &&
    typeof value.qualifiedName === 'string' &&
    typeof value.field === 'string' &&
    typeof value.state === 'string' &&
    typeof value.at === 'number' &&
    value.hubValue !== undefined
  );
}

export function isStoreMark(value: unknown): value is StoreMark {
  return (
    isFields(value) &&
    typeof value.metadataCollectionId === 'string' &&
    typeof value.certifiedRuns === 'number' &&
    (value.comparedAt === undefined || typeof value.comparedAt === 'number') &&
    (value.witness === undefined || typeof value.witness === 'string') &&
    (value.source === undefined || typeof value.source === 'string') &&
    (value.lastChange === undefined || isLastChange(value.lastChange))
  );
}

function isLastChange(value: unknown): boolean {
  return isFields(value) && typeof value.sequence === 'number' && typeof value.print === 'string';
}

export function isKnownLink(value: unknown): value is KnownLink {
  return (
    isFields(value) &&
    typeof value.typeName === 'string' &&
    typeof value.end1 === 'string' &&
    typeof value.end2 === 'string' &&
    typeof value.other === 'string'
  );
}

export function isLinkMemory(value: unknown): value is LinkMemory {
  return (
    isFields(value) &&
    (value.written === undefined || isTextMap(value.written)) &&
    (value.held === undefined || (isFields(value.held) && Object.values(value.held).every(isHeld)))
  );
}

export function isBatchIntent(value: unknown): value is BatchIntent {
  return (
    isFields(value) &&
    typeof value.batchId === 'string' &&
    typeof value.slot === 'string' &&
    typeof value.token === 'number' &&
    isFields(value.owner) &&
    typeof value.owner.connectorGuid === 'string' &&
    Array.isArray(value.operations) &&
    Array.isArray(value.items)
  );
}

export function isUndoBody(value: unknown): value is Omit<UndoStep, 'number'> {
  return (
    isFields(value) &&
    isFields(value.item) &&
    typeof value.item.scope === 'string' &&
    typeof value.item.key === 'string' &&
    Array.isArray(value.elements)
  );
}

export function isPlanRecord(value: unknown): value is PlanRecord {
  return (
    isFields(value) &&
    typeof value.id === 'string' &&
    typeof value.state === 'string' &&
    typeof value.madeAt === 'number' &&
    isFields(value.owner) &&
    typeof value.owner.connectorGuid === 'string' &&
    isFields(value.counts) &&
    Array.isArray(value.certificates)
  );
}

export function isPlanBody(
  value: unknown,
): value is Pick<PlanRow, 'key' | 'changes' | 'work' | 'absence' | 'reason' | 'operation' | 'call'> {
  return (
    isFields(value) &&
    typeof value.key === 'string' &&
    Array.isArray(value.changes) &&
    (value.work === undefined || (isFields(value.work) && Array.isArray(value.work.operations))) &&
    (value.call === undefined || (isFields(value.call) && isFields(value.call.input)))
  );
}

export function isEffectBody(value: unknown): value is OperationEffect {
  return isFields(value) && typeof value.of === 'string' && (isFields(value.element) || isFields(value.end1));
}

export function isTextMap(value: unknown): value is Readonly<Record<string, string>> {
  return isFields(value) && Object.values(value).every((text) => typeof text === 'string');
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
