import type {
  Conditions,
  DeleteOptions,
  Effectivity,
  ExternalSource,
  FindOptions,
  NewElement,
  NewFromTemplate,
  PropertyCondition,
  QueryOptions,
  ReadOptions,
  SearchOptions,
} from '@isthmus/model';
import type { PropertyConversion } from '../property-conversion.js';

/** Egeria 6.1's request bodies of plain options; undefined members are left out of the JSON. */
export function readBody(options: ReadOptions): object {
  return {
    forLineage: options.forLineage ?? false,
    forDuplicateProcessing: false,
    effectiveTime: options.effectiveTime,
    asOfTime: options.asOfTime,
  };
}

export function queryBody(options: QueryOptions): object {
  return {
    ...readBody(options),
    metadataElementTypeName: options.typeName,
    startFrom: options.startFrom ?? 0,
    pageSize: options.pageSize ?? 0,
    sequencingOrder: options.sequencingOrder,
    sequencingProperty: options.sequencingProperty,
  };
}

export function searchBody(search: string, options: SearchOptions): object {
  return {
    ...queryBody(options),
    searchString: search,
    startsWith: options.startsWith ?? false,
    endsWith: options.endsWith ?? false,
    ignoreCase: options.ignoreCase ?? true,
  };
}

export function findBody(
  conversion: PropertyConversion,
  conditions: Conditions | undefined,
  options: FindOptions,
): object {
  const { classifications } = options;
  const query = {
    ...queryBody(options),
    ...(classifications && {
      matchClassifications: {
        class: 'SearchClassifications',
        matchCriteria: 'ALL',
        conditions: classifications.map((name) => ({ name })),
      },
    }),
  };
  if (conditions === undefined) return query;
  return {
    ...query,
    searchProperties: {
      class: 'SearchProperties',
      matchCriteria: conditions.matchCriteria,
      conditions: conditions.conditions.map((condition) => conditionBody(conversion, condition, options.typeName)),
    },
  };
}

export function newElementBody(conversion: PropertyConversion, element: NewElement): object {
  return {
    typeName: element.typeName,
    ...placeBody(conversion, element),
    ...(element.classifications && {
      initialClassifications: Object.fromEntries(
        Object.entries(element.classifications).map(([name, properties]) => [name, conversion.wrap(name, properties)]),
      ),
    }),
    properties: { ...conversion.wrap(element.typeName, element.properties), ...effectivityBody(element) },
    ...sourceBody(element.externalSource),
  };
}

export function fromTemplateBody(conversion: PropertyConversion, element: NewFromTemplate): object {
  return {
    typeName: element.typeName,
    templateGUID: element.templateGuid,
    // An element of the name is an error here as it is in `create`, not the answer.
    allowRetrieve: false,
    ...placeBody(conversion, element),
    placeholderPropertyValues: element.placeholders ?? {},
    replacementProperties: conversion.wrap(element.typeName, element.properties),
    ...effectivityBody(element),
    ...sourceBody(element.externalSource),
  };
}

/** Anchor and parent. */
function placeBody(conversion: PropertyConversion, { anchorGuid, parent }: NewElement | NewFromTemplate): object {
  return {
    isOwnAnchor: anchorGuid === undefined,
    anchorGUID: anchorGuid,
    ...(parent && {
      parentGUID: parent.guid,
      parentRelationshipTypeName: parent.relationshipTypeName,
      parentAtEnd1: parent.parentAtEnd1 ?? true,
      parentRelationshipProperties:
        parent.properties && conversion.wrap(parent.relationshipTypeName, parent.properties),
    }),
  };
}

export function effectivityBody({ effectiveFrom, effectiveTo }: Effectivity): object {
  return {
    ...(effectiveFrom !== undefined && { effectiveFrom }),
    ...(effectiveTo !== undefined && { effectiveTo }),
  };
}

export function deleteBody({ method, cascade, source, archive }: DeleteOptions): object {
  return {
    deleteMethod: method,
    cascadedDelete: cascade ?? false,
    forLineage: method === 'PURGE',
    ...(archive && {
      archiveDate: archive.date,
      archiveProcess: archive.process,
      archiveProperties: archive.properties,
    }),
    ...sourceBody(source),
  };
}

export function sourceBody(source: ExternalSource | undefined): object {
  return source ? { externalSourceGUID: source.guid, externalSourceName: source.name } : {};
}

function conditionBody(conversion: PropertyConversion, condition: PropertyCondition, typeName: string | undefined) {
  const { property, operator, value } = condition;
  if (value === undefined) return { property, operator };
  return { property, operator, value: conversion.wrapCompared(typeName, property, value) };
}
