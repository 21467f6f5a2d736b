import type { OperationEffect } from '@isthmus/connector-host';
import { IsthmusError } from '@isthmus/kernel';
import type { PlannedCall } from '../operations/planned-call.js';
import { findingKey, linkKey, type PlannedFinding } from '../operations/planned-finding.js';
import { changedAmong, changedClassification, changeText, linkTexts, nameOf } from './changed-findings.js';

/**
 * Holds what calls of a plan are about to write against what the plan found, in the instant before each write: people may
 * have changed it since all was looked at. What the plan has written itself is passed over.
 */
export class EffectsJudge {
  /** Findings that the plan itself has made untrue. */
  readonly #written = new Set<string>();

  /** @param isWritten - whether something else of the plan writes the element of this name */
  constructor(private readonly isWritten: (qualifiedName: string) => Promise<boolean>) {}

  /** @throws ELEMENT_CHANGED */
  async judge({ expects, finds = [] }: PlannedCall, effect: OperationEffect): Promise<void> {
    const findings = new Map(finds.map((finding) => [findingKey(finding), finding]));
    const element = effect.of === 'relationship' ? effect.end1 : effect.element;
    for (const [key, what] of changesOf(effect, findings, expects)) {
      if (this.#written.has(key)) continue;
      if (element.qualifiedName !== undefined && (await this.isWritten(element.qualifiedName))) continue;
      throw new IsthmusError('ELEMENT_CHANGED', what, { details: { element: nameOf(element) } });
    }
    this.#note(effect);
  }

  #note(effect: OperationEffect): void {
    if (effect.of === 'relationship') this.#written.add(linkKey(effect));
    else this.#written.add(elementKey(effect.element.guid));
    if (effect.of === 'classification') this.#written.add(classificationKey(effect.element.guid, effect.name));
  }
}

/** Keys of what is written, with what has become of it. */
function* changesOf(
  effect: OperationEffect,
  findings: ReadonlyMap<string, PlannedFinding>,
  expects: PlannedCall['expects'],
): Generator<readonly [key: string, what: string]> {
  if (effect.of === 'relationship') {
    const what = changedLink(effect, findings.get(linkKey(effect)));
    if (what !== undefined) yield [linkKey(effect), what];
    return;
  }
  const { element } = effect;
  if (effect.of === 'classification') {
    const key = classificationKey(element.guid, effect.name);
    const found = findings.get(key);
    if (found?.of !== 'classification') return;
    const what = changedClassification(element, effect.name, found.properties, effect.from);
    if (what !== undefined) yield [key, what];
    return;
  }
  const { guid, qualifiedName, version } = element;
  const expected = expects.find((each) => each.qualifiedName === qualifiedName);
  const isThere = effect.of !== 'element' || effect.from !== undefined;
  if (isThere && expected !== undefined && version !== undefined && version !== expected.version)
    yield [elementKey(guid), `${nameOf(element)} ${changeText(expected.version, version)}`];
  const whole = findings.get(JSON.stringify(['everything', guid]));
  if (effect.of !== 'element' || whole?.of !== 'everything') return;
  const { classifications = {} } = effect.from ?? {};
  for (const name of new Set([...Object.keys(whole.classifications), ...Object.keys(classifications)])) {
    const what = changedAmong(element, one(whole.classifications, name), one(classifications, name));
    if (what !== undefined) yield [classificationKey(guid, name), what];
  }
}

function changedLink(
  { guid, name, version, end1, end2 }: Extract<OperationEffect, { of: 'relationship' }>,
  found: PlannedFinding | undefined,
): string | undefined {
  if (found?.of !== 'links') return undefined;
  const planned = found.links.find((link) => link.guid === guid);
  const isAsFound = guid === '' ? !found.isThere : planned !== undefined && planned.version === version;
  if (isAsFound) return undefined;
  const what = guid === '' ? linkTexts.gone : planned === undefined ? linkTexts.made : linkTexts.changed;
  return `${name} from ${nameOf(end1)} to ${nameOf(end2)} ${what}`;
}

function one<T>(values: Readonly<Record<string, T>>, name: string): Readonly<Record<string, T>> {
  const value = values[name];
  return value === undefined ? {} : { [name]: value };
}

function elementKey(guid: string): string {
  return JSON.stringify(['element', guid]);
}

function classificationKey(guid: string, name: string): string {
  return JSON.stringify(['classification', guid, name]);
}
