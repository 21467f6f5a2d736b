import { isDeepStrictEqual } from 'node:util';
import { IsthmusError } from '@isthmus/kernel';
import type { RunAct } from '../journal/journal.js';

const mostPerConnector = 100;

/** What was asked for together. */
interface Wish {
  readonly acts: readonly RunAct[];
  /** Whoever asked is told which run does it, or why none does; nobody waits any more: undefined. */
  answer: { readonly run: (runId: string) => void; readonly refused: (error: IsthmusError) => void } | undefined;
  /** A run that will do it was asked for. */
  isAsked: boolean;
}

/** What people asked for and no run has begun to do, by connector. */
export class WantedActs {
  readonly #wishes = new Map<string, readonly Wish[]>();

  /** Whether a run is still to be asked for. */
  of(connectorGuid: string): 'none' | 'unasked' | 'asked' {
    const wishes = this.#of(connectorGuid);
    if (wishes.length === 0) return 'none';
    return wishes.some(({ isAsked }) => !isAsked) ? 'unasked' : 'asked';
  }

  /**
   * @returns id of the run that will do it
   * @throws CONNECTOR_STOPPED when too much waits already; what they are refused for
   */
  add(connectorGuid: string, acts: readonly RunAct[]): Promise<string> {
    const waiting = this.#of(connectorGuid).reduce((sum, wish) => sum + wish.acts.length, 0);
    if (waiting > 0 && waiting + acts.length > mostPerConnector)
      return Promise.reject(
        new IsthmusError('CONNECTOR_STOPPED', `${mostPerConnector} plans and undos wait for this connector already`),
      );
    return new Promise((run, refused) => this.#put(connectorGuid, { acts, answer: { run, refused }, isAsked: false }));
  }

  /** They were asked for before, and nobody waits for the answer. */
  restore(connectorGuid: string, acts: readonly RunAct[]): void {
    if (acts.length > 0) this.#put(connectorGuid, { acts, answer: undefined, isAsked: false });
  }

  /** This run will do all that waits. */
  asked(connectorGuid: string, runId: string): void {
    for (const wish of this.#of(connectorGuid)) {
      wish.isAsked = true;
      wish.answer?.run(runId);
      wish.answer = undefined;
    }
  }

  /** The run that was asked for will not come: its slot is gone. */
  lost(connectorGuid: string): void {
    for (const wish of this.#of(connectorGuid)) wish.isAsked = false;
  }

  /** Those that this run now does, each once: who is not answered in time asks again. */
  take(connectorGuid: string, runId: string): readonly RunAct[] {
    const acts = this.#of(connectorGuid).flatMap((wish) => wish.acts);
    this.asked(connectorGuid, runId);
    this.#wishes.delete(connectorGuid);
    return acts.filter((act, index) => acts.findIndex((other) => isSame(other, act)) === index);
  }

  /** Whoever asked waits no longer. What a run was asked for already stays. */
  withdraw(connectorGuid: string, acts: readonly RunAct[], error: IsthmusError): void {
    const wish = this.#of(connectorGuid).find((candidate) => candidate.acts === acts);
    if (wish?.answer === undefined) return;
    const left = this.#of(connectorGuid).filter((other) => other !== wish);
    if (left.length === 0) this.#wishes.delete(connectorGuid);
    else this.#wishes.set(connectorGuid, left);
    wish.answer.refused(error);
  }

  /** None of them will be done. @returns those of which nobody hears by an answer */
  refuse(connectorGuid: string, error: IsthmusError): readonly RunAct[] {
    const wishes = this.#of(connectorGuid);
    this.#wishes.delete(connectorGuid);
    const unheard: RunAct[] = [];
    for (const { acts, answer } of wishes) {
      if (answer === undefined) unheard.push(...acts);
      else answer.refused(error);
    }
    return unheard;
  }

  #of(connectorGuid: string): readonly Wish[] {
    return this.#wishes.get(connectorGuid) ?? [];
  }

  #put(connectorGuid: string, wish: Wish): void {
    this.#wishes.set(connectorGuid, [...this.#of(connectorGuid), wish]);
  }
}

function isSame(one: RunAct, other: RunAct): boolean {
  return isDeepStrictEqual({ ...one, by: '' }, { ...other, by: '' });
}
