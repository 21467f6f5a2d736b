/** Symbols of the enums that rows name; a test compares them with the types. */
export const keyPatterns = [
  'LOCAL_KEY',
  'RECYCLED_KEY',
  'NATURAL_KEY',
  'MIRROR_KEY',
  'AGGREGATE_KEY',
  'CALLERS_KEY',
  'STABLE_KEY',
  'OTHER',
] as const;

export const activityStatuses = [
  'REQUESTED',
  'APPROVED',
  'WAITING',
  'ACTIVATING',
  'IN_PROGRESS',
  'PAUSED',
  'FOR_INFO',
  'COMPLETED',
  'INVALID',
  'IGNORED',
  'FAILED',
  'CANCELLED',
  'ABANDONED',
  'OTHER',
] as const;

export const contactMethods = ['EMAIL', 'PHONE', 'CHAT', 'PROFILE', 'ACCOUNT', 'OTHER'] as const;
export const assetUses = ['OWNS', 'GOVERNS', 'MAINTAINS', 'USES', 'OTHER'] as const;
export const incidentLevels = ['UNCLASSIFIED', 'MARGINAL', 'IMPORTANT', 'CRITICAL', 'CATASTROPHIC', 'OTHER'] as const;
