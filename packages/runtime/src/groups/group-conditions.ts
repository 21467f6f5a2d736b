import type { ErrorReport } from '@isthmus/kernel';
import type { GroupCondition } from './group-status.js';

/** Conditions of one group. `since` moves only when the status of a condition does. */
export class GroupConditions {
  readonly #conditions = new Map<GroupCondition['type'], GroupCondition>();

  constructor(private readonly now: () => number) {}

  set(
    type: GroupCondition['type'],
    status: boolean,
    why: { readonly reason?: ErrorReport; readonly message?: string } = {},
  ): void {
    const before = this.#conditions.get(type);
    const since = before?.status === status ? before.since : this.now();
    this.#conditions.set(type, { type, status, since, ...why });
  }

  get(type: GroupCondition['type']): GroupCondition | undefined {
    return this.#conditions.get(type);
  }

  list(): readonly GroupCondition[] {
    return [...this.#conditions.values()];
  }
}
