import type { FoundElement } from '@isthmus/model';
import { itemText } from '../journal/journal.js';
import type { UndoStep, WrittenElement } from '../journal/undo-journal.js';

/**
 * The steps in their order, in parts of which no step touches what another one of the part takes back: what they concern can be
 * looked at in one request.
 */
export function* apartSteps(steps: readonly UndoStep[]): Generator<readonly UndoStep[]> {
  let some: UndoStep[] = [];
  let written = new Set<string>();
  let read = new Set<string>();
  for (const step of steps) {
    const { writes, reads } = touchedBy(step);
    const collides =
      writes.some((name) => written.has(name) || read.has(name)) || reads.some((name) => written.has(name));
    if (collides) {
      yield some;
      [some, written, read] = [[], new Set(), new Set()];
    }
    some.push(step);
    for (const name of writes) written.add(name);
    for (const name of reads) read.add(name);
  }
  if (some.length > 0) yield some;
}

function touchedBy({ item, elements, before }: UndoStep): {
  readonly writes: readonly string[];
  readonly reads: readonly string[];
} {
  const names = elements.map(({ qualifiedName }) => qualifiedName);
  return {
    writes: [...names, ...(before?.qualifiedNames ?? []), itemText(item)],
    reads: elements.flatMap((element) => [...referredBy(element)]),
  };
}

function* referredBy({ anchor, fields = [] }: WrittenElement): Generator<string> {
  if (anchor !== undefined) yield anchor;
  for (const { kind, from, to } of fields) {
    if (kind !== 'parent') continue;
    for (const value of [from, to].flat()) if (typeof value === 'string') yield value;
  }
}

/** Why an element that a run made stays: others have linked it since. @param since - epoch ms; absent: all their links count */
export function linkedText(element: FoundElement | undefined, since = 0): string | undefined {
  if (element?.state !== 'live') return undefined;
  const link = element.foreignLinks?.find(({ at }) => at >= since);
  return link && `was linked by ${link.by} since it was made (${link.typeName} with ${link.other}), so it stays`;
}
