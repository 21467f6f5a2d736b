import { elements, links, related } from '../row-makers.js';

/** Block B-VV: valid values, their sets, and what they are valid for. */
export const validValueRows = [
  ...elements('ValidValue', 'ValidValues', 'ValidValueDefinition', {
    parent: { relationship: 'ValidValueMember', at: 1, needed: false, anchors: true },
  }),
  ...links('ValidValueMember', 'ValidValueMember'),
  ...links('ValidValues', 'ValidValuesAssignment'),
  ...links('ReferenceValue', 'ReferenceValueAssignment'),
  ...related('getValidValueMembers', 'ValidValueMember', 1, 'ValidValueDefinition'),
  ...related('getSetsOfValidValue', 'ValidValueMember', 2, 'ValidValueDefinition'),
  ...related('getValidValuesOfElement', 'ValidValuesAssignment', 1, 'ValidValueDefinition'),
  ...related('getConsumersOfValidValue', 'ValidValuesAssignment', 2, 'Referenceable'),
  ...related('getReferenceValuesOfElement', 'ReferenceValueAssignment', 1, 'ValidValueDefinition'),
  ...related('getElementsOfReferenceValue', 'ReferenceValueAssignment', 2, 'Referenceable'),
] as const;
