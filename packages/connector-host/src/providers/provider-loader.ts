import { pathToFileURL } from 'node:url';
import { isSupportedKind, nearest } from '@isthmus/connector-sdk';
import { type Clock, type ErrorReport, IsthmusError, messageOf, processSlicer, toErrorReport } from '@isthmus/kernel';
import { within } from '../instance/deadline.js';
import { definitionFault, isConnectorDefinition, type LoadedDefinition } from './connector-definition.js';
import { syntaxErrorPlace, thrownPlace } from './error-place.js';
import type { ProviderEntry } from './read-manifest.js';

const loadDeadlineMs = 30_000;
/** A module that failed to load is remembered by the runtime under its URL; each further try needs another one. */
const mostAttempts = 20;

/** Loads a provider's code at its first activation and keeps it: modules cannot be unloaded. */
export class ProviderLoader {
  readonly #loaded = new Map<string, LoadedDefinition>();
  readonly #schemas = new Map<string, unknown>();
  readonly #loading = new Map<string, Promise<LoadedDefinition>>();
  /** Modules that are on their way, also those that were not there in time: a second import would load them twice. */
  readonly #imports = new Map<string, Promise<unknown>>();
  readonly #failures = new Map<string, number>();
  readonly #faults = new Map<string, ErrorReport>();

  constructor(
    private readonly clock: Clock,
    private readonly importModule: (url: string) => Promise<unknown> = importWithTurn,
    private readonly placeOfSyntaxError: typeof syntaxErrorPlace = syntaxErrorPlace,
  ) {}

  /** How many providers' code has been loaded. */
  get loadedCount(): number {
    return this.#loaded.size;
  }

  /** The configuration schema, as plain JSON; undefined until the provider's code was loaded. */
  schemaOf(entry: ProviderEntry): unknown {
    return this.#schemas.get(keyOf(entry));
  }

  /** Why its code could not be loaded when that was last tried; undefined when it was loaded, or never tried. */
  faultOf(entry: ProviderEntry): ErrorReport | undefined {
    return this.#faults.get(keyOf(entry));
  }

  /**
   * @throws PROVIDER_UNUSABLE when its code throws, is not loaded in time (then it may be tried again: the machine may
   * only be slow), or is not what the manifest promised
   */
  load(entry: ProviderEntry): Promise<LoadedDefinition> {
    const key = keyOf(entry);
    const loaded = this.#loaded.get(key);
    if (loaded !== undefined) return Promise.resolve(loaded);
    const running = this.#loading.get(key);
    if (running !== undefined) return running;
    const loading = this.#load(entry, key).finally(() => this.#loading.delete(key));
    this.#loading.set(key, loading);
    return loading;
  }

  async #load(entry: ProviderEntry, key: string): Promise<LoadedDefinition> {
    const { manifest, exportName } = entry;
    const fail = (fault: string, cause?: unknown, retryable = false): IsthmusError => {
      if (!retryable) this.#failures.set(key, (this.#failures.get(key) ?? 0) + 1);
      const remarks = (manifest.remarks ?? []).map((remark) => `; ${remark}`).join('');
      const message = `provider ${manifest.provider} cannot be loaded: ${fault}${remarks}`;
      const details = { provider: manifest.provider, directory: manifest.directory };
      const error = new IsthmusError('PROVIDER_UNUSABLE', message, { cause, details, retryable });
      this.#faults.set(key, toErrorReport(error));
      return error;
    };
    if (!isSupportedKind(manifest.kind)) throw fail(`connectors of kind ${manifest.kind} have no context`);
    let module: unknown;
    try {
      module = await within(this.clock, loadDeadlineMs, () => this.#import(entry, key));
    } catch (error) {
      if (isTimeout(error)) throw fail(`its code is not loaded after ${loadDeadlineMs / 1_000} s`, error, true);
      this.#imports.delete(key);
      const place = thrownPlace(error, manifest.directory) ?? (await this.placeOfSyntaxError(error, entry));
      throw fail(`${place === undefined ? '' : `${place}: `}${messageOf(error).slice(0, 2_000)}`, error);
    }
    this.#imports.delete(key);
    const definition: unknown =
      typeof module === 'object' && module !== null ? Reflect.get(module, exportName) : undefined;
    if (definition === undefined) throw fail(missingExport(exportName, module));
    if (!isConnectorDefinition(definition, manifest)) {
      throw fail(`export \`${exportName}\`: ${definitionFault(definition, manifest)}`);
    }
    try {
      this.#schemas.set(key, JSON.parse(JSON.stringify(definition.configuration)));
    } catch (error) {
      throw fail(`its \`configuration\` is not plain JSON: ${messageOf(error)}`, error);
    }
    this.#loaded.set(key, definition);
    this.#faults.delete(key);
    return definition;
  }

  #import(entry: ProviderEntry, key: string): Promise<unknown> {
    const importing = this.#imports.get(key) ?? this.importModule(this.#url(entry, key));
    this.#imports.set(key, importing);
    return importing;
  }

  #url(entry: ProviderEntry, key: string): string {
    const url = pathToFileURL(entry.module).href;
    const failures = Math.min(this.#failures.get(key) ?? 0, mostAttempts);
    return failures === 0 ? url : `${url}?attempt=${failures}`;
  }
}

function isTimeout(error: unknown): boolean {
  return IsthmusError.is(error) && error.code === 'CONNECTOR_TIMEOUT';
}

function missingExport(wanted: string, module: unknown): string {
  const names = typeof module === 'object' && module !== null ? Object.keys(module).slice(0, 20) : [];
  const near = nearest(wanted, names);
  const others = names.length === 0 ? 'it exports nothing' : `it exports ${names.join(', ')}`;
  return `its module has no export \`${wanted}\`: ${near === undefined ? others : `did you mean \`${near}\`?`}`;
}

function keyOf({ module, exportName }: ProviderEntry): string {
  return `${module}#${exportName}`;
}

/** Evaluating a large library fills a turn of the loop; its configuration is then checked in another. */
async function importWithTurn(url: string): Promise<unknown> {
  const module: unknown = await import(url);
  await processSlicer.turn();
  return module;
}
