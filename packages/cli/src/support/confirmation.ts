import { IsthmusError } from '@isthmus/kernel';
import { plain } from '../terminal/escape.js';
import type { Session } from './session.js';

/**
 * Asks before something ends. Without a terminal nobody can answer: then --yes must say it.
 *
 * @throws NOT_CONFIRMED
 */
export async function confirmed(session: Session, question: string, yes: boolean | undefined): Promise<void> {
  if (yes === true) return;
  if (!session.io.interactive)
    throw new IsthmusError('NOT_CONFIRMED', 'this needs a confirmation and there is no terminal to ask on');
  if (await session.io.confirm(plain(question), session.io.signal)) return;
  throw new IsthmusError('NOT_CONFIRMED', 'not confirmed; nothing was done');
}
