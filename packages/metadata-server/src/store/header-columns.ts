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
