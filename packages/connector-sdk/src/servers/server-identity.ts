import type { SupportedKind } from '../connector.js';
import type { RefreshRun } from '../refresh-run.js';

/** Which server answers, whatever its address. */
export interface ServerIdentity {
  /** `data`: the identity stays with the data. `run`: the server keeps none, and is known by when it was started. */
  readonly lasts: 'data' | 'run';
  readonly text: string;
}

/** What a certificate says of the listing of one server. */
export interface ServerProof {
  readonly rights?: readonly string[];
  readonly place?: string;
}

/**
 * What another server at the same address does not show is not gone. One that lasts is told once a run, with `tellIdentity`;
 * one that changes with each start is a place: another one removes nothing where all that is known is missing.
 *
 * @param rights - what the user may see; absent = everybody sees all that is listed
 */
export function provenBy({ lasts, text }: ServerIdentity, rights?: readonly string[]): ServerProof {
  return { ...(rights && { rights }), ...(lasts === 'data' ? {} : { place: text }) };
}

/** Call it before the first scope. */
export async function tellIdentity(
  run: Pick<RefreshRun<SupportedKind>, 'source'>,
  { lasts, text }: ServerIdentity,
): Promise<void> {
  if (lasts === 'data') await run.source(text);
}
