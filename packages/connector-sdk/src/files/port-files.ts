import type { HostPort } from '../host-port.js';
import { portScope } from '../scopes/port-run.js';
import { fileItem, folderItem } from './file-items.js';
import type { FilesScope } from './files-scope.js';

/** A scope of kind `files` on a host port. */
export function filesScope(port: HostPort, source: string, run: string, scope: string): FilesScope {
  const { put, ...rest } = portScope(port, run, scope);
  return {
    ...rest,
    folder: (folder) => put(folderItem(source, folder)),
    file: (file) => put(fileItem(source, file)),
  };
}
