import { IsthmusError } from '@isthmus/kernel';
import type { HeldBack, UndoJournal, WritingRun } from '../../journal/undo-journal.js';

const unused = async (): Promise<never> => {
  throw new IsthmusError('INTERNAL', 'not used where people decide');
};

/** Runs that wrote something, as far as people deal with them. */
export class FakeUndos implements UndoJournal {
  readonly runs = new Map<string, WritingRun>();
  readonly released: string[] = [];
  held: readonly HeldBack[] = [];
  /** Items that each run holds back. */
  heldCount = 3;

  steps = unused;
  made = unused;
  links = unused;
  holdLinks = unused;
  noteUndone = unused;
  prune = unused;

  async run(id: string): Promise<WritingRun | undefined> {
    return this.runs.get(id);
  }

  async partsOf(id: string): Promise<readonly WritingRun[]> {
    return [...this.runs.values()].filter((run) => run.id.startsWith(`${id}.`));
  }

  async heldBack(): Promise<readonly HeldBack[]> {
    return this.held;
  }

  async release(id: string): Promise<number> {
    this.released.push(id);
    return this.heldCount;
  }
}
