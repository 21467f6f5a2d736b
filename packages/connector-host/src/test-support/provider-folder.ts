import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of provider packages that lives as long as one test. */
export class ProviderFolder implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<ProviderFolder> {
    return new ProviderFolder(await mkdtemp(join(tmpdir(), 'isthmus-providers-')));
  }

  /** @param code of `index.mjs`; undefined: no module */
  async add(name: string, manifest: unknown, code?: string): Promise<string> {
    const directory = join(this.path, name);
    await mkdir(directory, { recursive: true });
    const text =
      typeof manifest === 'string' ? manifest : JSON.stringify({ name, version: '1.2.3', isthmus: manifest });
    await writeFile(join(directory, 'package.json'), text);
    if (code !== undefined) await writeFile(join(directory, 'index.mjs'), code);
    return directory;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

export function manifestOf(provider: string, change: Readonly<Record<string, unknown>> = {}) {
  return { provider, kind: 'files', sdk: '^0.1.0', module: './index.mjs', export: 'connector', ...change };
}
