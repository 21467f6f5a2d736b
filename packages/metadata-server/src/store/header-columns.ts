import { IsthmusError } from '@isthmus/kernel';
import type { Effectivity } from './element-store.js';
import type { HeaderRow } from './rows.js';

/** In the order of `headerColumns`. Each column by name: looking them up in turn took longer than the rest of a write. */
export function headerValues(header: HeaderRow): (string | number | null)[] {
  return [
    header.type,
    header.sequence,
    header.version,
    header.created_by,
    header.create_time,
    header.updated_by,
    header.update_time,
    header.maintained_by,
    header.request_id,
    header.source_guid,
    header.source_name,
    header.effective_from,
    header.effective_to,
    header.properties,
  ];
}

/** Whether something new says nothing of itself but who made it, when, and its properties. */
export function isPlain(header: HeaderRow): boolean {
  return (
    header.version === 1 &&
    header.maintained_by === null &&
    header.request_id === null &&
    header.source_guid === null &&
    header.source_name === null &&
    header.effective_from === null &&
    header.effective_to === null
  );
}

/** What of the header of something new that is plain is not empty, but for the type. */
export const plainColumns = 'sequence, created_by, updated_by, create_time, update_time, properties, version' as const;
/** Binds `sequence`, `created_by`, `create_time` and `properties` as ?6 to ?9: after five values of the row's own. */
export const plainValues = '?6, ?7, ?7, ?8, ?8, ?9, 1' as const;

/** @throws PARAMETER_INVALID */
export function checkEffectivity({ effectiveFrom, effectiveTo }: Effectivity): void {
  if (effectiveFrom === undefined || effectiveTo === undefined || effectiveFrom < effectiveTo) return;
  throw new IsthmusError('PARAMETER_INVALID', 'effectiveTo must lie after effectiveFrom', {
    details: { parameter: 'effectiveTo' },
  });
}

export function effectivityColumns({
  effectiveFrom,
  effectiveTo,
}: Effectivity): Pick<HeaderRow, 'effective_from' | 'effective_to'> {
  return { effective_from: effectiveFrom ?? null, effective_to: effectiveTo ?? null };
}
