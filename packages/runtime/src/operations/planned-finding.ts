import { type EffectElement, type FoundLink, isPreviewed, type OperationEffect } from '@isthmus/connector-host';
import type { Properties } from '@isthmus/model';

export interface FoundElementName {
  readonly guid: string;
  readonly qualifiedName?: string;
}

/**
 * What a preview found of something that a call would write, beside the versions of elements: what people change of
 * classifications and relationships leaves the versions of their elements as they are.
 */
export type PlannedFinding =
  | {
      readonly of: 'classification';
      readonly element: FoundElementName;
      readonly name: string;
      /** Absent: there was none. */
      readonly properties?: Properties;
    }
  | {
      readonly of: 'links';
      readonly name: string;
      readonly end1: FoundElementName;
      readonly end2: FoundElementName;
      readonly links: readonly FoundLink[];
      /** The call is about one of them; else it makes one. */
      readonly isThere: boolean;
    }
  /** Of an element that is to go. */
  | {
      readonly of: 'everything';
      readonly element: FoundElementName;
      readonly classifications: Readonly<Record<string, Properties>>;
      /** Absent: too many to look at. */
      readonly links?: readonly FoundLink[];
    }
  /** Of an element without a qualified name. */
  | { readonly of: 'version'; readonly element: FoundElementName; readonly version: number };

/** What each effect was found to be about. */
export function findingsOf(effects: readonly OperationEffect[]): readonly PlannedFinding[] {
  const findings = new Map<string, PlannedFinding>();
  for (const effect of effects) {
    for (const finding of findingsOfOne(effect)) {
      const key = findingKey(finding);
      if (!findings.has(key)) findings.set(key, finding);
    }
  }
  return [...findings.values()];
}

/** The same for a finding and the effects that it is about. */
export function findingKey(finding: PlannedFinding): string {
  if (finding.of === 'classification') return JSON.stringify(['classification', finding.element.guid, finding.name]);
  if (finding.of !== 'links') return JSON.stringify([finding.of, finding.element.guid]);
  return JSON.stringify(['links', finding.name, finding.end1.guid, finding.end2.guid]);
}

export function linkKey(effect: Extract<OperationEffect, { of: 'relationship' }>): string {
  return JSON.stringify(['links', effect.name, effect.end1.guid, effect.end2.guid]);
}

function* findingsOfOne(effect: OperationEffect): Generator<PlannedFinding> {
  const element = effect.of === 'relationship' ? effect.end1 : effect.element;
  const { guid, qualifiedName, version } = element;
  if (qualifiedName === undefined && version !== undefined && guid !== '' && !isPreviewed(guid))
    yield { of: 'version', element: named(element), version };
  if (!('found' in effect) || effect.found === undefined) return;
  const { classifications = {}, links } = effect.found;
  switch (effect.of) {
    case 'classification': {
      const properties = classifications[effect.name];
      yield { of: 'classification', element: named(element), name: effect.name, ...(properties && { properties }) };
      return;
    }
    case 'relationship':
      if (links !== undefined)
        yield {
          of: 'links',
          name: effect.name,
          end1: named(effect.end1),
          end2: named(effect.end2),
          links,
          isThere: links.some((link) => link.guid === effect.guid),
        };
      return;
    case 'element':
      yield { of: 'everything', element: named(element), classifications, ...(links && { links }) };
  }
}

function named({ guid, qualifiedName }: EffectElement): FoundElementName {
  return { guid, ...(qualifiedName !== undefined && { qualifiedName }) };
}
