import type { Properties, PropertyValue, TypeSystem } from '@isthmus/model';
import { toEgeriaTime } from '@isthmus/platform';
import type { StoredClassification, StoredElement } from '../store/element-store.js';
import type { ElementViews, Json } from './element-view.js';

/** Member of an element header for each classification that has one of its own; the others lie in a list. */
const ownMembers: Readonly<Record<string, string>> = {
  Anchors: 'anchor',
  ZoneMembership: 'zoneMembership',
  Impact: 'impact',
  Criticality: 'criticality',
  Confidentiality: 'confidentiality',
  Confidence: 'confidence',
  Retention: 'retention',
  GovernanceExpectations: 'governanceExpectations',
  GovernanceMeasurements: 'governanceMeasurements',
  DigitalResourceOrigin: 'digitalResourceOrigin',
  Ownership: 'ownership',
  Memento: 'memento',
  Template: 'template',
  TemplateSubstitute: 'templateSubstitute',
  TypeEmbeddedAttribute: 'schemaType',
  DataScope: 'dataScope',
  DataAssetEncoding: 'dataAssetEncoding',
  CalculatedValue: 'calculatedValue',
  PrimaryKey: 'primaryKey',
  SecurityTags: 'securityTags',
  KnownDuplicate: 'knownDuplicate',
  ConsolidatedDuplicate: 'consolidateDuplicate',
};

/** Elements as Egeria's typed services show them: a header with the classifications, and a bean of plain properties. */
export class BeanViews {
  readonly #types: TypeSystem;
  readonly #views: ElementViews;

  constructor(types: TypeSystem, views: ElementViews) {
    this.#types = types;
    this.#views = views;
  }

  header(element: StoredElement): Json {
    const others: Json[] = [];
    const own: [string, Json][] = [];
    for (const classification of element.classifications) {
      const view = this.#classification(classification);
      const member = ownMembers[classification.classificationName];
      if (member === undefined) others.push(view);
      else own.push([member, view]);
    }
    return {
      class: 'ElementHeader',
      ...this.#views.header(element.status, element.typeName, element.origin, element.versions),
      guid: element.guid,
      ...Object.fromEntries(own),
      otherClassifications: others.length === 0 ? undefined : others,
    };
  }

  /** Properties under their own names, dates as ISO 8601. */
  properties(typeName: string, properties: Properties): Json {
    return Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [name, this.#isDate(typeName, name) ? isoTime(value) : value]),
    );
  }

  #isDate(typeName: string, property: string): boolean {
    return this.#types.attribute(typeName, property)?.type === 'date';
  }

  #classification(classification: StoredClassification): Json {
    const name = classification.classificationName;
    return {
      class: 'ElementClassification',
      ...this.#views.header('ACTIVE', name, classification.origin, classification.versions),
      classificationOrigin: 'ASSIGNED',
      classificationName: name,
      classificationProperties: {
        class: `${name}Properties`,
        typeName: name,
        ...this.properties(name, classification.properties),
      },
    };
  }
}

function isoTime(value: PropertyValue): PropertyValue {
  return typeof value === 'number' ? toEgeriaTime(value) : value;
}
