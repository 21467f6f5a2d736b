import type { OperationEffect } from '@isthmus/connector-host';
import { expect, it } from '@jest/globals';
import type { PlannedCall } from '../operations/planned-call.js';
import { EffectsJudge } from './judge-effect.js';

const qualifiedName = 'Database::shop:orders';
const call: PlannedCall = { kind: 'database', operation: '', input: {}, previews: [], expects: [] };
const content = { properties: { displayName: 'orders' } };

function element(version?: number, guid = 'guid-1') {
  return { guid, typeName: 'Database', qualifiedName, ...(version !== undefined && { version }) };
}

it('holds an element that the plan has deleted and made anew against the version that it has once that was written', async () => {
  const judge = new EffectsJudge({ isWritten: async () => false, changedLinks: async () => undefined });
  const judged = (effect: OperationEffect) => judge.judge(call, effect);
  await judged({ of: 'element', element: element(2), from: content });
  await judged({ of: 'element', element: element(undefined, ''), to: content });
  // The server has brought the former one back, which took as many versions as it liked.
  await judged({ of: 'element', element: element(5), from: content, to: content });
  await judged({ of: 'element', element: element(6), from: content, to: content });
  await expect(judged({ of: 'element', element: element(8), from: content, to: content })).rejects.toMatchObject({
    code: 'ELEMENT_CHANGED',
    message: `${qualifiedName} was read in version 7 and has version 8 now`,
  });
});
