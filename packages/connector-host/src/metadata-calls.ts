import type { DeleteMethod, OmisKind } from '@isthmus/model';
import type { EffectJudge } from './operations/operation-effect.js';

/** One operation that a connector asks for, as it has passed the host. */
export interface MetadataCall {
  /** Of the connector's provider. */
  readonly kind: OmisKind;
  readonly operation: string;
  /** Plain values. */
  readonly input: Readonly<Record<string, unknown>>;
  /** The run that is open, if one is. */
  readonly run?: { readonly id: string; readonly mode: 'preview' | 'apply' };
  /** What the catalog target says, of which it is a run. */
  readonly target?: CallTarget;
  /** Of a call that was planned: whether what it would write is still what was planned. */
  readonly judge?: EffectJudge;
}

export interface CallTarget {
  readonly name: string;
  readonly source: string;
  readonly metadataCollection?: string;
  readonly deleteMethod?: DeleteMethod;
}

/** Carries out the operations of contexts, on the daemon's side. */
export interface MetadataCalls {
  /** @throws OPERATION_UNKNOWN, WRITE_NOT_PERMITTED, PARAMETER_MISSING, PARAMETER_INVALID, what the store throws */
  call(call: MetadataCall, signal: AbortSignal): Promise<unknown>;
}
