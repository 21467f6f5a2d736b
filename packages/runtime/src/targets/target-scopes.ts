/** Parts a target's name from a scope's in what is asked of the dispatcher; control characters are in neither. */
const separator = '\u0000';

/** Scopes of one catalog target as the dispatcher holds them; undefined = all of the target. */
export function scopesOfTarget(target: string, scopes: readonly string[] | undefined): readonly string[] {
  return scopes === undefined ? [target + separator] : scopes.map((scope) => target + separator + scope);
}

/**
 * What of a run's scopes concerns one target.
 *
 * @param requested - scopes without a target concern all of them; undefined = everything of all
 * @param target - undefined: the connector's own connection
 * @returns undefined = all of it, `nothing` = leave it out
 */
export function requestedOf(
  requested: ReadonlySet<string> | undefined,
  target: string | undefined,
): ReadonlySet<string> | undefined | 'nothing' {
  if (requested === undefined) return undefined;
  const scopes = new Set<string>();
  for (const entry of requested) {
    const at = entry.indexOf(separator);
    if (at < 0) scopes.add(entry);
    else if (entry.slice(0, at) !== target) continue;
    else if (at === entry.length - 1) return undefined;
    else scopes.add(entry.slice(at + 1));
  }
  return scopes.size === 0 ? 'nothing' : scopes;
}
