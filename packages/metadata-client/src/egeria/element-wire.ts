import { IsthmusError, messageOf } from '@isthmus/kernel';
import type {
  Classification,
  Effectivity,
  ElementLink,
  ElementOrigin,
  ElementVersions,
  MetadataElement,
  Properties,
  RelatedElement,
} from '@isthmus/model';
import {
  asBoolean,
  asList,
  asNumber,
  asRecord,
  asText,
  asTexts,
  asTime,
  type JsonObject,
  optionalRecord,
  optionalText,
  optionalTime,
} from '../guards.js';
import type { PropertyConversion } from '../property-conversion.js';

const statuses = ['ACTIVE', 'INVALID', 'DELETED', 'UNKNOWN', 'OTHER'] as const;
const originCategories = [
  'LOCAL_COHORT',
  'EXTERNAL_SOURCE',
  'CONTENT_PACK',
  'CONFIGURATION',
  'UNKNOWN',
  'EXPORT_ARCHIVE',
  'DEREGISTERED_REPOSITORY',
] as const;

/** Reads Egeria's element shapes. `where` is the place in the answer, for errors. */
export class ElementWire {
  constructor(private readonly conversion: PropertyConversion) {}

  /** OpenMetadataElement. */
  element(value: unknown, where: string): MetadataElement {
    const element = asRecord(value, where);
    const type = asRecord(element.type, `${where}.type`);
    return {
      guid: asText(element.elementGUID, `${where}.elementGUID`),
      typeName: asText(type.typeName, `${where}.type.typeName`),
      superTypeNames: asTexts(type.superTypeNames, `${where}.type.superTypeNames`),
      status: oneOf(statuses, element.status, 'UNKNOWN'),
      origin: toOrigin(element.origin, `${where}.origin`),
      versions: toVersions(element.versions, `${where}.versions`),
      classifications: asList(element.classifications, `${where}.classifications`).map((item, index) =>
        this.#classification(item, `${where}.classifications[${index}]`),
      ),
      properties: this.#properties(element.elementProperties, `${where}.elementProperties`),
      ...toEffectivity(element, where),
    };
  }

  elements(value: unknown, where: string): readonly MetadataElement[] {
    return asList(value, where).map((item, index) => this.element(item, `${where}[${index}]`));
  }

  /**
   * RelatedMetadataElement.
   *
   * @param elementAtEnd1 - what was asked for, where the release does not tell it
   */
  related(value: unknown, where: string, elementAtEnd1?: boolean): RelatedElement {
    const item = asRecord(value, where);
    const type = asRecord(item.relationshipType ?? item.type, `${where}.type`);
    return {
      relationship: {
        guid: asText(item.relationshipGUID, `${where}.relationshipGUID`),
        typeName: asText(type.typeName, `${where}.type.typeName`),
        properties: this.#properties(item.relationshipProperties, `${where}.relationshipProperties`),
        versions: toVersions(item.versions, `${where}.versions`),
        ...toEffectivity(item, where),
      },
      element: this.element(item.element, `${where}.element`),
      elementAtEnd1: elementAtEnd1 ?? asBoolean(item.elementAtEnd1, `${where}.elementAtEnd1`),
    };
  }

  /** OpenMetadataRelationship. */
  link(value: unknown, where: string): ElementLink {
    const item = asRecord(value, where);
    const type = asRecord(item.relationshipType ?? item.type, `${where}.relationshipType`);
    return {
      relationship: {
        guid: asText(item.relationshipGUID, `${where}.relationshipGUID`),
        typeName: asText(type.typeName, `${where}.relationshipType.typeName`),
        properties: this.#properties(item.relationshipProperties, `${where}.relationshipProperties`),
        versions: toVersions(item.versions, `${where}.versions`),
        ...toEffectivity(item, where),
      },
      end1: toEnd(item.elementGUIDAtEnd1, item.elementAtEnd1, `${where}.elementGUIDAtEnd1`),
      end2: toEnd(item.elementGUIDAtEnd2, item.elementAtEnd2, `${where}.elementGUIDAtEnd2`),
    };
  }

  #classification(value: unknown, where: string): Classification {
    const item = asRecord(value, where);
    const versions = optionalRecord(item.versions, `${where}.versions`);
    const createdBy = optionalText(versions?.createdBy, `${where}.versions.createdBy`);
    return {
      classificationName: asText(item.classificationName, `${where}.classificationName`),
      properties: this.#properties(item.classificationProperties, `${where}.classificationProperties`),
      ...toEffectivity(item, where),
      ...(createdBy !== undefined && { createdBy }),
    };
  }

  #properties(value: unknown, where: string): Properties {
    const wrapped = optionalRecord(value, where);
    if (wrapped === undefined) return {};
    try {
      return this.conversion.unwrap(wrapped);
    } catch (cause) {
      throw new IsthmusError(
        'STORE_ANSWER_INVALID',
        `the answer has at ${where} properties that cannot be read: ${messageOf(cause)}`,
        { details: { field: where }, cause },
      );
    }
  }
}

function toOrigin(value: unknown, where: string): ElementOrigin {
  const origin = asRecord(value, where);
  return {
    originCategory: oneOf(originCategories, origin.originCategory, 'UNKNOWN'),
    homeMetadataCollectionId: asText(origin.homeMetadataCollectionId, `${where}.homeMetadataCollectionId`),
    homeMetadataCollectionName:
      optionalText(origin.homeMetadataCollectionName, `${where}.homeMetadataCollectionName`) ?? '',
  };
}

function toEffectivity(of: JsonObject, where: string): Effectivity {
  const effectiveFrom = optionalTime(of.effectiveFromTime, `${where}.effectiveFromTime`);
  const effectiveTo = optionalTime(of.effectiveToTime, `${where}.effectiveToTime`);
  return {
    ...(effectiveFrom !== undefined && { effectiveFrom }),
    ...(effectiveTo !== undefined && { effectiveTo }),
  };
}

export function toVersions(value: unknown, where: string): ElementVersions {
  const versions: JsonObject = asRecord(value, where);
  const updatedBy = optionalText(versions.updatedBy, `${where}.updatedBy`);
  const updateTime = optionalTime(versions.updateTime, `${where}.updateTime`);
  return {
    createdBy: optionalText(versions.createdBy, `${where}.createdBy`) ?? '',
    createTime: asTime(versions.createTime, `${where}.createTime`),
    version: asNumber(versions.version, `${where}.version`),
    ...(updatedBy !== undefined && { updatedBy }),
    ...(updateTime !== undefined && { updateTime }),
  };
}

function toEnd(guid: unknown, stub: unknown, where: string): ElementLink['end1'] {
  const uniqueName = optionalText(optionalRecord(stub, where)?.uniqueName, `${where}.uniqueName`);
  return { guid: asText(guid, where), ...(uniqueName !== undefined && { uniqueName }) };
}

function oneOf<T extends string>(known: readonly T[], value: unknown, otherwise: T): T {
  return known.find((candidate) => candidate === value) ?? otherwise;
}
