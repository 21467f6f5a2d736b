import type { Effectivity, EffectivityTarget, MetadataStore } from '@isthmus/model';

/**
 * Brings the dates between which something counts to what is told of them; a bound that is not told stays.
 *
 * @param there - as it is now
 * @returns whether anything changed
 */
export async function bringEffectivity(
  store: MetadataStore,
  of: EffectivityTarget,
  there: Effectivity,
  told: Effectivity,
  signal: AbortSignal,
): Promise<boolean> {
  const { effectiveFrom = there.effectiveFrom, effectiveTo = there.effectiveTo } = told;
  if (effectiveFrom === there.effectiveFrom && effectiveTo === there.effectiveTo) return false;
  const wanted = {
    ...(effectiveFrom !== undefined && { effectiveFrom }),
    ...(effectiveTo !== undefined && { effectiveTo }),
  };
  await store.setEffectivity(of, wanted, signal);
  return true;
}
