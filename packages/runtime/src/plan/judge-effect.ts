import type { OperationEffect } from '@isthmus/connector-host';
import { IsthmusError } from '@isthmus/kernel';
import type { Properties } from '@isthmus/model';
import type { PlannedCall } from '../operations/planned-call.js';
import { findingKey, linkKey, type PlannedFinding } from '../operations/planned-finding.js';
import { changedAmong, changedClassification, changeText, linkTexts, nameOf } from './changed-findings.js';

type Effect<O extends OperationEffect['of']> = Extract<OperationEffect, { readonly of: O }>;
type Whole = Extract<PlannedFinding, { of: 'everything' }>;

export interface JudgeParts {
  /** Whether something of the plan other than calls writes the element of this name. */
  readonly isWritten: (qualifiedName: string) => Promise<boolean>;
  /**
   * Looks at the relationships of an element that is to go.
   *
   * @param isAboutAdded - some went with an element that the plan has deleted: those that are missing tell nothing
   * @returns what has changed
   */
  readonly changedLinks: (finding: Whole, isAboutAdded: boolean) => Promise<string | undefined>;
}

/**
 * Holds what calls of a plan are about to write against what the plan found, in the instant before each write: people may
 * have changed it since all was looked at. What the plan has written itself is held against that instead.
 */
export class EffectsJudge {
  /** What calls of the plan have left of classifications, by key; undefined: they took it away. */
  readonly #written = new Map<string, Properties | undefined>();
  /** In which version calls of the plan have left relationships, by key; undefined: they took it away. */
  readonly #links = new Map<string, number | undefined>();
  /** Versions that elements may have after what calls of the plan have written: classifications count on some servers. */
  readonly #versions = new Map<string, { readonly least: number; readonly most: number }>();
  /** GUIDs of the ends of relationships that calls have written. */
  readonly #linked = new Set<string>();
  /** GUIDs of the other ends of relationships that went with an element that calls have deleted. */
  readonly #unlinked = new Set<string>();
  /** Names under which calls have made elements that nothing has written since: one that was there before may be back. */
  readonly #made = new Set<string>();

  constructor(private readonly parts: JudgeParts) {}

  /** @throws ELEMENT_CHANGED */
  async judge({ expects, finds = [] }: PlannedCall, effect: OperationEffect): Promise<void> {
    const findings = new Map(finds.map((finding) => [findingKey(finding), finding]));
    const element = effect.of === 'relationship' ? effect.end1 : effect.element;
    const what =
      effect.of === 'relationship'
        ? this.#changedLink(effect, findings.get(linkKey(effect)))
        : effect.of === 'classification'
          ? this.#changedClassification(effect, findings)
          : await this.#changedElement(effect, findings, expects);
    if (what !== undefined && !(await this.#isWritten(element.qualifiedName)))
      throw new IsthmusError('ELEMENT_CHANGED', what, { details: { element: nameOf(element) } });
    this.#note(effect, findings);
  }

  async #isWritten(qualifiedName: string | undefined): Promise<boolean> {
    return qualifiedName !== undefined && (await this.parts.isWritten(qualifiedName));
  }

  #changedClassification(
    { element, name, from }: Effect<'classification'>,
    findings: ReadonlyMap<string, PlannedFinding>,
  ): string | undefined {
    const key = classificationKey(element.guid, name);
    // When and by whom something was archived the server notes itself.
    if (this.#written.has(key) && name === 'Memento') return undefined;
    if (this.#written.has(key)) return changedClassification(element, name, this.#written.get(key), from);
    const found = findings.get(key);
    return found?.of === 'classification' ? changedClassification(element, name, found.properties, from) : undefined;
  }

  #changedLink(effect: Effect<'relationship'>, found: PlannedFinding | undefined): string | undefined {
    const { guid, name, version, end1, end2 } = effect;
    const is = (what: string) => `${name} from ${nameOf(end1)} to ${nameOf(end2)} ${what}`;
    const key = linkKey(effect);
    if (this.#links.has(key)) {
      const own = this.#links.get(key);
      if (own === version) return undefined;
      return is(own === undefined ? linkTexts.made : version === undefined ? linkTexts.gone : linkTexts.changed);
    }
    if (found?.of !== 'links') return undefined;
    const planned = found.links.find((link) => link.guid === guid);
    const isAsFound = guid === '' ? !found.isThere : planned !== undefined && planned.version === version;
    if (isAsFound) return undefined;
    return is(guid === '' ? linkTexts.gone : planned === undefined ? linkTexts.made : linkTexts.changed);
  }

  async #changedElement(
    effect: Exclude<OperationEffect, Effect<'relationship'> | Effect<'classification'>>,
    findings: ReadonlyMap<string, PlannedFinding>,
    expects: PlannedCall['expects'],
  ): Promise<string | undefined> {
    const { element } = effect;
    const { guid, qualifiedName, version } = element;
    const isThere = effect.of !== 'element' || effect.from !== undefined;
    if (isThere && qualifiedName !== undefined && this.#made.delete(qualifiedName)) this.#versions.delete(guid);
    else if (isThere && version !== undefined) {
      const expected = expects.find((each) => each.qualifiedName === qualifiedName)?.version;
      const own = this.#versions.get(guid);
      const isAsLeft = own === undefined ? expected === undefined || expected === version : isWithin(version, own);
      if (!isAsLeft) return `${nameOf(element)} ${changeText(own?.most ?? expected ?? version, version)}`;
    }
    const whole = findings.get(wholeKey(guid));
    if (effect.of !== 'element' || whole?.of !== 'everything') return undefined;
    const { classifications = {} } = effect.from ?? {};
    for (const name of new Set([...Object.keys(whole.classifications), ...Object.keys(classifications)])) {
      const key = classificationKey(guid, name);
      const before = this.#written.has(key) ? this.#written.get(key) : whole.classifications[name];
      const what =
        name === 'Memento' ? undefined : changedAmong(element, one(name, before), one(name, classifications[name]));
      if (what !== undefined) return what;
    }
    return this.#linked.has(guid) ? undefined : await this.parts.changedLinks(whole, this.#unlinked.has(guid));
  }

  #note(effect: OperationEffect, findings: ReadonlyMap<string, PlannedFinding>): void {
    if (effect.of === 'relationship') {
      this.#links.set(linkKey(effect), effect.to && (effect.version ?? 0) + 1);
      for (const { guid } of [effect.end1, effect.end2]) this.#linked.add(guid);
      return;
    }
    const { guid, version, qualifiedName } = effect.element;
    if (effect.of === 'element') {
      if (effect.from === undefined && qualifiedName !== undefined) this.#made.add(qualifiedName);
      if (effect.to === undefined) this.#noteGone(findings.get(wholeKey(guid)));
    }
    if (effect.of === 'classification') this.#written.set(classificationKey(guid, effect.name), effect.to);
    if (version === undefined) return;
    const own = this.#versions.get(guid) ?? { least: version, most: version };
    const isSure = effect.of === 'element';
    this.#versions.set(guid, { least: own.least + (isSure ? 1 : 0), most: own.most + 1 });
  }

  #noteGone(found: PlannedFinding | undefined): void {
    if (found?.of !== 'everything') return;
    for (const { end1, end2 } of found.links ?? []) for (const guid of [end1, end2]) this.#unlinked.add(guid);
  }
}

function wholeKey(guid: string): string {
  return JSON.stringify(['everything', guid]);
}

function isWithin(version: number, { least, most }: { readonly least: number; readonly most: number }): boolean {
  return version >= least && version <= most;
}

function one(name: string, value: Properties | undefined): Readonly<Record<string, Properties>> {
  return value === undefined ? {} : { [name]: value };
}

function classificationKey(guid: string, name: string): string {
  return JSON.stringify(['classification', guid, name]);
}
