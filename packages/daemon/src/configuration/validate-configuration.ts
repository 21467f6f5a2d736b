import { nearest } from '@isthmus/connector-host';
import { type ErrorCode, errorCatalogue } from '@isthmus/kernel';
import { Ajv, type ErrorObject } from 'ajv';
import {
  type Configuration,
  ConfigurationSchema,
  child,
  configurationSchema,
  schemaAt,
} from './configuration-schema.js';
import type { Origin } from './load-configuration.js';

export interface ConfigurationProblem {
  readonly code: ErrorCode;
  /** Dotted path of the key. */
  readonly field: string;
  readonly origin: Origin;
  readonly fault: string;
  readonly next: string;
}

// The schema is ours and tested: it is not held against the schema of schemas at every start.
const ajv = new Ajv({
  allErrors: true,
  useDefaults: true,
  strict: false,
  verbose: true,
  meta: false,
  validateSchema: false,
});
const check = ajv.compile(ConfigurationSchema);

/** Fills defaults in and gathers every problem, each with the place it came from. */
export function validate(
  document: Record<string, unknown>,
  originOf: (path: readonly string[]) => Origin,
): { readonly configuration: Configuration; readonly problems: readonly ConfigurationProblem[] } {
  fillServerDefaults(document);
  const valid = check(document);
  const problems = valid ? [] : explain(check.errors ?? [], document, originOf);
  if (problems.length === 0) problems.push(...crossChecks(document as Configuration, originOf));
  return { configuration: document as Configuration, problems };
}

/** Ajv fills no defaults inside alternatives, so each server gets those of its kind here. */
function fillServerDefaults(document: Record<string, unknown>): void {
  document.servers ??= structuredClone(configurationSchema.properties?.servers?.default);
  for (const [name, server] of Object.entries(document.servers as Record<string, unknown>)) {
    const schema = schemaAt(['servers', name], document);
    if (schema !== undefined && typeof server === 'object' && server !== null) ajv.validate(schema, server);
  }
}

function explain(
  errors: readonly ErrorObject[],
  document: unknown,
  originOf: (path: readonly string[]) => Origin,
): ConfigurationProblem[] {
  const problems = new Map<string, ConfigurationProblem>();
  for (const error of errors) {
    const path = error.instancePath
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    if (path[0] === 'servers' && path.length >= 2) continue;
    add(problems, error, path, originOf);
  }
  for (const [name, server] of Object.entries(
    (child(document, 'servers') as Record<string, unknown> | undefined) ?? {},
  )) {
    const schema = schemaAt(['servers', name], document);
    if (schema === undefined) {
      const kind = child(server, 'kind');
      problems.set(`servers.${name}.kind`, {
        code: 'CONFIG_INVALID_VALUE',
        field: `servers.${name}.kind`,
        origin: originOf(['servers', name, 'kind']),
        fault: `must be one of metadata-store, integration-daemon, is ${shown(kind)}`,
        next: errorCatalogue.CONFIG_INVALID_VALUE.next,
      });
    } else if (!ajv.validate(schema, server)) {
      for (const error of ajv.errors ?? [])
        add(problems, error, ['servers', name, ...error.instancePath.split('/').slice(1)], originOf);
    }
  }
  return [...problems.values()];
}

function add(
  problems: Map<string, ConfigurationProblem>,
  error: ErrorObject,
  path: readonly string[],
  originOf: (path: readonly string[]) => Origin,
): void {
  if (error.keyword === 'const' && problems.has(path.join('.'))) return;
  const unknown = error.keyword === 'additionalProperties' ? String(error.params.additionalProperty) : undefined;
  const missing = error.keyword === 'required' ? String(error.params.missingProperty) : undefined;
  const own = [...path, ...(unknown === undefined ? [] : [unknown]), ...(missing === undefined ? [] : [missing])];
  const field = own.join('.');
  const code = unknown === undefined ? 'CONFIG_INVALID_VALUE' : 'CONFIG_UNKNOWN_KEY';
  const known = Object.keys((error.parentSchema as { properties?: object } | undefined)?.properties ?? {});
  const meant = unknown === undefined ? undefined : nearest(unknown, known);
  if (error.keyword === 'anyOf' && problems.has(field)) problems.delete(field);
  problems.set(field, {
    code,
    field,
    origin: originOf(own),
    fault: faultOf(error, unknown),
    next:
      unknown === undefined
        ? errorCatalogue[code].next
        : meant === undefined
          ? `remove it; known here: ${known.join(', ')}`
          : `did you mean ${meant}? Known here: ${known.join(', ')}`,
  });
}

function faultOf(error: ErrorObject, unknown: string | undefined): string {
  const is = `is ${error.parentSchema !== undefined && 'secret' in error.parentSchema ? 'something else' : shown(error.data)}`;
  if (unknown !== undefined) return 'is not a key that Isthmus knows';
  if (error.keyword === 'required') return 'is missing';
  if (error.keyword === 'anyOf' || error.keyword === 'const') {
    const options = (error.parentSchema as { anyOf?: readonly { const?: unknown }[] } | undefined)?.anyOf?.map(
      (option) => String(option.const),
    );
    return `must be one of ${options?.join(', ') ?? String(error.params.allowedValue)}, ${is}`;
  }
  if (error.parentSchema !== undefined && 'secret' in error.parentSchema)
    return 'must be a reference, ${env:NAME} or ${file:/path}, not a secret itself';
  return `${error.message ?? 'is invalid'}, ${is}`;
}

/** What a schema cannot say. */
function crossChecks(
  configuration: Configuration,
  originOf: (path: readonly string[]) => Origin,
): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  const problem = (path: readonly string[], fault: string, next: string) =>
    problems.push({ code: 'CONFIG_INVALID_VALUE', field: path.join('.'), origin: originOf(path), fault, next });
  for (const [name, server] of Object.entries(configuration.servers)) {
    if (server.kind !== 'integration-daemon') continue;
    const { url, password, token } = server.metadataServer;
    if (password !== undefined && (url === undefined || token !== undefined))
      problem(
        ['servers', name, 'metadataServer', 'password'],
        url === undefined ? 'is not used for the server of this process' : 'is there beside a token',
        url === undefined
          ? 'set metadataServer.url for a server elsewhere, or remove the password'
          : 'keep one of password and token',
      );
    if (url !== undefined) continue;
    if (configuration.servers[server.metadataServer.name]?.kind !== 'metadata-store') {
      problem(
        ['servers', name, 'metadataServer', 'name'],
        `this process has no metadata-store named ${server.metadataServer.name}`,
        'set metadataServer.url for a server elsewhere, or add a metadata-store of that name under servers',
      );
    }
  }
  const names = configuration.accounts.map((account) => account.name);
  names.forEach((name, index) => {
    if (names.indexOf(name) !== index)
      problem(
        ['accounts', String(index), 'name'],
        `the account ${name} is there twice`,
        'give each account its own name',
      );
  });
  return problems;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
