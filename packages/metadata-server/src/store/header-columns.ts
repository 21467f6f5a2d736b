import { IsthmusError } from '@isthmus/kernel';
import type { Effectivity } from './element-store.js';
import { type HeaderRow, headerColumns } from './rows.js';

/** In the order of `headerColumns`. */
export function headerValues(header: HeaderRow): (string | number | null)[] {
  return headerColumns.map((column) => header[column]);
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
