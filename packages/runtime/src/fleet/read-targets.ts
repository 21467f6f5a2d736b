import type { TargetSpec } from '@isthmus/connector-host';
import { type ErrorReport, IsthmusError, toErrorReport } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';
import { type StoredTarget, targetSpec } from '../targets/stored-target.js';

/** A target as it is run over, or why it cannot be. */
export type ReadTarget = { readonly name: string; readonly stored: StoredTarget } & (
  | { readonly spec: TargetSpec }
  | { readonly fault: ErrorReport }
);

/** Targets with what they lay over the registration, in their order. Of several of one name only the first is run over. */
export function readTargets(registration: Registration, stored: readonly StoredTarget[]): readonly ReadTarget[] {
  const byName = new Map<string, StoredTarget>();
  return stored.map((target) => {
    const { name } = target;
    const other = byName.get(name);
    if (other === undefined) byName.set(name, target);
    try {
      if (other !== undefined) throw calledAlike(target, other);
      return { name, stored: target, spec: targetSpec(registration, target) };
    } catch (error) {
      return { name, stored: target, fault: toErrorReport(error) };
    }
  });
}

export function specsOf(targets: readonly ReadTarget[]): readonly TargetSpec[] {
  return targets.flatMap((target) => ('spec' in target ? [target.spec] : []));
}

function calledAlike(target: StoredTarget, other: StoredTarget): IsthmusError {
  const { name } = target;
  return new IsthmusError(
    'CONNECTOR_CONFIGURATION_INVALID',
    `two catalog targets are called ${name}, so that of ${elementOf(target)} is not run over, only that of ${elementOf(other)}`,
    {
      next: 'give each its own catalogTargetName: what was found is remembered by it',
      details: { field: 'catalogTargetName', target: name },
    },
  );
}

function elementOf({ element: { qualifiedName, guid } }: StoredTarget): string {
  return qualifiedName ?? guid;
}
