import { IsthmusError } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';
import { defaultSyncOptions, type SyncOptions } from './sync-options.js';

/**
 * What becomes of a field that somebody else changed after the connector wrote it. `source`: the source is right. `hub`:
 * the value in the metadata server stays until it is cleared there. `newest`: who changed it last is right. `ask`: as
 * `hub`, and told as a conflict until one side gives way.
 */
export type FieldPolicy = 'source' | 'hub' | 'newest' | 'ask';

/** What a registration says of how its connector is kept in step: the reserved keys of its connection. */
export interface SyncSettings {
  /** By name of a field, or `*` for all others. Default `hub`. */
  readonly fieldPolicy: Readonly<Record<string, FieldPolicy>>;
  /** Of an element that was there before the connector wrote it first. Default `adopt`. */
  readonly adoption: 'adopt' | 'report';
  /** Every so-many-th run lists everything, also when the connector could go on from its cursor. Default 24. */
  readonly fullRunEvery: number;
  readonly removalLimit: SyncOptions['removalLimit'];
}

export const defaultSyncSettings: SyncSettings = {
  fieldPolicy: {},
  adoption: 'adopt',
  fullRunEvery: 24,
  removalLimit: defaultSyncOptions.removalLimit,
};

/** Names of the reserved keys. */
export const settingKeys = {
  fieldPolicy: 'isthmus.fieldPolicy',
  adoption: 'isthmus.adoption',
  fullRunEvery: 'isthmus.fullRunEvery',
  removalLimit: 'isthmus.removalLimit',
} as const;

const policies = ['source', 'hub', 'newest', 'ask'] as const;
const mostPolicies = 1_000;
const mostRuns = 10_000;

/** @throws CONNECTOR_CONFIGURATION_INVALID, `details.field` names the key, e.g. `isthmus.fieldPolicy.displayName` */
export function syncSettingsOf(registration: Pick<Registration, 'connection'>): SyncSettings {
  const properties = registration.connection?.configurationProperties ?? {};
  return {
    fieldPolicy: fieldPolicyOf(properties[settingKeys.fieldPolicy]),
    adoption: adoptionOf(properties[settingKeys.adoption]),
    fullRunEvery: fullRunEveryOf(properties[settingKeys.fullRunEvery]),
    removalLimit: removalLimitOf(properties[settingKeys.removalLimit]),
  };
}

/** Of a key of a map also that of the map counts, of a property of a relationship also that of the relationship. */
export function policyFor({ fieldPolicy }: Pick<SyncSettings, 'fieldPolicy'>, told: string): FieldPolicy {
  const field = told.startsWith('^') ? told.slice(1) : told;
  const [whole = field] = field.split('.', 1);
  for (const name of [field, whole, '*']) {
    const policy = Object.hasOwn(fieldPolicy, name) ? fieldPolicy[name] : undefined;
    if (policy !== undefined) return policy;
  }
  return 'hub';
}

function fieldPolicyOf(value: unknown): SyncSettings['fieldPolicy'] {
  if (value === undefined) return defaultSyncSettings.fieldPolicy;
  const field = settingKeys.fieldPolicy;
  const plain = typeof value === 'string' ? { '*': value } : value;
  if (!isFields(plain)) throw invalid(field, 'must be a policy, or map names of properties (or *) to policies');
  const entries = Object.entries(plain);
  if (entries.length > mostPolicies) throw invalid(field, `names more than ${mostPolicies} properties`);
  return Object.fromEntries(
    entries.map(([name, policy]) => {
      const known = policies.find((each) => each === policy);
      if (name === '' || known === undefined)
        throw invalid(`${field}.${name}`, `must be one of ${policies.join(', ')}, not ${shown(policy)}`);
      return [name, known] as const;
    }),
  );
}

function adoptionOf(value: unknown): SyncSettings['adoption'] {
  if (value === undefined) return defaultSyncSettings.adoption;
  if (value === 'adopt' || value === 'report') return value;
  throw invalid(settingKeys.adoption, `must be adopt or report, not ${shown(value)}`);
}

function fullRunEveryOf(value: unknown): number {
  if (value === undefined) return defaultSyncSettings.fullRunEvery;
  if (isWhole(value, 1, mostRuns)) return value;
  throw invalid(settingKeys.fullRunEvery, `must be a whole number from 1 to ${mostRuns}, not ${shown(value)}`);
}

function removalLimitOf(value: unknown): SyncSettings['removalLimit'] {
  const { removalLimit } = defaultSyncSettings;
  if (value === undefined) return removalLimit;
  const field = settingKeys.removalLimit;
  if (!isFields(value)) throw invalid(field, 'must have items and percent, e.g. { "items": 100, "percent": 50 }');
  const { items = removalLimit.items, percent = 100 * removalLimit.share } = value;
  const unknown = Object.keys(value).find((name) => name !== 'items' && name !== 'percent');
  if (unknown !== undefined) throw invalid(`${field}.${unknown}`, 'is not known; there are items and percent');
  if (!isWhole(items, 0, Number.MAX_SAFE_INTEGER))
    throw invalid(`${field}.items`, `must be a whole number from 0 on, not ${shown(items)}`);
  if (typeof percent !== 'number' || !(percent >= 0 && percent <= 100))
    throw invalid(`${field}.percent`, `must be a number from 0 to 100, not ${shown(percent)}`);
  return { items, share: percent / 100 };
}

function invalid(field: string, fault: string): IsthmusError {
  return new IsthmusError('CONNECTOR_CONFIGURATION_INVALID', `${field} ${fault}`, { details: { field } });
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most;
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 100);
}
