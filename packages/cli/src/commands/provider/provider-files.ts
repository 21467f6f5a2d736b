import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** What a new provider is made of. */
export interface NewProvider {
  /** Lower-case letters, digits and dashes. */
  readonly name: string;
  readonly kind: ProviderKind;
  /** Range of versions of the SDK. */
  readonly sdk: string;
  /** By name: version or `file:` address. */
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** By kind: the word of its scopes that a new connector begins with, and how its elements are called. */
const words = {
  api: { noun: 'api', root: 'DeployedAPI' },
  catalog: { noun: 'asset', root: 'Asset' },
  database: { noun: 'database', root: 'Database' },
  display: { noun: 'report', root: 'Report' },
  files: { noun: 'file', root: 'DataFile' },
  infrastructure: { noun: 'host', root: 'Host' },
  lineage: { noun: 'job', root: 'DeployedSoftwareComponent' },
  organization: { noun: 'person', root: 'Person' },
  search: { noun: 'identifier', root: 'ExternalId' },
  security: { noun: 'group', root: 'SecurityGroup' },
  stewardship: { noun: 'toDo', root: 'ToDo' },
  topic: { noun: 'topic', root: 'Topic' },
} as const;

export type ProviderKind = keyof typeof words;
export const providerKinds = Object.keys(words).sort();

export function isProviderKind(kind: string): kind is ProviderKind {
  return Object.hasOwn(words, kind);
}

/** The files of a new provider by their path below its folder. */
export async function providerFiles(templates: string, provider: NewProvider): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const part of ['common', provider.kind === 'files' ? 'files' : 'words']) {
    const folder = join(templates, part);
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const text = await readFile(path, 'utf8');
      files.set(relative(folder, path).replace(/\.template$/, ''), filled(text, provider));
    }
  }
  return files;
}

function filled(text: string, { name, kind, sdk, dependencies, devDependencies }: NewProvider): string {
  const { noun, root } = words[kind];
  const camel = name.replace(/-+(.)?/g, (_, letter: string | undefined) => (letter ?? '').toUpperCase());
  const path = kind === 'files' ? '/chair' : 'chair';
  return text
    .replaceAll('__dependencies__', indented(dependencies))
    .replaceAll('__devDependencies__', indented(devDependencies))
    .replaceAll('__nameCamel__', camel)
    .replaceAll('__Name__', capital(camel))
    .replaceAll('__name__', name)
    .replaceAll('__Noun__', capital(noun))
    .replaceAll('__noun__', noun)
    .replaceAll('__kind__', kind)
    .replaceAll('__sdk__', sdk)
    .replaceAll('__chair__', `${root}::home:${path}`);
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

function indented(value: Readonly<Record<string, string>>): string {
  return JSON.stringify(value, undefined, 2).replaceAll('\n', '\n  ');
}
