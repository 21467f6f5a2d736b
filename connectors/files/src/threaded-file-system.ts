import { nodeTimers } from '@isthmus/connector-sdk/helpers';
import { DirectEntries } from './entries.js';
import { startEntryThread } from './entry-thread.js';
import { type FileSystem, nodeFileSystem } from './file-system.js';
import { ThreadedEntries } from './threaded-entries.js';

/** The operating system's, with a thread for large folders: one for all connectors of the process, which ends when they rest. */
export const threadedFileSystem: FileSystem = {
  ...nodeFileSystem,
  local: new ThreadedEntries(new DirectEntries(nodeFileSystem), startEntryThread, nodeTimers),
};
