import { IsthmusError } from '@isthmus/kernel';
import { CommandEnd, ExitCode } from '../exit-code.js';
import { plain } from '../terminal/escape.js';
import type { Session } from './session.js';

/**
 * Asks before something ends. Without a terminal nobody can answer: then --yes must say it.
 *
 * @throws NOT_CONFIRMED where nobody can answer; CommandEnd(2) when the answer is no
 */
export async function confirmed(session: Session, question: string, yes: boolean | undefined): Promise<void> {
  if (yes === true) return;
  if (!session.io.interactive)
    throw new IsthmusError('NOT_CONFIRMED', 'this needs a confirmation and there is no terminal to ask on');
  if (await session.io.confirm(plain(question), session.io.signal)) return;
  session.screen.note('Nothing was done.');
  throw new CommandEnd(ExitCode.usage);
}
