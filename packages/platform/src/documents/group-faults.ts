import { IsthmusError } from '@isthmus/kernel';
import { isRecord } from './document-check.js';
import { holdsPlaceholder, resolveDocument } from './resolve-document.js';

/** What keeps an integration group from being run. */
export interface GroupFault {
  /** The member at fault. */
  readonly field: string;
  /** Names member and group. */
  readonly message: string;
  /** The member holds a placeholder of a variable that nobody has set so far. */
  readonly isUnset: boolean;
}

const urlMember = 'omagserverPlatformRootURL';
const nameMember = 'integrationGroupQualifiedName';
const members = [urlMember, 'omagserverName', nameMember] as const;
/** A URL parser would take `http:x` and blanks around it, too. */
const rootUrl = /^https?:\/\/[^\s/?#]\S*$/i;

/** @param group - with the platform's variables in the places that name them */
export function groupFaults(group: unknown): readonly GroupFault[] {
  const known = isRecord(group) ? group : {};
  return members.flatMap((field) => {
    const value = known[field];
    const fault = faultOf(field, value);
    if (fault === undefined) return [];
    const isUnset = field !== nameMember && typeof value === 'string' && holdsPlaceholder(value);
    return [
      { field, message: `${field} ${shown(value)} of integration group ${shown(known[nameMember])} ${fault}`, isUnset },
    ];
  });
}

/**
 * Refuses a group that could never be run, whatever the variables become that nobody has set yet. Its own name may be
 * anything, as with Egeria.
 *
 * @param where - told with the complaint
 * @throws DOCUMENT_INVALID
 */
export function checkGroupRuns(
  group: Readonly<Record<string, unknown>>,
  variables: ReadonlyMap<string, string>,
  where = '',
): void {
  const faults = groupFaults(resolveDocument(group, variables));
  const fault = faults.find(({ field, isUnset }) => field !== nameMember && !isUnset);
  if (fault !== undefined)
    throw new IsthmusError('DOCUMENT_INVALID', `${fault.message}${where}`, { details: { field: fault.field } });
}

function faultOf(field: (typeof members)[number], value: unknown): string | undefined {
  if (typeof value !== 'string' || value.trim() === '') return 'is empty';
  if (field === nameMember) return undefined;
  if (holdsPlaceholder(value)) return 'names a variable that is not set';
  if (field !== urlMember || (rootUrl.test(value) && URL.canParse(value))) return undefined;
  return 'is not the root URL of a platform: http or https, a host, a port if need be';
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 200)) : '(none)';
}
