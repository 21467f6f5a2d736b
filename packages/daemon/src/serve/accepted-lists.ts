import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { serverFolder } from '@isthmus/platform';
import { openJournal } from '@isthmus/runtime';

/** Journals of daemons that come from documents; the one of a configured daemon has another name. */
const journalName = /^daemon-[0-9a-f]{16}\.db$/;

/**
 * A daemon whose document was removed does not begin with the connectors that it ran before when there is a document of
 * its name again. What its connectors catalogued is still known.
 */
export async function forgetAcceptedLists(dataDirectory: string, serverName: string): Promise<void> {
  const folder = serverFolder(dataDirectory, serverName);
  if (!existsSync(folder)) return;
  for (const file of readdirSync(folder).filter((name) => journalName.test(name))) {
    using journal = openJournal(join(folder, file), Date.now);
    for (const key of await journal.acceptedGroups()) await journal.forgetAccepted(key);
  }
}
