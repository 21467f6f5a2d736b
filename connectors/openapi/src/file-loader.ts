import { open, realpath } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { codeOf } from '@isthmus/connector-sdk/helpers';
import type { Loaded, Loader, Stamp } from './loading.js';

/**
 * Reads files below one folder; what leads out of it, by a link too, is not read. Never says for certain that one is gone:
 * a link may have been set anew, or what it leads to may be away. That is for the listing of the folder to say.
 */
export class FileLoader implements Loader {
  /** @param forbidden - real paths that are never read */
  constructor(
    private readonly root: string,
    private readonly maxBytes: number,
    private readonly forbidden: readonly string[],
  ) {}

  async load(uri: string, known: Stamp | undefined, signal: AbortSignal): Promise<Loaded> {
    signal.throwIfAborted();
    try {
      const path = await realpath(fileURLToPath(uri));
      if (!isWithin(path, await realpath(this.root)))
        return { kind: 'absent', why: 'it lies outside of the folder, and is not read', isCertain: false };
      if (this.forbidden.some((folder) => isWithin(path, folder)))
        return { kind: 'absent', why: "it lies in Isthmus's own data, and is not read", isCertain: false };
      return await this.#read(path, known);
    } catch (error) {
      const code = codeOf(error);
      if (code === 'ENOENT' || code === 'ENOTDIR')
        return { kind: 'absent', why: 'there is no such file, or it is a link that leads to none', isCertain: false };
      const cause = code === 'EACCES' || code === 'EPERM' ? 'authorise' : 'reach';
      return { kind: 'unreachable', why: `it cannot be read (${code ?? String(error)})`, cause };
    }
  }

  async #read(path: string, known: Stamp | undefined): Promise<Loaded> {
    await using file = await open(path, 'r');
    const before = await file.stat({ bigint: true });
    if (!before.isFile()) return { kind: 'absent', why: 'it is no file', isCertain: false };
    const content = `${before.size}:${before.mtimeNs}:${before.ino}`;
    if (known?.content === content) return { kind: 'unchanged' };
    if (before.size > BigInt(this.maxBytes))
      return {
        kind: 'unreachable',
        why: `it is larger than ${this.maxBytes} bytes; raise \`maxDocumentMegabytes\``,
        cause: 'sample',
      };
    const bytes = await file.readFile();
    const after = await file.stat({ bigint: true });
    if (after.size !== before.size || after.mtimeNs !== before.mtimeNs)
      return { kind: 'unreachable', why: 'it is being written' };
    return { kind: 'bytes', bytes, stamp: { content } };
  }
}

export function isWithin(path: string, folder: string): boolean {
  return path === folder || folder === '/' || path.startsWith(`${folder}/`);
}
