import { IsthmusError } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';
import type { RunAct } from '../journal/journal.js';
import { type StoredTarget, type TargetReader, targetSpec } from '../targets/stored-target.js';

/** Something that people asked for and that nothing comes of. */
export interface RefusedAct {
  readonly act: RunAct;
  readonly error: IsthmusError;
}

/**
 * Holds what people ask of runs to what the registration and its catalog targets permit now, which may be less than when
 * they were listed. What cannot be done at one target does not keep the rest from being done. Refused are, with
 * WRITE_NOT_PERMITTED, those where nothing may be written; with PLAN_NOT_OPEN and CONFLICT_NOT_FOUND those of a target that
 * was taken away; with CONNECTOR_CONFIGURATION_INVALID those of one that cannot be used.
 *
 * @param reader - absent: there are no catalog targets
 * @throws what reading targets throws
 */
export async function permittedActs(
  registration: Registration,
  acts: readonly RunAct[],
  reader: TargetReader | undefined,
  signal: AbortSignal,
): Promise<{
  readonly possible: readonly RunAct[];
  readonly refused: readonly RefusedAct[];
  /** As they were read, by name. */
  readonly targets: ReadonlyMap<string, StoredTarget>;
}> {
  const isOfTargets = acts.some(({ target }) => target !== '');
  const stored = isOfTargets ? ((await reader?.read(registration.connectorGuid, signal)) ?? []) : [];
  // Of several of one name only the first is run over.
  const targets = new Map([...stored].reverse().map((target) => [target.name, target]));
  const possible: RunAct[] = [];
  const refused: RefusedAct[] = [];
  for (const act of acts) {
    const error = refusalOf(registration, act, targets.get(act.target));
    if (error === undefined) possible.push(act);
    else refused.push({ act, error });
  }
  return { possible, refused, targets };
}

function refusalOf(
  registration: Registration,
  act: RunAct,
  target: StoredTarget | undefined,
): IsthmusError | undefined {
  // What was written at a target that is gone may be taken back; nothing may be added to it.
  if (act.target !== '' && target === undefined && act.kind !== 'undo') return targetGone(registration, act);
  let direction: Registration['permittedSynchronization'];
  try {
    ({ permittedSynchronization: direction } = target === undefined ? registration : targetSpec(registration, target));
  } catch (error) {
    if (IsthmusError.is(error)) return error;
    throw error;
  }
  if (direction !== 'TO_THIRD_PARTY') return undefined;
  const { connectorName } = registration;
  const what = target === undefined ? connectorName : `catalog target ${target.name} of ${connectorName}`;
  const where = target === undefined ? 'the registration' : 'the catalog target';
  return new IsthmusError(
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
