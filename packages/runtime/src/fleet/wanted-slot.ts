import { type Clock, type ErrorReport, type Logger, toErrorReport } from '@isthmus/kernel';
import type { Registration } from '@isthmus/model';
import { checkFires, parseSchedule } from '../dispatch/schedule.js';
import type { SlotSchedule, SlotSpec } from '../slot/slot.js';
import type { RunningInstance } from './running-instance.js';
import { revisionOf, windowOf } from './slot-of.js';

/** @throws SCHEDULE_INVALID, SCHEDULE_NEVER_FIRES */
export function scheduleOf(registration: Registration, now: number): SlotSchedule {
  const schedule = parseSchedule(registration);
  checkFires({ schedule, ...windowOf(registration) }, now);
  return schedule;
}

/**
 * What the dispatcher is to be told of one connector. A schedule that cannot be read leaves the former one in force and is
 * kept as a fault; it is read once per registration.
 */
export class WantedSlot {
  #read:
    | {
        readonly of: Registration;
        readonly schedule: SlotSchedule | undefined;
        readonly fault: ErrorReport | undefined;
      }
    | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  get fault(): ErrorReport | undefined {
    return this.#read?.fault;
  }

  spec(running: RunningInstance, wanted: Registration, isPaused: boolean): SlotSpec {
    const { registration, instance, slot } = running;
    const { capabilities } = instance;
    return {
      slot,
      revision: revisionOf(registration),
      schedule: this.#scheduleOf(wanted) ?? running.spec?.schedule ?? parseSchedule(registration),
      ...windowOf(wanted),
      paused: isPaused,
      endless: capabilities.engage && (registration.usesBlockingCalls || !capabilities.refresh),
    };
  }

  #scheduleOf(registration: Registration): SlotSchedule | undefined {
    if (this.#read?.of === registration) return this.#read.schedule;
    try {
      this.#read = { of: registration, schedule: scheduleOf(registration, this.clock.now()), fault: undefined };
    } catch (error) {
      this.logger.warn('connector keeps its former schedule', { error });
      this.#read = { of: registration, schedule: undefined, fault: toErrorReport(error) };
    }
    return this.#read.schedule;
  }
}
