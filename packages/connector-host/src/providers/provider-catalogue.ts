import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { nearest } from '@isthmus/connector-sdk';
import { IsthmusError, type Logger, messageOf } from '@isthmus/kernel';
import type { ProviderManifest } from '../connector-host.js';
import { type ProviderEntry, readManifest, unusable } from './read-manifest.js';

const largestCatalogue = 10_000;
const readsAtOnce = 16;
/** With its package; ids of providers hold no dot. */
const javaClass = /^[\p{L}_$][\p{L}\p{N}_$]*(?:\.[\p{L}_$][\p{L}\p{N}_$]*)+$/u;

/**
 * What providers are installed, known from their manifests alone. Folders are read in the order given, packages of a
 * folder by name; of two providers with one id the first one counts, the other is listed with the reason.
 */
export class ProviderCatalogue {
  #entries: readonly ProviderEntry[] = [];
  #byName: ReadonlyMap<string, ProviderEntry> = new Map();
  #contested: ReadonlyMap<string, string> = new Map();

  /** @param directories each a package itself, or a folder whose children (also `@scope/name`) are packages */
  constructor(
    private readonly directories: readonly string[],
    private readonly sdkVersion: string,
    private readonly logger: Logger,
  ) {}

  entries(): readonly ProviderEntry[] {
    return this.#entries;
  }

  manifests(): readonly ProviderManifest[] {
    return this.#entries.map((entry) => entry.manifest);
  }

  /** Reads all manifests again. A folder that cannot be read is logged and counts as empty. */
  async scan(): Promise<void> {
    const found: ProviderEntry[] = [];
    for (const directory of this.directories) found.push(...(await this.#scanDirectory(resolve(directory))));
    const entries = refuseDuplicates(found.slice(0, largestCatalogue));
    this.#entries = entries;
    this.#byName = namesOf(entries);
    this.#contested = contestedClasses(entries);
    for (const message of this.#contested.values()) this.logger.warn('a Java class has two providers', { message });
    for (const { manifest } of entries) {
      for (const message of manifest.remarks ?? []) {
        this.logger.warn('the manifest of a connector provider', { provider: manifest.provider, message });
      }
      if (manifest.problem === undefined) continue;
      this.logger.warn('connector provider cannot be used', {
        provider: manifest.provider,
        directory: manifest.directory,
        reason: manifest.problem.message,
      });
    }
  }

  /**
   * @param name provider id or the name of a Java provider class that is replaced
   * @throws PROVIDER_UNKNOWN, PROVIDER_JAVA_ONLY when the name is that of a Java class, PROVIDER_UNUSABLE
   */
  resolve(name: string): ProviderEntry {
    const contested = this.#contested.get(name);
    if (contested !== undefined)
      throw new IsthmusError('PROVIDER_UNUSABLE', contested, { details: { provider: name } });
    const entry = this.#byName.get(name);
    if (entry === undefined) {
      const known = this.#entries.flatMap(({ manifest }) =>
        manifest.problem === undefined ? [manifest.provider] : [],
      );
      const [code, message] = javaClass.test(name)
        ? (['PROVIDER_JAVA_ONLY', `no installed connector provider replaces the Java class ${name}`] as const)
        : (['PROVIDER_UNKNOWN', `no connector provider "${name}" is installed${guess(name, known)}`] as const);
      throw new IsthmusError(code, message, { details: { provider: name, known } });
    }
    if (entry.manifest.problem !== undefined) {
      throw new IsthmusError('PROVIDER_UNUSABLE', entry.manifest.problem.message, { details: { provider: name } });
    }
    return entry;
  }

  async #scanDirectory(directory: string): Promise<readonly ProviderEntry[]> {
    const own = await readManifest(directory, this.sdkVersion);
    if (own !== undefined) return [own];
    const packages = await this.#packagesIn(directory);
    const entries: ProviderEntry[] = [];
    for (let start = 0; start < packages.length; start += readsAtOnce) {
      const part = packages.slice(start, start + readsAtOnce);
      const read = await Promise.all(part.map((path) => readManifest(path, this.sdkVersion)));
      entries.push(...read.filter((entry) => entry !== undefined));
    }
    return entries;
  }

  async #packagesIn(directory: string): Promise<readonly string[]> {
    try {
      const children = (await readdir(directory, { withFileTypes: true }))
        .filter((child) => (child.isDirectory() || child.isSymbolicLink()) && !child.name.startsWith('.'))
        .map((child) => child.name)
        .sort();
      const nested = await Promise.all(
        children.map(async (name) =>
          name.startsWith('@')
            ? (await readdir(join(directory, name))).sort().map((inner) => join(directory, name, inner))
            : [join(directory, name)],
        ),
      );
      return nested.flat().slice(0, largestCatalogue);
    } catch (error) {
      // it may come later; that a folder of the configuration is missing is told at the start
      if (isMissing(error)) return [];
      this.logger.warn('folder of connector providers cannot be read', { directory, reason: messageOf(error) });
      return [];
    }
  }
}

function guess(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === undefined ? '' : `; did you mean \`${near}\`?`;
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}

function refuseDuplicates(entries: readonly ProviderEntry[]): readonly ProviderEntry[] {
  const first = new Map<string, ProviderEntry>();
  return entries.map((entry) => {
    const { provider, problem } = entry.manifest;
    if (problem !== undefined) return entry;
    const other = first.get(provider);
    if (other === undefined) {
      first.set(provider, entry);
      return entry;
    }
    return unusable(entry, `provider ${provider} is already given by ${other.manifest.directory}`);
  });
}

/**
 * Java classes that more than one provider claims to replace, with what is to be told: which of them runs must not hang
 * on an order of folders, so none does.
 */
function contestedClasses(entries: readonly ProviderEntry[]): ReadonlyMap<string, string> {
  const claims = new Map<string, string[]>();
  for (const { manifest } of entries) {
    if (manifest.problem !== undefined) continue;
    const claimant = `${manifest.provider} (${manifest.directory})`;
    for (const name of new Set(manifest.replaces)) claims.set(name, [...(claims.get(name) ?? []), claimant]);
  }
  return new Map(
    [...claims]
      .filter(([, claimants]) => claimants.length > 1)
      .map(([name, claimants]) => [name, `the Java class ${name} is replaced by ${claimants.join(' and by ')}`]),
  );
}

/** Ids win over Java class names, usable entries over others, earlier ones over later ones. */
function namesOf(entries: readonly ProviderEntry[]): ReadonlyMap<string, ProviderEntry> {
  const names = new Map<string, ProviderEntry>();
  const usable = entries.filter((entry) => entry.manifest.problem === undefined);
  const others = entries.filter((entry) => entry.manifest.problem !== undefined);
  const add = (name: string, entry: ProviderEntry) => {
    if (!names.has(name)) names.set(name, entry);
  };
  for (const entry of usable) add(entry.manifest.provider, entry);
  for (const entry of usable) for (const name of entry.manifest.replaces) add(name, entry);
  for (const entry of others) add(entry.manifest.provider, entry);
  return names;
}
