import type { Explanation, RunMark } from '@isthmus/runtime';
import type { Static } from 'typebox';
import type { ExplanationSchema } from '../schemas/explanation.js';
import { toElement } from './element-view.js';
import { optionalTime, present, toTime } from './fields.js';

export function toExplanation(explanation: Explanation): Static<typeof ExplanationSchema> {
  const { qualifiedName, element, holders, operated, former, fields } = explanation;
  return present({
    qualifiedName,
    element: element && toElement(element),
    holders: holders.map(({ target, madeBy, wroteBy, notes, ...holder }) =>
      present({
        ...holder,
        target: target === '' ? undefined : target,
        madeBy: toMark(madeBy),
        wroteBy: toMark(wroteBy),
        notes: [...notes],
      }),
    ),
    operated: operated.map(({ target, madeBy, wroteBy, ...operator }) =>
      present({
        ...operator,
        target: target === '' ? undefined : target,
        madeBy: toMark(madeBy),
        wroteBy: toMark(wroteBy),
      }),
    ),
    former:
      former.length === 0
        ? undefined
        : former.map(({ target, at, ...writer }) =>
            present({ ...writer, target: target === '' ? undefined : target, at: toTime(at) }),
          ),
    fields: fields.map(({ at, ...field }) => present({ ...field, at: optionalTime(at) })),
  });
}

function toMark(mark: RunMark | undefined): { runId: string; at: string } | undefined {
  return mark === undefined ? undefined : { runId: mark.runId, at: toTime(mark.at) };
}
