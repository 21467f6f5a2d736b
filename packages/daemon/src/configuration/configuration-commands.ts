import { IsthmusError } from '@isthmus/kernel';
import { resolveAccounts } from './accounts.js';
import { child, schemaAt } from './configuration-schema.js';
import {
  type ConfigurationSources,
  type LoadedConfiguration,
  loadConfiguration,
  type Origin,
} from './load-configuration.js';
import { missingDirectories } from './provider-directories.js';
import { resolveSecret } from './secrets.js';
import type { ConfigurationProblem } from './validate-configuration.js';

export interface Output {
  out(text: string): void;
  error(text: string): void;
}

/** `isthmus config check`: every problem on a line of its own. Exit code 0 when there is none, else 4. */
export async function checkConfiguration(
  sources: ConfigurationSources,
  json: boolean,
  output: Output,
): Promise<number> {
  const loaded = loadConfiguration(sources);
  const problems = [...loaded.problems, ...(await startProblems(loaded, sources))];
  if (json)
    output.out(
      JSON.stringify(
        {
          valid: problems.length === 0,
          problems: problems.map((problem) => ({ ...problem, origin: describeOrigin(problem.origin) })),
        },
        undefined,
        2,
      ),
    );
  else if (problems.length === 0) output.out(`${sources.file ?? 'the default configuration'} is valid`);
  else for (const problem of problems) output.error(describeProblem(problem));
  return problems.length === 0 ? 0 : 4;
}

/** `isthmus config show`: the effective value of every key, secrets masked; with `origin` where each came from. */
export function showConfiguration(
  sources: ConfigurationSources,
  options: { readonly json: boolean; readonly origin: boolean },
  output: Output,
): number {
  const loaded = loadConfiguration(sources);
  const rows = [...loaded.origins].map(([path, origin]) => ({
    key: path,
    value: maskedValue(loaded, path),
    origin: describeOrigin(origin),
  }));
  if (options.json) {
    output.out(
      JSON.stringify(
        rows.map(({ origin, ...row }) => (options.origin ? { ...row, origin } : row)),
        undefined,
        2,
      ),
    );
  } else {
    const width = Math.max(...rows.map((row) => row.key.length));
    const valueWidth = Math.min(50, Math.max(...rows.map((row) => shown(row.value).length)));
    for (const row of rows)
      output.out(
        `${row.key.padEnd(width)}  ${options.origin ? `${shown(row.value).padEnd(valueWidth)}  ${row.origin}` : shown(row.value)}`,
      );
  }
  for (const problem of loaded.problems) output.error(describeProblem(problem));
  return loaded.problems.length === 0 ? 0 : 4;
}

/** One problem as a line: place, field, fault, next step. */
export function describeProblem(problem: ConfigurationProblem): string {
  return `${describeOrigin(problem.origin)}: ${problem.field}: ${problem.fault} [${problem.code}]\n  next: ${problem.next}`;
}

export function describeOrigin(origin: Origin): string {
  if (origin.kind === 'file') return `${origin.file}:${origin.line}`;
  if (origin.kind === 'environment') return `environment ${origin.variable}`;
  return origin.kind === 'flag' ? `flag ${origin.flag}` : 'default';
}

/**
 * The configuration for use.
 *
 * @throws the code of the first problem; the message holds every one
 */
export function requireValid(loaded: LoadedConfiguration): void {
  const [first, ...others] = loaded.problems;
  if (first === undefined) return;
  throw new IsthmusError(
    first.code,
    loaded.problems
      .map((problem) => `${describeOrigin(problem.origin)}: ${problem.field}: ${problem.fault}`)
      .join('\n'),
    {
      next: others.length === 0 ? first.next : 'correct each line above and run `isthmus config check`',
      details: { field: first.field },
    },
  );
}

/** What only shows when the configuration is used. A configuration with other mistakes cannot be used. */
async function startProblems(
  loaded: LoadedConfiguration,
  sources: ConfigurationSources,
): Promise<ConfigurationProblem[]> {
  const secrets = await unresolvedSecrets(loaded, sources);
  if (loaded.problems.length > 0) return secrets;
  const accounts = await resolveAccounts(loaded, sources.file === undefined, sources.environment);
  const known = new Set(accounts.problems.map(({ field }) => field));
  return [...accounts.problems, ...secrets.filter(({ field }) => !known.has(field)), ...missingDirectories(loaded)];
}

async function unresolvedSecrets(
  loaded: LoadedConfiguration,
  sources: ConfigurationSources,
): Promise<ConfigurationProblem[]> {
  const problems: ConfigurationProblem[] = [];
  for (const [path, origin] of loaded.origins) {
    const keys = path.split('.');
    const value = valueAt(loaded, keys);
    if (schemaAt(keys, loaded.configuration)?.secret !== true || typeof value !== 'string' || !value.startsWith('${'))
      continue;
    try {
      await resolveSecret(value, sources.environment);
    } catch (error) {
      if (!IsthmusError.is(error)) throw error;
      problems.push({
        code: error.code as 'CONFIG_SECRET_UNRESOLVED',
        field: path,
        origin,
        fault: error.message,
        next: error.next,
      });
    }
  }
  return problems;
}

/** References may be seen; anything else in a secret's place may not. */
function maskedValue(loaded: LoadedConfiguration, path: string): unknown {
  const keys = path.split('.');
  const value = valueAt(loaded, keys);
  const secret =
    schemaAt(keys, loaded.configuration)?.secret === true || /token|password|secret/i.test(keys.at(-1) ?? '');
  return secret && !(typeof value === 'string' && /^\$\{(env|file):[^}]+\}$/.test(value)) ? '******' : value;
}

function valueAt(loaded: LoadedConfiguration, keys: readonly string[]): unknown {
  return keys.reduce<unknown>(child, loaded.configuration);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
