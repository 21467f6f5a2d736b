import type {
  Conditions,
  ExternalSource,
  NewElement,
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
  options: QueryOptions,
): object {
  if (conditions === undefined) return queryBody(options);
  return {
    ...queryBody(options),
    searchProperties: {
      class: 'SearchProperties',
      matchCriteria: conditions.matchCriteria,
      conditions: conditions.conditions.map((condition) => conditionBody(conversion, condition, options.typeName)),
    },
  };
}

export function newElementBody(conversion: PropertyConversion, element: NewElement): object {
  const { parent } = element;
  return {
    typeName: element.typeName,
    isOwnAnchor: element.anchorGuid === undefined,
    anchorGUID: element.anchorGuid,
    ...(parent && {
      parentGUID: parent.guid,
      parentRelationshipTypeName: parent.relationshipTypeName,
      parentAtEnd1: parent.parentAtEnd1 ?? true,
      parentRelationshipProperties:
        parent.properties && conversion.wrap(parent.relationshipTypeName, parent.properties),
    }),
    ...(element.classifications && {
      initialClassifications: Object.fromEntries(
        Object.entries(element.classifications).map(([name, properties]) => [name, conversion.wrap(name, properties)]),
      ),
    }),
    properties: conversion.wrap(element.typeName, element.properties),
    ...sourceBody(element.externalSource),
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
