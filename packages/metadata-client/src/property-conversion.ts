import {
  type Properties,
  type PropertyValue,
  type TypeSystem,
  unwrapProperties,
  wrapProperties,
  wrapUntyped,
  wrapValue,
} from '@isthmus/model';

/** Between plain values and a release's wrapped ones. The type system of that release stands behind it. */
export interface PropertyConversion {
  /**
   * ElementProperties of the named entity, relationship or classification type.
   *
   * @throws TYPE_UNKNOWN, PROPERTY_UNKNOWN, PROPERTY_TYPE_WRONG
   */
  wrap(typeName: string, properties: Properties): object;
  /** One value to compare with; `typeName` undefined: a search over every type. */
  wrapCompared(typeName: string | undefined, property: string, value: PropertyValue): object;
  /** @throws PROPERTY_TYPE_WRONG when it is no ElementProperties */
  unwrap(wrapped: unknown): Properties;
}

export function conversionOf(types: TypeSystem): PropertyConversion {
  return {
    wrap: (typeName, properties) => wrapProperties(types, typeName, properties),
    wrapCompared: (typeName, property, value) => {
      const attribute = types.attribute(typeName ?? 'Referenceable', property);
      // A property that the type has not finds nothing; that is for the server to say.
      return attribute ? wrapValue(types.attributeType(attribute.type), value, property) : wrapUntyped(value);
    },
    unwrap: unwrapProperties,
  };
}
