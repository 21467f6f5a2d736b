import { IsthmusError } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';
import type { RunAct } from '../journal/journal.js';
import { type StoredTarget, type TargetReader, targetSpec } from '../targets/stored-target.js';

/**
 * Holds what people ask of runs to what the registration and its catalog targets permit now, which may be less than when
 * they were listed. Refuses all when it must refuse one.
 *
 * @param reader - absent: there are no catalog targets
 * @throws WRITE_NOT_PERMITTED; PLAN_NOT_OPEN and CONFLICT_NOT_FOUND of a target that was taken away;
 *   CONNECTOR_CONFIGURATION_INVALID of one that cannot be used; what reading targets throws
 */
export async function refuseActs(
  registration: Registration,
  acts: readonly RunAct[],
  reader: TargetReader | undefined,
  signal: AbortSignal,
): Promise<void> {
  const isOfTargets = acts.some(({ target }) => target !== '');
  const stored = isOfTargets ? ((await reader?.read(registration.connectorGuid, signal)) ?? []) : [];
  for (const act of acts) refuseAct(registration, act, stored);
}

function refuseAct(registration: Registration, act: RunAct, stored: readonly StoredTarget[]): void {
  const target = stored.find(({ name }) => name === act.target);
  // What was written at a target that is gone may be taken back; nothing may be added to it.
  if (act.target !== '' && target === undefined && act.kind !== 'undo') throw targetGone(registration, act);
  const { permittedSynchronization } = target === undefined ? registration : targetSpec(registration, target);
  if (permittedSynchronization !== 'TO_THIRD_PARTY') return;
  const { connectorName } = registration;
  const what = target === undefined ? connectorName : `catalog target ${target.name} of ${connectorName}`;
  const where = target === undefined ? 'the registration' : 'the catalog target';
  throw new IsthmusError(
    'WRITE_NOT_PERMITTED',
    `${what} has direction TO_THIRD_PARTY, so nothing may be written for it`,
    {
      next: `change permittedSynchronization of ${where} if the write is wanted`,
      details: { connector: connectorName, ...(target && { target: target.name }) },
    },
  );
}

function targetGone({ connectorName }: Registration, act: RunAct): IsthmusError {
  const gone = `catalog target ${act.target} of ${connectorName} was taken away`;
  const details = { connector: connectorName, target: act.target };
  if (act.kind === 'apply-plan')
    return new IsthmusError('PLAN_NOT_OPEN', `${gone}, so what was found there stays`, {
      next: `\`isthmus run reject ${act.planId}\`; what the plan has for other targets can be approved then`,
      details: { ...details, plan: act.planId },
    });
  return new IsthmusError('CONFLICT_NOT_FOUND', `${gone}, so what was found there stays as it is`, { details });
}
