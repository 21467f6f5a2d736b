import { positionQuery, timelineQuery } from './catalog-queries.js';
import { isAnswer } from './faults.js';
import type { Session } from './session.js';

type Asked = Pick<Session, 'rows'>;

interface Position {
  readonly bytes: bigint;
  readonly timeline: number;
}

/**
 * How far the servers of one address had got when they were read. Several standbys may answer there by turns, and one that
 * is behind looks as if what another one has shown already were gone. Known as long as the connector runs.
 */
export class StandbyPosition {
  #furthest: Position | undefined;

  /** Call it before anything is read. @throws while it is a standby that is behind what was read before */
  async expectReached(session: Asked): Promise<void> {
    const [now] = await answered<{ readonly isStandby: boolean; readonly bytes: string | null }>(
      session,
      positionQuery,
    );
    // where the product tells none nothing can be compared
    if (now === undefined || now.bytes === null) return;
    const bytes = BigInt(now.bytes);
    const known = this.#furthest;
    const isBehind = now.isStandby && known !== undefined && bytes < known.bytes;
    // of one that is as far, or is no standby, the timeline is of no interest but for later
    const [line] = await answered<{ readonly timeline: number }>(session, timelineQuery);
    const timeline = line?.timeline ?? 0;
    if (isBehind && timeline <= known.timeline)
      throw new Error(
        `it is a standby and ${known.bytes - bytes} bytes behind what was read at this address before: it is read when it has caught up`,
      );
    this.#furthest = { bytes, timeline };
  }
}

async function answered<T>(session: Asked, question: string): Promise<readonly T[]> {
  try {
    return await session.rows<T>(question);
  } catch (error) {
    if (!isAnswer(error)) throw error;
    return [];
  }
}
