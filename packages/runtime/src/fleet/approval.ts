import { IsthmusError } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';

/** Reserved key of a connection's configuration. */
export const approvalKey = 'isthmus.approval';

export const approvals = ['required', 'none'] as const;
export type Approval = (typeof approvals)[number];

/**
 * Whether runs of the connector stop at a plan until a person approves it. Default none.
 *
 * @throws CONNECTOR_CONFIGURATION_INVALID, naming the key
 */
export function approvalOf(registration: Registration): Approval {
  const value = registration.connection?.configurationProperties[approvalKey] ?? 'none';
  const approval = approvals.find((known) => known === value);
  if (approval !== undefined) return approval;
  throw new IsthmusError('CONNECTOR_CONFIGURATION_INVALID', `${approvalKey} must be one of ${approvals.join(', ')}`, {
    details: { field: approvalKey, fault: `must be one of ${approvals.join(', ')}` },
  });
}

/** Also when what is registered cannot be understood: the run then fails and says so. */
export function needsApproval(registration: Registration): boolean {
  try {
    return approvalOf(registration) === 'required';
  } catch {
    return true;
  }
}
