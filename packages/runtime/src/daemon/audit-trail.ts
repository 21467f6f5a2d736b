import { type Clock, IsthmusError } from '@isthmus/kernel';
import type { AuditJournal } from '../journal/journal.js';

/** Notes who did what to what, and what came of it. */
export class AuditTrail {
  constructor(private readonly parts: { readonly clock: Clock; readonly journal: Pick<AuditJournal, 'audit'> }) {}

  /** Does it, then notes it. @throws what the work throws, once that is noted too */
  async audited<T>(by: string, action: string, target: string, work: () => Promise<T>, reason?: string): Promise<T> {
    const audit = (outcome: string) =>
      this.parts.journal.audit({
        at: this.parts.clock.now(),
        by,
        action,
        target,
        outcome,
        ...(reason === undefined ? {} : { reason }),
      });
    try {
      const result = await work();
      await audit('done');
      return result;
    } catch (error) {
      await audit(IsthmusError.is(error) ? error.code : 'INTERNAL');
      throw error;
    }
  }
}
