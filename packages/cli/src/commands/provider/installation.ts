import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Packages that a connector needs, and those that its tests need besides. */
const neededPackages = ['kernel', 'model', 'connector-sdk'] as const;
const testedWith = ['connector-host', 'connector-testing'] as const;
export const authorPackages: readonly string[] = [...neededPackages, ...testedWith];

/** The checkout that this program runs from, as far as new providers need it. */
export interface Installation {
  readonly root: string;
  readonly templates: string;
  readonly version: string;
  /** Of the compiler and the types of Node that Isthmus itself is built with. */
  readonly tools: Readonly<Record<string, string>>;
}

export async function thisInstallation(): Promise<Installation> {
  const own = resolve(fileURLToPath(new URL('../../..', import.meta.url)));
  const root = resolve(own, '../..');
  const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const sdk: unknown = JSON.parse(await readFile(join(root, 'packages/connector-sdk/package.json'), 'utf8'));
  const tools = textsOf(isRecord(manifest) ? manifest.devDependencies : undefined);
  return {
    root,
    templates: join(own, 'template'),
    version: isRecord(sdk) ? String(sdk.version) : '0.0.0',
    tools: Object.fromEntries(Object.entries(tools).filter(([name]) => ['typescript', '@types/node'].includes(name))),
  };
}

/** Dependencies on packed packages that lie in `folder`, a path from the provider. */
export function packedDependencies(version: string, folder: string) {
  const of = (names: readonly string[]): Record<string, string> =>
    Object.fromEntries(names.map((name) => [`@isthmus/${name}`, `file:${folder}/isthmus-${name}-${version}.tgz`]));
  return { dependencies: of(neededPackages), devDependencies: of(testedWith) };
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  return isRecord(value)
    ? Object.fromEntries(Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'))
    : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
