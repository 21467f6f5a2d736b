import type { OperationEffect } from '@isthmus/connector-host';
import { IsthmusError } from '@isthmus/kernel';
import type { WritingRun } from '../journal/undo-journal.js';
import type { ActParts } from './apply-plan.js';
import { type Effect, EffectUndo, effectName } from './undo-effect.js';

const pageEffects = 200;

/**
 * Takes back what operations of contexts wrote in a run: what they changed gets its former values, what they took away
 * comes back, what they made goes. What anybody changed since stays and is told, as is what cannot be taken back. Each
 * write is kept as the run's own, so that the undo can be taken back too.
 */
export class OperationUndo {
  /** Names of elements that the run made before it did anything else with them. */
  readonly #ours = new Set<string>();
  /** Names of elements that the run wrote. */
  readonly #touched = new Set<string>();
  /** By GUID of relationships that were taken away: that of those made in their place. */
  readonly #remade = new Map<string, string>();
  #hasAny = false;

  constructor(
    private readonly parts: ActParts,
    private readonly run: Pick<WritingRun, 'id' | 'at'>,
  ) {}

  /** All but what was made: items of the run may hang on that. Latest first. */
  async reset(): Promise<void> {
    await this.#scan();
    /** By name: how it was made once more after it had been deleted. */
    const anew = new Map<string, Effect<'element'>>();
    for await (const { effect, operation } of this.#effects()) {
      if (effect.of !== 'element') {
        await this.#attempt(effect, operation, (undo) => undo.takeBack(effect));
        continue;
      }
      const name = effectName(effect);
      const later = anew.get(name);
      if (isMaking(effect)) anew.set(name, effect);
      else if (effect.to !== undefined) await this.#attempt(effect, operation, (undo) => undo.takeBack(effect));
      else if (this.#ours.has(name)) anew.delete(name);
      else if (later === undefined) await this.#attempt(effect, operation, (undo) => undo.takeBack(effect));
      else {
        anew.delete(name);
        await this.#attempt(effect, operation, (undo) => undo.resetLife(effect, later));
      }
    }
  }

  /** @param beforeGoing - is told the name of each element that is about to go */
  async unmake(beforeGoing: (qualifiedName: string) => Promise<void>): Promise<void> {
    if (!this.#hasAny) return;
    for await (const { effect, operation } of this.#effects()) {
      // The latest making is that of what is there; an element that was there before the run has its content again.
      if (effect.of !== 'element' || !isMaking(effect) || !this.#ours.delete(effectName(effect))) continue;
      await this.#attempt(effect, operation, (undo) => undo.unmake(effect, beforeGoing));
    }
    this.parts.tally.finding(undefined, {
      severity: 'info',
      code: 'OPERATIONS_NOT_HELD',
      message: 'what operations of the context wrote is not held back: the next refresh may call them again',
    });
  }

  /** Whether operations of the run wrote the element of this name. */
  hasTouched(qualifiedName: string): boolean {
    return this.#touched.has(qualifiedName);
  }

  async #scan(): Promise<void> {
    for await (const { effect } of this.#effects()) {
      this.#hasAny = true;
      const { qualifiedName } = effect.of === 'relationship' ? effect.end1 : effect.element;
      if (qualifiedName !== undefined) this.#touched.add(qualifiedName);
      if (effect.of !== 'element') continue;
      if (isMaking(effect)) this.#ours.add(effectName(effect));
      else if (effect.to === undefined) this.#ours.delete(effectName(effect));
    }
  }

  async *#effects() {
    const { journal, signal } = this.parts;
    for (let before: number | undefined; ; ) {
      const page = await journal.operations.effects(this.run.id, before, pageEffects);
      if (page.length === 0) return;
      before = page.at(-1)?.number;
      for (const kept of page) {
        signal.throwIfAborted();
        yield kept;
      }
    }
  }

  /** What the server refuses is told; what keeps it from answering ends the run. */
  async #attempt(effect: OperationEffect, operation: string, act: (undo: EffectUndo) => Promise<void>): Promise<void> {
    const undo = new EffectUndo(this.parts, operation, this.run.at, this.#remade);
    try {
      await act(undo);
    } catch (error) {
      if (!IsthmusError.is(error) || error.retryable || this.parts.signal.aborted) throw error;
      undo.keep(effect, `could not be taken back (${operation}): ${error.message}`);
    }
  }
}

function isMaking(effect: Effect<'element'>): boolean {
  return effect.from === undefined;
}
