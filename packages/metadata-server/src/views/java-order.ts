import { isPlainObject, type Properties, type PropertyValue } from '@isthmus/model';
import { inJavaHashOrder } from '@isthmus/platform';

/** Properties in the order of Java's hash map: Egeria tells the names of the properties as a list. */
export function inJavaOrder(properties: Properties): Properties {
  return Object.fromEntries(
    inJavaHashOrder(Object.keys(properties)).map((name) => [name, ordered(properties[name] ?? '')]),
  );
}

function ordered(value: PropertyValue): PropertyValue {
  return isMap(value) ? inJavaOrder(value) : value;
}

function isMap(value: PropertyValue): value is Properties {
  return isPlainObject(value);
}
