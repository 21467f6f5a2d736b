import {
  type FilesContext,
  filesContext,
  filesRun,
  type HostPort,
  type OmisContexts,
  type RefreshRun,
  type SupportedKind,
} from '@isthmus/connector-sdk';

type Facts = Pick<FilesContext, 'connectorName' | 'source' | 'permittedSynchronization' | 'excludedPaths'>;
type RunFacts = Pick<RefreshRun<SupportedKind>, 'id' | 'mode' | 'signal' | 'requested'>;

/** The typed ends of one instance's port. */
export interface InstanceContext {
  readonly context: OmisContexts[SupportedKind];
  run(request: RunFacts): RefreshRun<SupportedKind>;
}

/** One row per kind that exists. */
const makers: { readonly [K in SupportedKind]: (port: HostPort, facts: Facts) => InstanceContext } = {
  files: (port, facts) => {
    const context = filesContext(port, facts);
    return { context, run: (request) => filesRun(port, context, request) };
  },
};

export function instanceContext(kind: SupportedKind, port: HostPort, facts: Facts): InstanceContext {
  return makers[kind](port, facts);
}
