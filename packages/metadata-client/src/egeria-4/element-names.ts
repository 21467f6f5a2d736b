import type {
  BatchOperation,
  Classification,
  ElementLink,
  MetadataElement,
  Properties,
  RelatedElement,
  Relationship,
} from '@isthmus/model';
import type { ReleaseTranslation } from './release-translation.js';

/** Elements that a 4.3 server told, in the names of 6.1. */
export class ElementNames {
  constructor(private readonly names: ReleaseTranslation) {}

  element(element: MetadataElement): MetadataElement {
    const { typeName, superTypeNames, properties } = this.names.entityBack(
      element.typeName,
      element.properties,
      element.superTypeNames,
    );
    return {
      ...element,
      typeName,
      superTypeNames,
      properties,
      classifications: element.classifications.flatMap((item) => this.#classification(item) ?? []),
    };
  }

  /** `elementAtEnd1` of the given one is 4.3's. */
  related(item: RelatedElement): RelatedElement {
    const { swapped } = this.names.relationshipTypeBack(item.relationship.typeName);
    return {
      relationship: this.#relationship(item.relationship),
      element: this.element(item.element),
      elementAtEnd1: item.elementAtEnd1 !== swapped,
    };
  }

  link({ relationship, end1, end2 }: ElementLink): ElementLink {
    const { swapped } = this.names.relationshipTypeBack(relationship.typeName);
    const [first, second] = swapped ? [end2, end1] : [end1, end2];
    return { relationship: this.#relationship(relationship), end1: first, end2: second };
  }

  /** As it will be read back: what 4.3 has no place for is not asked of it again and again. */
  expressible(operation: BatchOperation): BatchOperation {
    if (operation.op === 'delete' || operation.op === 'look') return operation;
    if (operation.op !== 'upsert') {
      if (operation.properties === undefined) return operation;
      return { ...operation, properties: this.#roundTrip(operation.typeName, operation.properties) };
    }
    const { parent, classifications } = operation;
    return {
      ...operation,
      properties: this.#roundTrip(operation.typeName, operation.properties),
      ...(classifications && {
        classifications: Object.fromEntries(
          Object.entries(classifications)
            .filter(([name]) => this.names.hasClassification(name))
            .map(([name, properties]) => [name, this.#roundTrip(name, properties)]),
        ),
      }),
      ...(parent?.properties && {
        parent: { ...parent, properties: this.#roundTrip(parent.relationshipTypeName, parent.properties) },
      }),
    };
  }

  #roundTrip(typeName: string, properties: Properties): Properties {
    return this.names.roundTrip(typeName, properties);
  }

  #relationship(relationship: Relationship): Relationship {
    const { typeName } = this.names.relationshipTypeBack(relationship.typeName);
    return { ...relationship, typeName, properties: this.names.propertiesBack(typeName, relationship.properties) };
  }

  #classification({ classificationName, properties, ...more }: Classification): Classification | undefined {
    const name = this.names.classificationTypeBack(classificationName);
    if (name === undefined) return undefined;
    return { ...more, classificationName: name, properties: this.names.propertiesBack(name, properties) };
  }
}
