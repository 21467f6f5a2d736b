import { type Properties, type WireProperties, wrapProperties } from '@isthmus/model';
import { toEgeriaTime } from '@isthmus/platform';
import type {
  StoredClassification,
  StoredElement,
  StoredLink,
  StoredRelated,
  StoredRelationship,
  StoredVersions,
} from '../store/element-store.js';
import { effectivity, type Json, someOrNone } from '../views/element-view.js';
import { inJavaOrder } from '../views/java-order.js';
import { olderTypeVersions } from './release-facts.js';
import type { ReleaseNames } from './release-names.js';

/** Elements, relationships and classifications in the JSON of Egeria 4.3's open metadata store. */
export class OlderViews {
  readonly #names: ReleaseNames;
  readonly #serverName: string;
  readonly #typeViews = new Map<string, Json>();

  constructor(names: ReleaseNames, serverName: string) {
    this.#names = names;
    this.#serverName = serverName;
  }

  element(element: StoredElement): Json {
    return {
      class: 'OpenMetadataElement',
      ...this.header(element.status, element.typeName, element.origin, element.versions),
      elementGUID: element.guid,
      ...effectivity(element),
      classifications: this.#classifications(element),
      elementProperties: this.#wrapped(element.typeName, element.properties),
    };
  }

  related({ relationship, element }: StoredRelated): Json {
    return {
      class: 'RelatedMetadataElement',
      ...this.header(relationship.status, relationship.typeName, relationship.origin, relationship.versions),
      relationshipGUID: relationship.guid,
      relationshipType: this.type(relationship.typeName),
      ...effectivity(relationship),
      relationshipProperties: this.#wrapped(relationship.typeName, relationship.properties),
      element: this.element(element),
    };
  }

  link({ relationship, end1, end2 }: StoredLink): Json {
    const { name, swapsEnds } = this.#names.olderType(relationship.typeName);
    const definition = this.#names.older.find(name);
    const [first, second] = swapsEnds ? [end2, end1] : [end1, end2];
    const labels = definition?.category === 'RELATIONSHIP_DEF' ? definition : undefined;
    return {
      class: 'RelatedMetadataElements',
      ...this.header(relationship.status, relationship.typeName, relationship.origin, relationship.versions),
      relationshipGUID: relationship.guid,
      relationshipType: this.type(relationship.typeName),
      ...effectivity(relationship),
      relationshipProperties: this.#wrapped(relationship.typeName, relationship.properties),
      elementGUIDAtEnd1: first.guid,
      labelAtEnd1: labels?.end1.attributeName,
      elementGUIDAtEnd2: second.guid,
      labelAtEnd2: labels?.end2.attributeName,
    };
  }

  /** Members that every element, relationship and classification begins with. What was never updated tells no update. */
  header(status: string, typeName: string, origin: StoredRelationship['origin'], versions: StoredVersions): Json {
    const updated = versions.version > 1;
    return {
      headerVersion: 0,
      status,
      type: this.type(typeName),
      origin: { sourceServer: this.#serverName, ...origin },
      versions: {
        createdBy: versions.createdBy,
        updatedBy: updated ? (versions.updatedBy ?? versions.createdBy) : undefined,
        maintainedBy: updated ? versions.maintainedBy : undefined,
        createTime: toEgeriaTime(versions.createTime),
        updateTime: updated ? toEgeriaTime(versions.updateTime ?? versions.createTime) : undefined,
        version: versions.version,
      },
    };
  }

  /** @param typeName - as stored */
  type(typeName: string): Json {
    let view = this.#typeViews.get(typeName);
    if (view === undefined) {
      const { name } = this.#names.olderType(typeName);
      const definition = this.#names.older.find(name);
      view = {
        typeId: definition?.guid,
        typeName: name,
        superTypeNames: definition && someOrNone(this.#names.older.superTypes(name)),
        typeVersion: olderTypeVersions[name] ?? 1,
      };
      this.#typeViews.set(typeName, view);
    }
    return view;
  }

  /** What 4.3 knows of the properties, under its names. */
  properties(typeName: string, properties: Properties): Properties {
    return this.#names.olderProperties(typeName, properties);
  }

  #classifications(element: StoredElement): unknown {
    return someOrNone(element.classifications.map((classification) => this.classification(classification)));
  }

  /** Attached to an element. */
  classification(classification: StoredClassification): Json {
    const name = classification.classificationName;
    return {
      class: 'AttachedClassification',
      ...this.header('ACTIVE', name, classification.origin, classification.versions),
      classificationOrigin: 'ASSIGNED',
      classificationName: this.#names.olderType(name).name,
      ...effectivity(classification),
      classificationProperties: this.#wrapped(name, classification.properties),
    };
  }

  #wrapped(typeName: string, properties: Properties): Json | undefined {
    const { name } = this.#names.olderType(typeName);
    const known = this.#names.olderProperties(typeName, properties);
    if (Object.keys(known).length === 0 || this.#names.older.find(name) === undefined) return undefined;
    return withoutTexts(wrapProperties(this.#names.older, name, inJavaOrder(known)));
  }
}

/** The values as strings are told by later releases alone. */
function withoutTexts({ propertiesAsStrings: _, ...properties }: WireProperties): Json {
  const values = Object.entries(properties.propertyValueMap).map(([name, value]): [string, unknown] => {
    if ('mapValues' in value) return [name, { ...value, mapValues: withoutTexts(value.mapValues) }];
    if ('arrayValues' in value) return [name, { ...value, arrayValues: withoutTexts(value.arrayValues) }];
    return [name, value];
  });
  return { ...properties, propertyValueMap: Object.fromEntries(values) };
}
