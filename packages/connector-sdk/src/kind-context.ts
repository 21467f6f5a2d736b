import { type ContextFacts, contextOfKind } from './base-context.js';
import type { CatalogTarget } from './catalog-target.js';
import type { OmisContexts, OmisScopes, SupportedKind } from './connector.js';
import { filesScope } from './files/port-files.js';
import type { HostPort } from './host-port.js';
import type { RefreshRun } from './refresh-run.js';
import { databaseScope, kindNouns } from './scopes/kind-scopes.js';
import { type NameShape, type Naming, namingOf } from './scopes/naming.js';
import type { NounRows } from './scopes/noun-row.js';
import { portRun, portScope, type RunFacts } from './scopes/port-run.js';
import { type TypedScope, typedScope } from './scopes/typed-scope.js';

/** The typed ends of one instance's port. */
export interface KindContext<K extends SupportedKind> {
  readonly context: OmisContexts[K];
  run<C>(request: RunFacts<C>): RefreshRun<K, C>;
}

type ContextMaker<K extends SupportedKind> = (port: HostPort, facts: ContextFacts) => OmisContexts[K];
type ScopeMaker<K extends SupportedKind> = (port: HostPort, place: RunPlace, scope: string) => OmisScopes[K];

interface RunPlace {
  readonly run: string;
  readonly source: string;
  readonly naming: Naming;
}

/** A scope in the words of its kind. */
function wordsOf<N extends NounRows>(rows: N) {
  return (port: HostPort, { run, naming }: RunPlace, scope: string): TypedScope<N> =>
    typedScope(naming, portScope(port, run, scope), rows);
}

/** One row per kind that exists, so that a new kind does not compile without it. */
const scopeMakers: { readonly [K in SupportedKind]: ScopeMaker<K> } = {
  api: wordsOf(kindNouns.api),
  catalog: wordsOf(kindNouns.catalog),
  database: (port, { run, naming }, scope) => databaseScope(naming, portScope(port, run, scope)),
  display: wordsOf(kindNouns.display),
  files: (port, { run, source }, scope) => filesScope(port, source, run, scope),
  infrastructure: wordsOf(kindNouns.infrastructure),
  lineage: wordsOf(kindNouns.lineage),
  organization: wordsOf(kindNouns.organization),
  search: wordsOf(kindNouns.search),
  security: wordsOf(kindNouns.security),
  stewardship: wordsOf(kindNouns.stewardship),
  topic: wordsOf(kindNouns.topic),
};

const contextMakers: { readonly [K in SupportedKind]: ContextMaker<K> } = {
  api: (port, facts) => contextOfKind('api', port, facts),
  catalog: (port, facts) => contextOfKind('catalog', port, facts),
  database: (port, facts) => contextOfKind('database', port, facts),
  display: (port, facts) => contextOfKind('display', port, facts),
  files: (port, facts) => contextOfKind('files', port, facts),
  infrastructure: (port, facts) => contextOfKind('infrastructure', port, facts),
  lineage: (port, facts) => contextOfKind('lineage', port, facts),
  organization: (port, facts) => contextOfKind('organization', port, facts),
  search: (port, facts) => contextOfKind('search', port, facts),
  security: (port, facts) => contextOfKind('security', port, facts),
  stewardship: (port, facts) => contextOfKind('stewardship', port, facts),
  topic: (port, facts) => contextOfKind('topic', port, facts),
};

/** Whether connectors of this kind have a context. */
export function isSupportedKind(kind: string): kind is SupportedKind {
  return Object.hasOwn(scopeMakers, kind);
}

/**
 * Context and runs of one kind on a host port. For hosts and test kits; authors never call it.
 *
 * @param shapeOf - how the configuration of a target, or the connector's own, wants things to be called
 */
export function kindContext<K extends SupportedKind>(
  kind: K,
  port: HostPort,
  facts: ContextFacts,
  shapeOf: (target: CatalogTarget | undefined) => NameShape | undefined = () => undefined,
): KindContext<K> {
  const context = contextMakers[kind](port, facts);
  return {
    context,
    run: (request) => {
      const source = request.target?.source ?? facts.source;
      const place: RunPlace = { run: request.id, source, naming: namingOf(source, shapeOf(request.target)) };
      // not spread: what a run is may change while it goes
      return Object.assign(portRun(port, request), {
        scope: (scope: string) => scopeMakers[kind](port, place, scope),
      });
    },
  };
}
