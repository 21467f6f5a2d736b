import type { Registration } from '@isthmus/model';

/** What kind of change a field's change is (host features F19). */
export type FieldClass = 'cosmetic' | 'schedule' | 'hot' | 'cold' | 'identity';

/** What it takes to bring what runs in line with the group. Keys are connector GUIDs. */
export interface GroupPlan {
  readonly start: readonly Registration[];
  readonly stop: readonly Registration[];
  /** Stop the old instance, then start a new one: the registration or its provider is another one. */
  readonly replace: readonly RegistrationChange[];
  /** New instance with the same identity: cold fields. */
  readonly restart: readonly RegistrationChange[];
  /** Hand the new configuration to the running instance; it may ask for a restart. */
  readonly reconfigure: readonly RegistrationChange[];
  /** Only timers change. */
  readonly reschedule: readonly RegistrationChange[];
  /** Only what people see changes. */
  readonly relabel: readonly RegistrationChange[];
  readonly unchanged: readonly Registration[];
}

export interface RegistrationChange {
  readonly before: Registration;
  readonly after: Registration;
  /** Dotted names of what differs. */
  readonly fields: readonly string[];
}
