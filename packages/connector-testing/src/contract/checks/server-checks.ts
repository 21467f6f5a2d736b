import assert from 'node:assert/strict';
import type { ItemElement } from '@isthmus/connector-sdk';
import { checkClassification, checkEnds, checkProperties, qualifiedNameFault, type TypeSystem } from '@isthmus/model';
import { standardTypes } from '@isthmus/model/standard-types';
import { type ContractCheck, refreshed, succeeded } from '../bench.js';

/** Findings of the host and of the SDK about what was said, not about the source. */
const unfit = /^(ITEM_|SCOPE_NOT_CERTIFIED$)/;

/** Whether what is said can be written at all. */
export const serverChecks: readonly ContractCheck[] = [
  {
    name: 'says only what a metadata server takes',
    once: true,
    hook: 'refresh',
    needs: [],
    async body(bench) {
      const types = standardTypes();
      const elements = (await refreshed(bench)).elements();
      for (const element of elements.values()) checkElement(types, element, elements);
    },
  },
  {
    name: 'says nothing of a source at rest that has to be set aside',
    once: true,
    hook: 'refresh',
    needs: [],
    async body(bench) {
      const { findings } = succeeded(await (await bench.started()).refresh());
      const faults = findings.filter(({ code }) => unfit.test(code)).map(({ code, message }) => `  ${code} ${message}`);
      if (faults.length > 0)
        assert.fail(['what it says cannot be taken as it is:', ...faults.slice(0, mostTold)].join('\n'));
    },
  },
];

const mostTold = 5;

function checkElement(types: TypeSystem, element: ItemElement, all: ReadonlyMap<string, ItemElement>): void {
  const { typeName, qualifiedName, properties, parent, classifications = {}, links = [] } = element;
  const fault = qualifiedNameFault(qualifiedName);
  assert.ok(fault === undefined, `the qualified name ${JSON.stringify(qualifiedName)} ${fault}`);
  const type = types.entity(typeName).name;
  checkProperties(types, type, properties, false);
  for (const [name, own] of Object.entries(classifications)) {
    checkClassification(types, name, type);
    checkProperties(types, name, own, false);
  }
  const related = links.map(({ selfAtEnd1 = true, ...link }) => ({ ...link, selfAtEnd1 }));
  if (parent !== undefined) related.push({ ...parent, selfAtEnd1: parent.parentAtEnd1 === false });
  for (const { relationshipTypeName, qualifiedName: other, selfAtEnd1, properties: own = {} } of related) {
    const { name } = types.relationship(relationshipTypeName);
    checkProperties(types, name, own, false);
    const otherType = all.get(other)?.typeName;
    // What others tell, or what is told later, is not known here.
    if (otherType === undefined) continue;
    const [end1, end2] = selfAtEnd1 ? [type, otherType] : [otherType, type];
    checkEnds(types, name, end1, end2);
  }
}
