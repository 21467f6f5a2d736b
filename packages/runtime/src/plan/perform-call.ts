import type { MetadataCalls } from '@isthmus/connector-host';
import { IsthmusError, toErrorReport } from '@isthmus/kernel';
import type { MetadataStore } from '@isthmus/model';
import type { PlannedCall } from '../operations/planned-call.js';
import { ChangedFindings } from './changed-findings.js';
import { EffectsJudge } from './judge-effect.js';

export interface PerformParts {
  readonly operations?: MetadataCalls;
  readonly runId: string;
  /** To look up what the plan made by name. */
  readonly store: Pick<MetadataStore, 'get' | 'getByQualifiedName' | 'linksBetween' | 'related'>;
  /** Whether the plan has written the element otherwise than by calls. */
  readonly isWritten: (qualifiedName: string) => Promise<boolean>;
  readonly signal: AbortSignal;
}

export type Performed =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

/**
 * Carries out calls of a plan, in its order. What a call of the preview made stands in the input of later ones by GUIDs
 * that only the preview knew: those of what was made now take their place.
 */
export class CallPerformer {
  /** GUIDs of the preview -> what the plan calls it. */
  readonly #made = new Map<string, string | undefined>();
  readonly #guids = new Map<string, string>();

  readonly #judge: EffectsJudge;

  constructor(private readonly parts: PerformParts) {
    const { isWritten, store, signal } = parts;
    const changedLinks = (...wanted: Parameters<ChangedFindings['changedLinksOf']>) =>
      new ChangedFindings(store, signal).changedLinksOf(...wanted);
    this.#judge = new EffectsJudge({ isWritten, changedLinks });
  }

  /** A call before this one: done in an earlier attempt, or left out. */
  passed(call: PlannedCall): void {
    for (const { guid, qualifiedName } of call.previews) this.#made.set(guid, qualifiedName);
  }

  /** @throws what ends the run */
  async perform(call: PlannedCall): Promise<Performed> {
    const { operations, runId, signal } = this.parts;
    this.passed(call);
    try {
      if (operations === undefined)
        throw new IsthmusError('OPERATION_UNKNOWN', 'this daemon carries out no operations of contexts');
      const { kind, operation, target } = call;
      const input = await this.#resolved(call.input);
      const run = { id: runId, mode: 'apply' } as const;
      const answer = await operations.call(
        {
          kind,
          operation,
          input: asInput(input),
          run,
          judge: (effect) => this.#judge.judge(call, effect),
          ...(target === undefined ? {} : { target }),
        },
        signal,
      );
      this.#noteMade(call, answer);
      return { kind: 'done' };
    } catch (error) {
      if (signal.aborted || !IsthmusError.is(error) || error.retryable || error.code === 'INTERNAL') throw error;
      const { code, message } = toErrorReport(error);
      return { kind: 'refused', code, message };
    }
  }

  #noteMade({ answers }: PlannedCall, answer: unknown): void {
    const isAnswer = typeof answer === 'object' && answer !== null && 'guid' in answer;
    if (answers !== undefined && isAnswer && typeof answer.guid === 'string') this.#guids.set(answers, answer.guid);
  }

  async #resolved(value: unknown): Promise<unknown> {
    if (typeof value === 'string') return this.#made.has(value) ? await this.#guidOf(value) : value;
    if (Array.isArray(value)) return await Promise.all(value.map((each) => this.#resolved(each)));
    if (typeof value !== 'object' || value === null) return value;
    const entries = await Promise.all(
      Object.entries(value).map(async ([name, each]) => [name, await this.#resolved(each)] as const),
    );
    return Object.fromEntries(entries);
  }

  async #guidOf(previewed: string): Promise<string> {
    const known = this.#guids.get(previewed);
    if (known !== undefined) return known;
    const qualifiedName = this.#made.get(previewed);
    const found =
      qualifiedName === undefined
        ? undefined
        : await this.parts.store.getByQualifiedName(qualifiedName, { forLineage: true }, this.parts.signal);
    if (found === undefined)
      throw new IsthmusError(
        'ELEMENT_NOT_FOUND',
        `${qualifiedName ?? 'what an earlier operation of the plan makes'} is not there: it was left out or refused`,
      );
    this.#guids.set(previewed, found.guid);
    return found.guid;
  }
}

function asInput(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
