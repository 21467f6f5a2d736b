import {
  type Conditions,
  type DeleteOptions,
  type Effectivity,
  type ExternalSource,
  type FindOptions,
  type NewElement,
  type Properties,
  type PropertyCondition,
  type QueryOptions,
  type ReadOptions,
  wrapProperties,
  wrapUntyped,
  wrapValue,
} from '@isthmus/model';
import { isRecord } from '../guards.js';
import type { ReleaseTranslation } from './release-translation.js';
import { toComparison } from './search-patterns.js';

/** What every read has in its query; 0 = whenever it is effective. */
export function readQuery(options: ReadOptions) {
  return {
    forLineage: String(options.forLineage ?? false),
    forDuplicateProcessing: 'false',
    effectiveTime: options.effectiveTime ?? 0,
  };
}

export function pageQuery(options: QueryOptions) {
  return { ...readQuery(options), startFrom: options.startFrom ?? 0, pageSize: options.pageSize ?? 0 };
}

export function findBody(
  names: ReleaseTranslation,
  conditions: Conditions | undefined,
  options: FindOptions,
): object | undefined {
  const typeName = options.typeName ?? (conditions === undefined ? 'OpenMetadataRoot' : 'Referenceable');
  const wanted = conditions?.conditions.flatMap((condition) => conditionBody(names, condition, typeName) ?? []);
  // Elements of 4.3 cannot have that property, so none fits all conditions, nor any of none.
  if (conditions !== undefined && wanted !== undefined) {
    const lost = wanted.length < conditions.conditions.length;
    if ((lost && conditions.matchCriteria === 'ALL') || (wanted.length === 0 && conditions.matchCriteria === 'ANY'))
      return undefined;
  }
  const { classifications } = options;
  return {
    ...queryBody(names, typeName, options),
    ...(classifications && {
      matchClassifications: {
        class: 'SearchClassifications',
        matchCriteria: 'ALL',
        conditions: classifications.map((name) => ({ name: names.classificationType(name) })),
      },
    }),
    ...(wanted &&
      conditions && {
        searchProperties: { class: 'SearchProperties', conditions: wanted, matchCriteria: conditions.matchCriteria },
      }),
  };
}

/** Elements of one type any of whose texts fits the pattern: the search by string knows no types. */
export function textBody(names: ReleaseTranslation, pattern: string, options: QueryOptions): object {
  const typeName = options.typeName ?? 'Referenceable';
  const texts = names.there.attributes(names.entityType(typeName).typeName).filter(({ type }) => type === 'string');
  const value = withoutDerived(wrapUntyped(pattern));
  return {
    ...queryBody(names, typeName, options),
    searchProperties: {
      class: 'SearchProperties',
      conditions: texts.map(({ name }) => ({ class: 'PropertyCondition', property: name, operator: 'LIKE', value })),
      matchCriteria: 'ANY',
    },
  };
}

function queryBody(names: ReleaseTranslation, typeName: string, options: QueryOptions): object {
  const sequencingProperty =
    options.sequencingProperty === undefined ? undefined : names.propertyName(typeName, options.sequencingProperty);
  return {
    class: 'FindRequestBody',
    metadataElementTypeName: names.entityType(typeName).typeName,
    ...(sequencingProperty !== undefined && { sequencingProperty }),
    ...(options.sequencingOrder && { sequencingOrder: options.sequencingOrder }),
  };
}

/** The element alone: 4.3 is told of its anchor, parent and classifications in requests of their own. */
export function newElementBody(names: ReleaseTranslation, element: NewElement): object {
  const { typeName, properties } = names.entity(element.typeName, element.properties);
  return {
    class: 'NewMetadataElementRequestBody',
    typeName,
    // Some types are drafts unless it is said.
    initialStatus: 'ACTIVE',
    properties: wrapped(names, typeName, properties),
    ...effectivityBody(element),
    ...sourceBody(element.externalSource),
  };
}

export function effectivityBody({ effectiveFrom, effectiveTo }: Effectivity): object {
  return {
    ...(effectiveFrom !== undefined && { effectiveFrom }),
    ...(effectiveTo !== undefined && { effectiveTo }),
  };
}

export function sourceBody(source: ExternalSource | undefined): object {
  return source ? { externalSourceGUID: source.guid, externalSourceName: source.name } : {};
}

/** Of the classification Memento. */
export function archiveNotes({ date, process, properties }: DeleteOptions['archive'] = {}): Properties {
  return {
    ...(date !== undefined && { archiveDate: date }),
    ...(process !== undefined && { archiveProcess: process }),
    ...(properties !== undefined && { archiveProperties: properties }),
  };
}

/** ElementProperties in the form that a 4.3 server is known to take: without derived members. */
export function wrapped(names: ReleaseTranslation, typeName: string, properties: Properties): object {
  return plainWrapped(wrapProperties(names.there, typeName, properties));
}

function plainWrapped({ propertyValueMap }: { readonly propertyValueMap: Readonly<Record<string, unknown>> }): object {
  const values = Object.entries(propertyValueMap).map(([name, value]) => [name, withoutDerived(value)]);
  return { class: 'ElementProperties', propertyValueMap: Object.fromEntries(values) };
}

function withoutDerived(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const { mapElementCount: _derived, ...members } = value;
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => [
      name,
      isRecord(member) && isRecord(member.propertyValueMap)
        ? plainWrapped({ propertyValueMap: member.propertyValueMap })
        : member,
    ]),
  );
}

function conditionBody(names: ReleaseTranslation, condition: PropertyCondition, typeName: string): object | undefined {
  const { operator, value } = toComparison(condition.operator, condition.value);
  if (value === undefined) {
    const property = names.propertyName(typeName, condition.property);
    return property === undefined ? undefined : { class: 'PropertyCondition', property, operator };
  }
  const compared = names.compared(typeName, condition.property, value);
  if (compared === undefined) return undefined;
  const attribute = names.there.attribute(names.entityType(typeName).typeName, compared.name);
  return {
    class: 'PropertyCondition',
    property: compared.name,
    operator,
    value: withoutDerived(
      attribute
        ? wrapValue(names.there.attributeType(attribute.type), compared.value, compared.name)
        : wrapUntyped(compared.value),
    ),
  };
}
