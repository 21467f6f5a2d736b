import { type TypeSystem, wrapProperties } from '@isthmus/model';
import { toEgeriaTime } from '@isthmus/platform';
import type {
  AnchoredGraph,
  StoredClassification,
  StoredElement,
  StoredLink,
  StoredRelated,
  StoredRelationship,
  StoredVersions,
} from '../store/element-store.js';
import { inJavaOrder } from './java-order.js';

export type Json = Readonly<Record<string, unknown>>;

/**
 * Elements, relationships and classifications in the JSON of Egeria 6.1's open metadata store: order and presence of
 * members as a real server writes them, times ISO 8601 with `+00:00`. Undefined members vanish in JSON.
 */
export class ElementViews {
  readonly #types: TypeSystem;
  readonly #serverName: string;
  readonly #typeViews = new Map<string, Json>();

  constructor(types: TypeSystem, serverName: string) {
    this.#types = types;
    this.#serverName = serverName;
  }

  element(element: StoredElement): Json {
    return {
      ...this.header(element.status, element.typeName, element.origin, element.versions),
      elementGUID: element.guid,
      ...effectivity(element),
      classifications: this.#classifications(element),
      elementProperties: this.#properties(element.typeName, element.properties),
    };
  }

  related({ relationship, element, elementAtEnd1 }: StoredRelated): Json {
    return {
      ...this.header(relationship.status, relationship.typeName, relationship.origin, relationship.versions),
      relationshipGUID: relationship.guid,
      ...effectivity(relationship),
      relationshipProperties: this.#properties(relationship.typeName, relationship.properties),
      element: this.element(element),
      elementAtEnd1,
    };
  }

  link({ relationship, end1, end2 }: StoredLink): Json {
    const definition = this.#types.relationship(relationship.typeName);
    return {
      ...this.header(relationship.status, relationship.typeName, relationship.origin, relationship.versions),
      relationshipGUID: relationship.guid,
      relationshipType: this.type(relationship.typeName),
      ...effectivity(relationship),
      relationshipProperties: this.#properties(relationship.typeName, relationship.properties),
      labelAtEnd1: definition.end1.attributeName,
      elementGUIDAtEnd1: end1.guid,
      elementAtEnd1: this.#stub(end1),
      labelAtEnd2: definition.end2.attributeName,
      elementGUIDAtEnd2: end2.guid,
      elementAtEnd2: this.#stub(end2),
    };
  }

  graph(graph: AnchoredGraph): Json {
    return {
      ...this.element(graph.element),
      anchoredElements: someOrNone(graph.anchoredElements.map((element) => this.element(element))),
      relationships: someOrNone(graph.relationships.map((link) => this.link(link))),
    };
  }

  classification(classification: StoredClassification): Json {
    const name = classification.classificationName;
    return {
      class: 'AttachedClassification',
      ...this.header('ACTIVE', name, classification.origin, classification.versions),
      classificationOrigin: 'ASSIGNED',
      classificationName: name,
      ...effectivity(classification),
      classificationProperties: this.#properties(name, classification.properties),
    };
  }

  /** Members that every element, relationship and classification begins with. */
  header(status: string, typeName: string, origin: StoredRelationship['origin'], versions: StoredVersions): Json {
    return {
      headerVersion: 0,
      status,
      type: this.type(typeName),
      origin: { sourceServer: this.#serverName, ...origin },
      versions: {
        createdBy: versions.createdBy,
        updatedBy: versions.updatedBy ?? versions.createdBy,
        maintainedBy: versions.maintainedBy,
        createTime: toEgeriaTime(versions.createTime),
        updateTime: toEgeriaTime(versions.updateTime ?? versions.createTime),
        version: versions.version,
        lastRequestId: versions.lastRequestId,
      },
    };
  }

  type(typeName: string): Json {
    let view = this.#typeViews.get(typeName);
    if (view === undefined) {
      const definition = this.#types.get(typeName);
      view = {
        typeId: definition.guid,
        typeName,
        superTypeNames: someOrNone(this.#types.superTypes(typeName)),
        typeVersion: 1,
        typeCategory: definition.category,
      };
      this.#typeViews.set(typeName, view);
    }
    return view;
  }

  #stub(element: StoredElement): Json {
    return {
      ...this.header(element.status, element.typeName, element.origin, element.versions),
      guid: element.guid,
      classifications: this.#classifications(element),
      uniqueName: element.properties.qualifiedName,
    };
  }

  #classifications(element: StoredElement): unknown {
    return someOrNone(element.classifications.map((classification) => this.classification(classification)));
  }

  #properties(typeName: string, properties: StoredElement['properties']): unknown {
    return Object.keys(properties).length === 0
      ? undefined
      : wrapProperties(this.#types, typeName, inJavaOrder(properties));
  }
}

/** Java leaves empty lists out. */
export function someOrNone<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}

export function effectivity(of: { readonly effectiveFrom?: number; readonly effectiveTo?: number }): Json {
  return {
    effectiveFromTime: of.effectiveFrom === undefined ? undefined : toEgeriaTime(of.effectiveFrom),
    effectiveToTime: of.effectiveTo === undefined ? undefined : toEgeriaTime(of.effectiveTo),
  };
}
