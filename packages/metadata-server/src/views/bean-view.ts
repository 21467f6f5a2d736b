import type { Properties, PropertyValue, TypeSystem } from '@isthmus/model';
import { toEgeriaTime } from '@isthmus/platform';
import { frameworkDefaults } from '../groups/connection-reader.js';
import { type GroupBeans, registrationType } from '../groups/registered-connectors.js';
import type { StoredClassification, StoredElement, StoredRelationship } from '../store/element-store.js';
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
export class BeanViews implements GroupBeans {
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

  group(element: StoredElement): Json {
    return { class: 'IntegrationGroupProperties', typeName: element.typeName, ...this.#own(element) };
  }

  connector(element: StoredElement, connection: Json | undefined): Json {
    return {
      class: 'IntegrationConnector',
      // Whatever the element's type, real servers say this.
      typeName: 'DeployedConnector',
      priority: 0,
      usesBlockingCalls: false,
      ...this.#own(element),
      connection,
    };
  }

  registration(relationship: StoredRelationship): Json {
    // Stored, but not among the members of the bean: real servers do not tell it either.
    const { metadataSourceQualifiedName: _, ...properties } = relationship.properties;
    return {
      class: 'RegisteredIntegrationConnectorProperties',
      typeName: registrationType,
      refreshTimeInterval: 0,
      permittedSynchronization: 'BOTH_DIRECTIONS',
      generateConnectorActivityReports: false,
      ...this.properties(relationship.typeName, properties),
    };
  }

  connectionPart(className: string, element: StoredElement): Json {
    const defaults = className === 'ConnectorType' ? frameworkDefaults : {};
    return { class: className, headerVersion: 0, guid: element.guid, ...defaults, ...this.#own(element) };
  }

  linkProperties(relationship: StoredRelationship): Json {
    return this.properties(relationship.typeName, relationship.properties);
  }

  #own(element: StoredElement): Json {
    return this.properties(element.typeName, element.properties);
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
