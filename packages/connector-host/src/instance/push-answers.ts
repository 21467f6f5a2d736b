import type { PushAnswer, PushedElement } from '@isthmus/connector-sdk';
import { IsthmusError, type TimeSlicer } from '@isthmus/kernel';
import type { JudgedAnswer } from '../connector-host.js';
import { bounds, checkFrame, isFitKey, isText } from './bounds.js';
import { canonicalHash, UnfitContent } from './canonical.js';
import { itemAsTold } from './plain-copy.js';

/**
 * What a connector answered, as far as it can be used: one answer for each element that was asked about. What it did not
 * answer, or not in its form, counts as refused.
 */
export async function judgedAnswers(
  elements: readonly PushedElement[],
  told: unknown,
  slicer: TimeSlicer,
  clean: (text: string, longest: number) => string,
): Promise<readonly JudgedAnswer[]> {
  if (!Array.isArray(told)) throw new IsthmusError('CONNECTOR_FAILED', 'push answered no list');
  const byName = new Map<string, PushAnswer>(told.map((answer: PushAnswer) => [answer?.qualifiedName, answer]));
  const judged: JudgedAnswer[] = [];
  for (const { qualifiedName } of elements) {
    await slicer.turn();
    judged.push(await judge(qualifiedName, byName.get(qualifiedName), slicer, clean));
  }
  return judged;
}

async function judge(
  qualifiedName: string,
  answer: PushAnswer | undefined,
  slicer: TimeSlicer,
  clean: (text: string, longest: number) => string,
): Promise<JudgedAnswer> {
  const refused = (message: string): JudgedAnswer => ({ qualifiedName, outcome: 'refused', message });
  if (answer === undefined) return refused('the connector gave no answer');
  if (answer.outcome === 'gone') return { qualifiedName, outcome: 'gone' };
  if (answer.outcome === 'refused') return refused(clean(String(answer.message), bounds.findingLength));
  const { outcome, scope, item } = answer;
  if ((outcome !== 'written' && outcome !== 'conflict') || !isText(scope, bounds.scopeLength) || !isFitKey(item?.key))
    return refused('the connector gave an answer that cannot be read');
  try {
    checkFrame(item);
    const changed = item.changedAt === undefined ? {} : { changedAt: item.changedAt };
    const { hash, text } = await canonicalHash(item.elements, bounds.itemBytes, slicer);
    const digest = {
      key: item.key,
      hash,
      ...(item.sourceVersion === undefined ? {} : { sourceVersion: item.sourceVersion }),
      ...(item.opens === undefined ? {} : { opens: item.opens }),
    };
    return { qualifiedName, outcome, scope, item: itemAsTold({ ...digest, ...changed }, text), digest };
  } catch (error) {
    if (!(error instanceof UnfitContent)) throw error;
    return refused(`the connector showed an item that cannot be kept: ${error.message}`);
  }
}
