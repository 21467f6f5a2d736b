import { IsthmusError } from '@isthmus/kernel';
import {
  type Conditions,
  type Effectivity,
  type FindOptions,
  type QueryOptions,
  type TypeSystem,
  valueFault,
} from '@isthmus/model';

/** @throws TYPE_UNKNOWN */
export function checkQuery(types: TypeSystem, { typeName, classifications = [] }: QueryOptions & FindOptions): void {
  if (typeName !== undefined) types.entity(typeName);
  for (const name of classifications) types.classification(name);
}

/** @throws PROPERTY_TYPE_WRONG for a value that the property cannot have, PARAMETER_INVALID for a comparison without one */
export function checkConditions(types: TypeSystem, wanted: Conditions | undefined, typeName = 'Referenceable'): void {
  for (const { property, operator, value } of wanted?.conditions ?? []) {
    const needsValue = operator !== 'IS_NULL' && operator !== 'NOT_NULL';
    if (value === undefined && needsValue)
      throw new IsthmusError('PARAMETER_INVALID', `the condition on ${property} needs a value for ${operator}`, {
        details: { parameter: 'conditions', property },
      });
    const attribute = types.attribute(typeName, property);
    if (value === undefined || attribute === undefined) continue;
    const fault = valueFault(types.attributeType(attribute.type), value);
    if (fault !== undefined)
      throw new IsthmusError('PROPERTY_TYPE_WRONG', `property ${property} of ${typeName} ${fault}`, {
        details: { typeName, property, expected: attribute.type },
      });
  }
}

/** @throws PARAMETER_INVALID */
export function checkEffectivity({ effectiveFrom, effectiveTo }: Effectivity): void {
  if (effectiveFrom === undefined || effectiveTo === undefined || effectiveFrom < effectiveTo) return;
  throw new IsthmusError('PARAMETER_INVALID', 'effectiveTo must lie after effectiveFrom', {
    details: { parameter: 'effectiveTo' },
  });
}
