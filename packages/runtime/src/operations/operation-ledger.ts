import type {
  CallWatch,
  CallWatcher,
  ElementContent,
  MetadataCall,
  OperationEffect,
  ToldWrite,
} from '@isthmus/connector-host';
import type { Clock } from '@isthmus/kernel';
import type { SyncOwner } from '../journal/journal.js';
import type { OperationJournal } from '../journal/operation-journal.js';
import type { OperationSink } from './operated-call.js';

/** A run in which operations may be called. */
export interface OperatingRun {
  readonly runId: string;
  readonly owner: SyncOwner;
  readonly mode: 'preview' | 'apply';
  readonly sink: OperationSink;
}

/**
 * Keeps what operations of contexts write in runs: before each write what it takes to take it back, after each call its
 * part in the run's counts. Of a preview nothing is kept but the plan. What is called outside of runs is not told.
 */
export class OperationLedger {
  readonly #runs = new Map<string, OperatingRun>();

  constructor(
    private readonly journal: OperationJournal,
    private readonly clock: Clock,
  ) {}

  /** @returns ends it */
  open(run: OperatingRun): () => void {
    this.#runs.set(run.runId, run);
    return () => {
      if (this.#runs.get(run.runId) === run) this.#runs.delete(run.runId);
    };
  }

  readonly watcher: CallWatcher = (call) => {
    const run = call.run === undefined ? undefined : this.#runs.get(call.run.id);
    if (run === undefined) return undefined;
    return run.mode === 'preview' ? new PreviewedCall(run.sink, call) : new WrittenCall(this.#parts(run), run, call);
  };

  #parts({ owner, runId }: OperatingRun): WritingParts {
    return {
      done: (number, effect) => this.journal.done(number, effect),
      drop: (number) => this.journal.drop(number),
      begin: (operation, effect) => this.journal.begin(owner, runId, this.clock.now(), { operation, effect }),
    };
  }
}

export interface WritingParts extends Pick<OperationJournal, 'done' | 'drop'> {
  begin(operation: string, effect: OperationEffect): Promise<number | undefined>;
}

/**
 * Keeps the effect before it is written.
 *
 * @param made - is told what was written, and whether it is kept: of one run no more than so many are
 */
export async function keepWrite(
  { begin, done, drop }: WritingParts,
  operation: string,
  effect: OperationEffect,
  made: (effect: OperationEffect, isKept: boolean) => void = () => undefined,
): Promise<ToldWrite> {
  const number = await begin(operation, effect);
  return {
    done: async (guid, content) => {
      const whole = withContent(withGuid(effect, guid), content);
      made(whole, number !== undefined);
      if (number !== undefined) await done(number, whole);
    },
    failed: async (isCertain) => {
      if (number !== undefined && isCertain) await drop(number);
    },
  };
}

class WrittenCall implements CallWatch {
  readonly #effects: OperationEffect[] = [];
  #unkeptCount = 0;

  constructor(
    private readonly parts: WritingParts,
    private readonly run: OperatingRun,
    private readonly call: MetadataCall,
  ) {}

  async writing(effect: OperationEffect): Promise<ToldWrite> {
    return await keepWrite(this.parts, this.call.operation, effect, (made, isKept) => {
      this.#effects.push(made);
      if (!isKept) this.#unkeptCount += 1;
    });
  }

  async end(): Promise<void> {
    if (this.#effects.length === 0) return;
    await this.run.sink.operated({ call: this.call, effects: this.#effects, unkeptCount: this.#unkeptCount });
  }
}

class PreviewedCall implements CallWatch {
  readonly #effects: OperationEffect[] = [];

  constructor(
    private readonly sink: OperationSink,
    private readonly call: MetadataCall,
  ) {}

  async writing(effect: OperationEffect): Promise<ToldWrite> {
    return {
      done: async (guid) => void this.#effects.push(withGuid(effect, guid)),
      failed: async () => undefined,
    };
  }

  async planned(qualifiedName: string): Promise<Awaited<ReturnType<NonNullable<CallWatch['planned']>>>> {
    return await this.sink.plannedElement?.(qualifiedName);
  }

  async end(): Promise<void> {
    if (this.#effects.length > 0) await this.sink.operated({ call: this.call, effects: this.#effects, unkeptCount: 0 });
  }
}

function withGuid(effect: OperationEffect, guid: string | undefined): OperationEffect {
  if (guid === undefined) return effect;
  if (effect.of === 'relationship') return { ...effect, guid };
  return effect.of === 'element' ? { ...effect, element: { ...effect.element, guid } } : effect;
}

function withContent(effect: OperationEffect, content: ElementContent | undefined): OperationEffect {
  if (content === undefined || effect.of !== 'element') return effect;
  return { ...effect, to: { ...effect.to, ...content } };
}
