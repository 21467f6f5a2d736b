import { type Configuration, child, configurationSchema, type SchemaNode, schemaAt } from './configuration-schema.js';
import { misspeltVariables } from './misspelt-variables.js';
import { type ConfigurationProblem, validate } from './validate-configuration.js';
import { readYaml } from './yaml-file.js';

/** Where a value came from. */
export type Origin =
  | { readonly kind: 'default' }
  | { readonly kind: 'file'; readonly file: string; readonly line: number }
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'flag'; readonly flag: string };

export interface LoadedConfiguration {
  /** Undefined: none was named. */
  readonly file?: string;
  readonly configuration: Configuration;
  /** By dotted path of every leaf, in order of the schema. */
  readonly origins: ReadonlyMap<string, Origin>;
  readonly problems: readonly ConfigurationProblem[];
}

/** Values of the command line, by dotted path. */
export type FlagValues = ReadonlyMap<string, { readonly flag: string; readonly value: string }>;

export interface ConfigurationSources {
  readonly file?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly flags: FlagValues;
}

/**
 * Reads the layers, later ones win: defaults < file < environment (`ISTHMUS_LISTEN_PORT` for `listen.port`) < flags.
 * All problems are gathered; the configuration is only meant for use when there are none.
 *
 * @throws CONFIG_UNREADABLE when the file is not there or is not YAML
 */
export function loadConfiguration(sources: ConfigurationSources): LoadedConfiguration {
  const file = sources.file === undefined ? { value: {}, lineOf: () => 0 } : readYaml(sources.file);
  const document = structuredClone(file.value);
  for (const path of leaves(document, [])) asChoice(document, path);
  const layered = new Map<string, Origin>();
  for (const { path, type } of scalars(configurationSchema)) {
    const variable = variableOf(path);
    const fromEnvironment = sources.environment[variable];
    if (fromEnvironment !== undefined && fromEnvironment !== '') {
      put(document, path, typed(fromEnvironment, type));
      layered.set(path.join('.'), { kind: 'environment', variable });
    }
    const fromFlag = sources.flags.get(path.join('.'));
    if (fromFlag !== undefined) {
      put(document, path, typed(fromFlag.value, type));
      layered.set(path.join('.'), { kind: 'flag', flag: fromFlag.flag });
    }
  }
  const originOf = (path: readonly string[]): Origin => {
    const own = layered.get(path.join('.'));
    if (own !== undefined) return own;
    if (sources.file !== undefined && hasPath(file.value, path))
      return { kind: 'file', file: sources.file, line: file.lineOf(path) };
    return { kind: 'default' };
  };
  const { configuration, problems } = validate(document, (path) => {
    const origin = originOf(path);
    return origin.kind === 'default' && sources.file !== undefined
      ? { kind: 'file', file: sources.file, line: file.lineOf(path) }
      : origin;
  });
  const order = Object.keys(configurationSchema.properties ?? {});
  const paths = leaves(configuration, []).sort((a, b) => order.indexOf(a[0] ?? '') - order.indexOf(b[0] ?? ''));
  const variables = scalars(configurationSchema).map(({ path }) => variableOf(path));
  return {
    ...(sources.file === undefined ? {} : { file: sources.file }),
    configuration,
    problems: [...problems, ...misspeltVariables(sources.environment, variables, document)],
    origins: new Map(paths.map((path) => [path.join('.'), originOf(path)])),
  };
}

function variableOf(path: readonly string[]): string {
  return `ISTHMUS_${path.map((part) => part.replace(/([A-Z])/g, '_$1').toUpperCase()).join('_')}`;
}

/** The keys that an environment variable or a flag can name. */
function scalars(
  node: SchemaNode,
  path: readonly string[] = [],
): { readonly path: readonly string[]; readonly type: string | undefined }[] {
  if (node.properties !== undefined)
    return Object.entries(node.properties).flatMap(([key, value]) => scalars(value, [...path, key]));
  return node.type === 'array' || node.patternProperties !== undefined ? [] : [{ path, type: node.type }];
}

/** YAML takes a release for a number; where texts are to be chosen from, the one that is written so is meant. */
function asChoice(document: Record<string, unknown>, path: readonly string[]): void {
  const value = path.reduce<unknown>(child, document);
  if (typeof value !== 'number') return;
  if (schemaAt(path, document)?.anyOf?.some((option) => option.const === String(value)))
    put(document, path, String(value));
}

/** What is no number stays text, so that the check can show it. */
function typed(text: string, type: string | undefined): string | number {
  return (type === 'integer' || type === 'number') && text.trim() !== '' && Number.isFinite(Number(text))
    ? Number(text)
    : text;
}

function put(document: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    document[key] = value;
    return;
  }
  const next = document[key];
  const inner = typeof next === 'object' && next !== null ? (next as Record<string, unknown>) : {};
  document[key] = inner;
  put(inner, rest, value);
}

function hasPath(value: unknown, path: readonly string[]): boolean {
  return (
    path.length === 0 ||
    (child(value, path[0] ?? '') !== undefined && hasPath(child(value, path[0] ?? ''), path.slice(1)))
  );
}

/** Paths of all values that are not maps or lists; empty ones count as leaves. */
export function leaves(value: unknown, path: readonly string[]): string[][] {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return [[...path]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]));
}
