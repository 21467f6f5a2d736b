import { IsthmusError } from '@isthmus/kernel';
import type {
  BatchItemResult,
  BatchResult,
  ChangePage,
  ForeignLink,
  FoundElement,
  KeptFrom,
  MetadataChange,
  StoreCapabilities,
  StoreIdentity,
} from '@isthmus/model';
import {
  asBoolean,
  asList,
  asNumber,
  asPlainProperties,
  asRecord,
  asText,
  asTexts,
  type JsonObject,
  optionalBoolean,
  optionalNumber,
  optionalRecord,
  optionalText,
  wrong,
} from '../guards.js';

/** Guards over the answers of our server's own face (`isthmusFace` of the model). */
export function toCapabilities(body: JsonObject): StoreCapabilities {
  const told = asRecord(body.capabilities, 'capabilities');
  return {
    writeBatch: asBoolean(told.writeBatch, 'capabilities.writeBatch'),
    changeFeed: asBoolean(told.changeFeed, 'capabilities.changeFeed'),
    fencing: asBoolean(told.fencing, 'capabilities.fencing'),
    groupETag: asBoolean(told.groupETag, 'capabilities.groupETag'),
    // servers of before it was there do not name it
    ...(optionalBoolean(told.groupMembers, 'capabilities.groupMembers') && { groupMembers: true }),
    ...(optionalBoolean(told.guards, 'capabilities.guards') && { guards: true }),
    ...(optionalBoolean(told.linkGuards, 'capabilities.linkGuards') && { linkGuards: true }),
    ...(optionalBoolean(told.anchored, 'capabilities.anchored') && { anchored: true }),
  };
}

export function toIdentity(body: JsonObject): StoreIdentity {
  const told = asRecord(body.identity, 'identity');
  const changeSequence = optionalNumber(told.changeSequence, 'identity.changeSequence');
  const incarnation = optionalText(told.incarnation, 'identity.incarnation');
  return {
    metadataCollectionId: asText(told.metadataCollectionId, 'identity.metadataCollectionId'),
    ...(changeSequence !== undefined && { changeSequence }),
    ...(incarnation !== undefined && { incarnation }),
  };
}

const outcomes = ['created', 'updated', 'unchanged', 'restored', 'deleted', 'refused'] as const;

/**
 * @param operationCount - none: the batch only asks for the answer that was given before, whose count is the asker's to know
 * @throws STORE_ANSWER_INVALID also when the count of results is not that of the operations
 */
export function toBatchResult(body: JsonObject, operationCount: number): BatchResult {
  const result = asRecord(body.result, 'result');
  const items = asList(result.items, 'result.items').map((item, index) => toItem(item, `result.items[${index}]`));
  if (operationCount > 0 && items.length !== operationCount)
    throw new IsthmusError(
      'STORE_ANSWER_INVALID',
      `the answer has ${items.length} results for ${operationCount} operations`,
      { details: { field: 'result.items' } },
    );
  const sequenceBefore = optionalNumber(result.sequenceBefore, 'result.sequenceBefore');
  const lastChange = optionalRecord(result.lastChange, 'result.lastChange');
  return {
    items,
    changeSequence: asNumber(result.changeSequence, 'result.changeSequence'),
    ...(sequenceBefore !== undefined && { sequenceBefore }),
    ...(lastChange && { lastChange: toLastChange(lastChange, 'result.lastChange') }),
  };
}

function toLastChange(value: JsonObject, where: string): NonNullable<BatchResult['lastChange']> {
  const time = optionalNumber(value.time, `${where}.time`);
  return {
    sequence: asNumber(value.sequence, `${where}.sequence`),
    guid: asText(value.guid, `${where}.guid`),
    eventType: asText(value.eventType, `${where}.eventType`),
    ...(time !== undefined && { time }),
  };
}

function toItem(value: unknown, where: string): BatchItemResult {
  const item = asRecord(value, where);
  const outcome = outcomes.find((known) => known === item.outcome);
  if (outcome === undefined) throw wrong(`${where}.outcome`, `one of ${outcomes.join(', ')}`, item.outcome);
  const guid = optionalText(item.guid, `${where}.guid`);
  const error = optionalRecord(item.error, `${where}.error`);
  const former = optionalRecord(item.former, `${where}.former`);
  const version = optionalNumber(item.version, `${where}.version`);
  const kept = optionalRecord(item.kept, `${where}.kept`);
  const keptFrom = optionalRecord(item.keptFrom, `${where}.keptFrom`);
  const keptBy = optionalRecord(item.keptBy, `${where}.keptBy`);
  return {
    outcome,
    ...(kept && { kept: asPlainProperties(kept, `${where}.kept`) }),
    ...(keptFrom && {
      keptFrom: toKeptFrom(keptFrom, `${where}.keptFrom`),
    }),
    ...(keptBy && {
      keptBy: Object.fromEntries(
        Object.keys(keptBy).map((field) => {
          const place = `${where}.keptBy.${field}`;
          return [field, toKeptFrom(asRecord(keptBy[field], place), place)] as const;
        }),
      ),
    }),
    ...(former && { former: toFound(former, `${where}.former`) }),
    ...(version !== undefined && { version }),
    ...(guid !== undefined && { guid }),
    ...(error && {
      error: { code: asText(error.code, `${where}.error.code`), message: String(error.message ?? '') },
    }),
  };
}

function toKeptFrom({ at, by }: JsonObject, where: string): KeptFrom {
  return { at: asNumber(at, `${where}.at`), by: asText(by, `${where}.by`) };
}

const foundStates = ['live', 'archived', 'deleted'] as const;

function toFound(found: JsonObject, where: string): FoundElement {
  const state = foundStates.find((known) => known === found.state);
  if (state === undefined) throw wrong(`${where}.state`, `one of ${foundStates.join(', ')}`, found.state);
  const classifications = optionalRecord(found.classifications, `${where}.classifications`);
  return {
    state,
    typeName: asText(found.typeName, `${where}.typeName`),
    version: asNumber(found.version, `${where}.version`),
    properties: asPlainProperties(found.properties, `${where}.properties`),
    ...(optionalBoolean(found.isOwnWork, `${where}.isOwnWork`) && { isOwnWork: true }),
    ...(optionalBoolean(found.isOwnRemoval, `${where}.isOwnRemoval`) && { isOwnRemoval: true }),
    ...(found.anchored !== undefined && {
      anchored: asTexts(found.anchored, `${where}.anchored`),
    }),
    ...(found.foreignLinks !== undefined && {
      foreignLinks: asList(found.foreignLinks, `${where}.foreignLinks`).map((link, index) =>
        toForeignLink(asRecord(link, `${where}.foreignLinks[${index}]`), `${where}.foreignLinks[${index}]`),
      ),
    }),
    ...(found.madeByOther !== undefined && { madeByOther: asText(found.madeByOther, `${where}.madeByOther`) }),
    ...(classifications && {
      classifications: Object.fromEntries(
        Object.entries(classifications).map(([name, value]) => [
          name,
          asPlainProperties(value, `${where}.classifications.${name}`),
        ]),
      ),
    }),
    ...(found.foreignClassifications !== undefined && {
      foreignClassifications: asTexts(found.foreignClassifications, `${where}.foreignClassifications`),
    }),
    ...(found.parents !== undefined && {
      parents: asList(found.parents, `${where}.parents`).map((parent, index) => {
        const place = `${where}.parents[${index}]`;
        const { qualifiedName, properties, foreignProperties: foreign, stays } = asRecord(parent, place);
        return {
          qualifiedName: String(qualifiedName ?? ''),
          properties: asPlainProperties(properties, `${place}.properties`),
          ...(foreign !== undefined && { foreignProperties: asTexts(foreign, `${place}.foreignProperties`) }),
          ...(optionalBoolean(stays, `${place}.stays`) && { stays: true as const }),
        };
      }),
    }),
  };
}

function toForeignLink({ typeName, other, by, at }: JsonObject, where: string): ForeignLink {
  return {
    typeName: asText(typeName, `${where}.typeName`),
    other: asText(other, `${where}.other`),
    by: asText(by, `${where}.by`),
    at: asNumber(at, `${where}.at`),
  };
}

/** @param after - where was asked from: a place before it, or none at all, would never be left again */
export function toChangePage(body: JsonObject, after: number): ChangePage {
  const next = asNumber(body.next, 'next');
  if (!Number.isSafeInteger(next) || next < after) throw wrong('next', `a place from ${after} on`, body.next);
  return { changes: asList(body.events, 'events').map((event, index) => toChange(event, `events[${index}]`)), next };
}

function toChange(value: unknown, where: string): MetadataChange {
  const event = asRecord(value, where);
  const header = asRecord(event.elementHeader, `${where}.elementHeader`);
  const type = asRecord(header.type, `${where}.elementHeader.type`);
  const end1 = optionalRecord(event.endOneElementHeader, `${where}.endOneElementHeader`);
  const end2 = optionalRecord(event.endTwoElementHeader, `${where}.endTwoElementHeader`);
  const time = optionalNumber(event.eventTime, `${where}.eventTime`);
  return {
    sequence: asNumber(event.sequence, `${where}.sequence`),
    eventType: asText(event.eventType, `${where}.eventType`),
    ...(time === undefined ? {} : { time }),
    guid: asText(header.guid, `${where}.elementHeader.guid`),
    typeName: asText(type.typeName, `${where}.elementHeader.type.typeName`),
    superTypeNames: asTexts(type.superTypeNames, `${where}.elementHeader.type.superTypeNames`),
    ...(end1 && { end1Guid: asText(end1.guid, `${where}.endOneElementHeader.guid`) }),
    ...(end2 && { end2Guid: asText(end2.guid, `${where}.endTwoElementHeader.guid`) }),
  };
}
