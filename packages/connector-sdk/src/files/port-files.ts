import { type HostPort, type KeptItem, mostKeptAtOnce } from '../host-port.js';
import type { RefreshRun } from '../refresh-run.js';
import { fileItem, folderItem } from './file-items.js';
import type { FilesContext } from './files-context.js';
import type { FilesScope } from './files-scope.js';

/** The files context on a host port. For hosts and test kits; authors never call it. */
export function filesContext(
  port: HostPort,
  facts: Pick<FilesContext, 'connectorName' | 'source' | 'permittedSynchronization' | 'excludedPaths'>,
): FilesContext {
  const log =
    (level: 'debug' | 'info' | 'warn' | 'error') => (message: string, fields?: Readonly<Record<string, unknown>>) =>
      void port.call({ type: 'log', level, message, ...(fields === undefined ? {} : { fields }) });
  return {
    ...facts,
    log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    changed: (scopes) => void port.call({ type: 'changed', scopes }),
  };
}

/** A run of kind `files` on a host port. For hosts and test kits. */
export function filesRun(
  port: HostPort,
  context: Pick<FilesContext, 'source'>,
  request: Pick<RefreshRun<'files'>, 'id' | 'mode' | 'signal' | 'requested'>,
): RefreshRun<'files'> {
  const run = request.id;
  return {
    ...request,
    scope: (scope): FilesScope => ({
      keep: async (key, sourceVersion) => (await keepKnown(port, run, scope, [{ key, sourceVersion }])).length === 0,
      keepKnown: (items) => keepKnown(port, run, scope, items),
      folder: async (folder) =>
        void (await port.call({ type: 'scope.put', run, scope, item: folderItem(context.source, folder) })),
      file: async (file) =>
        void (await port.call({ type: 'scope.put', run, scope, item: fileItem(context.source, file) })),
      finding: async (finding) => void (await port.call({ type: 'scope.finding', run, scope, finding })),
      complete: async ({ place } = {}) =>
        void (await port.call({ type: 'scope.complete', run, scope, ...(place === undefined ? {} : { place }) })),
    }),
    finding: async (finding) => void (await port.call({ type: 'scope.finding', run, scope: undefined, finding })),
    progress: (text) => void port.call({ type: 'run.progress', run, text }),
  };
}

async function keepKnown<T extends KeptItem>(
  port: HostPort,
  run: string,
  scope: string,
  items: readonly T[],
): Promise<readonly T[]> {
  const unknown: T[] = [];
  for (let from = 0; from < items.length; from += mostKeptAtOnce) {
    const some = items.slice(from, from + mostKeptAtOnce);
    // Plain: authors hand over whatever else they need for those that come back.
    const told = some.map(({ key, sourceVersion }) => ({ key, sourceVersion }));
    for (const position of await port.call({ type: 'scope.keep', run, scope, items: told })) {
      const item = some[position];
      if (item !== undefined) unknown.push(item);
    }
  }
  return unknown;
}
