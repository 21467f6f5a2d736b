import { type CallTarget, type EffectElement, isPreviewed, type OperationEffect } from '@isthmus/connector-host';
import type { OmisKind, Properties, PropertyValue } from '@isthmus/model';
import { type ElementChange, type FieldChange, valueChanges } from '../plan/field-changes.js';
import type { PlanAction, PlanRow } from '../plan/plan.js';
import type { OperatedCall } from './operated-call.js';
import { findingsOf, type PlannedFinding } from './planned-finding.js';

/** Scope under which operations stand in plans. */
export const operationsScope = 'context.operations';

/** A call that a preview has not carried out, with what it takes to carry it out later. */
export interface PlannedCall {
  readonly kind: OmisKind;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly target?: CallTarget;
  /** Elements that are known by a GUID of the preview alone, which stands in inputs. */
  readonly previews: readonly { readonly guid: string; readonly qualifiedName?: string }[];
  /** That of them which the call is about, if it makes it. */
  readonly answers?: string;
  /** Under which it may be carried out; version 0: there is no such element. */
  readonly expects: readonly { readonly qualifiedName: string; readonly version: number }[];
  /** What else has to be as it was found. */
  readonly finds?: readonly PlannedFinding[];
}

/** @param number - of the call within its run */
export function plannedCallRow({ call, effects }: OperatedCall, number: number): PlanRow {
  const [first] = effects;
  const changes = elementChanges(effects);
  const main = changes[0];
  const { kind, operation, input, target } = call;
  return {
    action: first === undefined ? 'update' : actionOf(first),
    scope: operationsScope,
    key: String(number),
    qualifiedName: main?.qualifiedName ?? operation,
    typeName: main?.typeName ?? '',
    operation,
    changes,
    call: {
      kind,
      operation,
      input,
      ...(target === undefined ? {} : { target }),
      previews: previewsIn(effects),
      ...answersOf(effects),
      expects: expectations(effects),
      ...findings(effects),
    },
  };
}

/** What the effects do, element by element, as plans tell it. */
export function elementChanges(effects: readonly OperationEffect[]): readonly ElementChange[] {
  const changes = new Map<string, ElementChange>();
  for (const effect of effects) {
    const element = elementOf(effect);
    const qualifiedName = nameOf(element);
    const known = changes.get(qualifiedName);
    const action = actionOf(effect);
    changes.set(qualifiedName, {
      qualifiedName,
      typeName: element.typeName,
      action: known === undefined || action !== 'update' ? action : known.action,
      fields: [...(known?.fields ?? []), ...fieldChanges(effect)],
    });
  }
  return [...changes.values()];
}

function fieldChanges(effect: OperationEffect): readonly FieldChange[] {
  switch (effect.of) {
    case 'element': {
      if (effect.to === undefined) return [];
      const { classifications = {}, parent } = effect.to;
      return [
        ...propertyChanges(effect.from?.properties ?? {}, effect.to.properties),
        ...Object.entries(classifications).map(([field, to]): FieldChange => ({ kind: 'classification', field, to })),
        ...(parent === undefined
          ? []
          : [{ kind: 'parent', field: parent.relationship, to: parent.qualifiedName ?? parent.guid } as const]),
      ];
    }
    case 'classification':
      if (effect.from === undefined || effect.to === undefined)
        return [{ kind: 'classification', field: effect.name, ...sides(effect) }];
      return valueChanges('classification', effect.name, effect.from, effect.to);
    case 'relationship': {
      const other = nameOf(effect.end2);
      if (effect.from === undefined) return [{ kind: 'link', field: effect.name, to: other }];
      if (effect.to === undefined) return [{ kind: 'link', field: effect.name, from: other }];
      return valueChanges('link', effect.name, effect.from, effect.to);
    }
    default:
      return propertyChanges(effect.from ?? {}, effect.to);
  }
}

function propertyChanges(from: Properties, to: Properties): readonly FieldChange[] {
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].filter((name) => name !== 'qualifiedName');
  return names.flatMap((name) => valueChanges('property', name, from[name], to[name]));
}

function sides({ from, to }: { readonly from?: PropertyValue; readonly to?: PropertyValue }) {
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function actionOf(effect: OperationEffect): Extract<PlanAction, 'create' | 'update' | 'delete'> {
  if (effect.of !== 'element') return 'update';
  if (effect.from === undefined) return 'create';
  return effect.to === undefined ? 'delete' : 'update';
}

function elementOf(effect: OperationEffect): EffectElement {
  return effect.of === 'relationship' ? effect.end1 : effect.element;
}

function nameOf({ qualifiedName, guid, typeName }: EffectElement): string {
  return qualifiedName ?? (guid === '' ? typeName : guid);
}

function previewsIn(effects: readonly OperationEffect[]): PlannedCall['previews'] {
  const named = effects.flatMap((effect) =>
    effect.of === 'relationship' ? [effect.end1, effect.end2] : [effect.element, ...parentOf(effect)],
  );
  const previews = new Map(named.filter(({ guid }) => isPreviewed(guid)).map((element) => [element.guid, element]));
  return [...previews.values()].map(({ guid, qualifiedName }) => ({
    guid,
    ...(qualifiedName === undefined ? {} : { qualifiedName }),
  }));
}

function parentOf(effect: OperationEffect) {
  return effect.of === 'element' && effect.to?.parent !== undefined ? [effect.to.parent] : [];
}

function answersOf(effects: readonly OperationEffect[]): Pick<PlannedCall, 'answers'> {
  const made = effects.findLast((effect) => effect.of === 'element' && effect.from === undefined);
  return made?.of === 'element' ? { answers: made.element.guid } : {};
}

function findings(effects: readonly OperationEffect[]): Pick<PlannedCall, 'finds'> {
  const finds = findingsOf(effects);
  return finds.length === 0 ? {} : { finds };
}

function expectations(effects: readonly OperationEffect[]): PlannedCall['expects'] {
  const expects = new Map<string, number>();
  for (const effect of effects) {
    const { qualifiedName, version } = elementOf(effect);
    if (qualifiedName === undefined || expects.has(qualifiedName)) continue;
    if (actionOf(effect) === 'create') expects.set(qualifiedName, version ?? 0);
    else if (version !== undefined) expects.set(qualifiedName, version);
  }
  return [...expects].map(([qualifiedName, version]) => ({ qualifiedName, version }));
}
