import { readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { isSupportedKind, nearest } from '@isthmus/connector-sdk';
import { IsthmusError, messageOf, toErrorReport } from '@isthmus/kernel';
import { type OmisKind, omisKinds } from '@isthmus/model';
import type { ProviderManifest } from '../connector-host.js';
import { isInRange, isRange } from './version-range.js';

/** A manifest together with where its code lies. Usable only without `manifest.problem`. */
export interface ProviderEntry {
  readonly manifest: ProviderManifest;
  /** Absolute path of the module. */
  readonly module: string;
  /** Name of the export that is the connector definition. */
  readonly exportName: string;
}

const knownKeys = ['provider', 'kind', 'sdk', 'module', 'export', 'replaces'] as const;
const mostRemarks = 20;
const largestManifestBytes = 256 * 1024;

/**
 * Reads `package.json` of a folder, key `isthmus`, without running any code of it.
 *
 * @returns undefined when the folder holds no provider; an entry with `manifest.problem` when it holds a bad one
 */
export async function readManifest(directory: string, sdkVersion: string): Promise<ProviderEntry | undefined> {
  const text = await readBounded(join(directory, 'package.json'));
  if (text === undefined) return undefined;
  const described: unknown = parse(text);
  if (!isRecord(described)) {
    return looksLikeProvider(text) ? broken(directory, {}, 'package.json is not valid JSON') : undefined;
  }
  if (!('isthmus' in described)) return undefined;
  try {
    return await toEntry(directory, described, sdkVersion);
  } catch (error) {
    return broken(directory, described, messageOf(error));
  }
}

/** An entry that is listed with a reason and never loaded. */
export function unusable(entry: ProviderEntry, message: string): ProviderEntry {
  const error = new IsthmusError('PROVIDER_UNUSABLE', message, {
    details: { directory: entry.manifest.directory },
  });
  return { ...entry, manifest: { ...entry.manifest, problem: toErrorReport(error) } };
}

async function toEntry(
  directory: string,
  described: Readonly<Record<string, unknown>>,
  sdkVersion: string,
): Promise<ProviderEntry> {
  const manifest = described.isthmus;
  if (!isRecord(manifest)) throw new Error('key `isthmus` must be an object');
  const provider = requiredText(manifest, 'provider');
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(provider)) {
    throw new Error('key `isthmus.provider` must be lower-case letters, digits and dashes');
  }
  const kind = toKind(requiredText(manifest, 'kind'));
  const sdk = requiredText(manifest, 'sdk');
  if (!isRange(sdk)) throw new Error(`key \`isthmus.sdk\`: "${sdk}" is not a version range such as ^0.1.0`);
  const remarks = remarksOn(manifest);
  const module = await modulePath(directory, requiredText(manifest, 'module'));
  const entry: ProviderEntry = {
    manifest: {
      provider,
      kind,
      packageName: optionalText(described, 'name') ?? provider,
      version: optionalText(described, 'version') ?? '0.0.0',
      sdk,
      directory,
      replaces: textList(manifest, 'replaces'),
      ...(remarks.length > 0 ? { remarks } : {}),
    },
    module,
    exportName: optionalText(manifest, 'export') ?? 'default',
  };
  if (!isSupportedKind(kind)) {
    return unusable(entry, `provider ${provider}: connectors of kind ${kind} have no context; ${usableKinds()}`);
  }
  return isInRange(sdkVersion, sdk)
    ? entry
    : unusable(entry, `provider ${provider} was written for connector-sdk ${sdk}, this host has ${sdkVersion}`);
}

/** The module must lie inside its package, links resolved: a manifest cannot name foreign code. */
async function modulePath(directory: string, module: string): Promise<string> {
  const path = resolve(directory, module);
  const [realModule, realDirectory] = await Promise.all([realpath(path).catch(() => undefined), realpath(directory)]);
  if (realModule === undefined) throw new Error(`key \`isthmus.module\`: ${module} does not exist`);
  const inside = relative(realDirectory, realModule);
  if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`)) {
    throw new Error(`key \`isthmus.module\`: ${module} lies outside the package`);
  }
  return realModule;
}

function broken(directory: string, described: Readonly<Record<string, unknown>>, message: string): ProviderEntry {
  const claimed = isRecord(described.isthmus) ? described.isthmus : {};
  const kind = omisKinds.find((known) => known === claimed.kind);
  const provider = optionalText(claimed, 'provider') ?? optionalText(described, 'name') ?? directory;
  const entry: ProviderEntry = {
    manifest: {
      provider,
      kind: kind ?? 'unknown',
      packageName: optionalText(described, 'name') ?? directory,
      version: optionalText(described, 'version') ?? '0.0.0',
      sdk: optionalText(claimed, 'sdk') ?? '',
      directory,
      replaces: [],
    },
    module: '',
    exportName: '',
  };
  return unusable(entry, `manifest of ${directory}: ${message}`);
}

async function readBounded(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > largestManifestBytes) return undefined;
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Broken JSON that still names our key was meant as a provider, so people are told; other packages are not ours. */
function looksLikeProvider(text: string): boolean {
  return parse(text) === undefined && text.includes('"isthmus"');
}

function toKind(text: string): OmisKind {
  const kind = omisKinds.find((known) => known === text);
  if (kind === undefined) throw new Error(`key \`isthmus.kind\`: there is no kind "${text}"; ${usableKinds(text)}`);
  return kind;
}

function usableKinds(meant = ''): string {
  const kinds = omisKinds.filter(isSupportedKind);
  const near = nearest(meant, kinds);
  return near === undefined ? `use one of ${kinds.join(', ')}` : `did you mean \`${near}\`?`;
}

/** Keys that nobody reads are told, not refused: a newer host may know them. */
function remarksOn(manifest: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(manifest)
    .filter((key) => !knownKeys.some((known) => known === key))
    .slice(0, mostRemarks)
    .map((key) => {
      const near = nearest(key, knownKeys);
      const guess = near === undefined ? `it knows ${knownKeys.join(', ')}` : `did you mean \`isthmus.${near}\`?`;
      return `its manifest has \`isthmus.${key.slice(0, 100)}\`, which this host does not read: ${guess}`;
    });
}

function requiredText(record: Readonly<Record<string, unknown>>, key: string): string {
  const text = optionalText(record, key);
  if (text === undefined) throw new Error(`key \`isthmus.${key}\` is missing or not a text`);
  return text;
}

function optionalText(record: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = record[key];
  return typeof value === 'string' && value.length > 0 && value.length <= 1024 ? value : undefined;
}

function textList(record: Readonly<Record<string, unknown>>, key: string): readonly string[] {
  const value = record[key];
  if (value === undefined) return [];
  const texts = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(texts) || !texts.every((text) => typeof text === 'string')) {
    throw new Error(`key \`isthmus.${key}\` must be a list of texts`);
  }
  return texts;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
