import type { MetadataStore, Properties, Registration } from '@isthmus/model';
import type { ChangedElements, RunRecord, ScopeReport, ScopesReport } from '../journal/journal.js';

/** Publishes what runs changed as elements of the metadata server, for registrations that ask for it. */
export interface ActivityReporter {
  /** Nothing when nothing changed. Throws the codes of the port. */
  report(registration: Registration, run: RunRecord, changed: ChangedElements, signal: AbortSignal): Promise<void>;
}

/** Scopes that are told one by one, those with a reason first, then the largest; and catalog targets. */
const mostTold = 20;
const mostCharacters = 500;

/**
 * Egeria's ConnectorActivityReport: anchored to the IntegrationConnector and linked from it by ReportSubject. Lists of
 * GUIDs are bounded; `additionalProperties` tells the whole counts, and of each scope what became of it and why.
 */
export class StoreActivityReporter implements ActivityReporter {
  constructor(
    private readonly store: Pick<MetadataStore, 'create'>,
    private readonly serverName: string,
  ) {}

  async report(
    registration: Registration,
    run: RunRecord,
    changed: ChangedElements,
    signal: AbortSignal,
  ): Promise<void> {
    const { created, updated, deleted } = changed;
    if (created.length + updated.length + deleted.length === 0) return;
    const { connectorGuid } = registration;
    await this.store.create(
      {
        typeName: 'ConnectorActivityReport',
        properties: this.#properties(registration, run, changed),
        anchorGuid: connectorGuid,
        parent: { guid: connectorGuid, relationshipTypeName: 'ReportSubject', parentAtEnd1: true },
      },
      signal,
    );
  }

  #properties(registration: Registration, run: RunRecord, { created, updated, deleted }: ChangedElements): Properties {
    return {
      qualifiedName: `ConnectorActivityReport::${registration.qualifiedName}::${run.id}`,
      displayName: `Activity of ${registration.connectorName}`,
      serverName: this.serverName,
      connectorId: registration.connectorId,
      connectorName: registration.connectorName,
      refreshStartDate: run.startedAt,
      refreshCompletionDate: run.endedAt ?? run.startedAt,
      ...(created.length > 0 ? { createdElements: created } : {}),
      ...(updated.length > 0 ? { updatedElements: updated } : {}),
      ...(deleted.length > 0 ? { deletedElements: deleted } : {}),
      additionalProperties: toldOf(run),
    };
  }
}

function toldOf({ id, outcome, counts, scopes, targets = [], findingCount, error }: RunRecord): Record<string, string> {
  const told = new Map<string, string | number>([
    ['run', id],
    ['outcome', outcome],
    ['seen', counts.seen],
    ['unchanged', counts.unchanged],
    ['created', counts.created + counts.restored],
    ['updated', counts.updated],
    ['deleted', counts.deleted],
    ['setAside', counts.setAside],
    ['kept', keptIn(scopes) + targets.reduce((sum, target) => sum + keptIn(target.scopes), 0)],
    ['findings', findingCount],
  ]);
  if (error !== undefined) told.set('error', `${error.code}: ${error.message}`);
  for (const scope of scopes?.items.slice(0, mostTold) ?? []) told.set(`scope ${scope.scope}`, textOf(scope));
  for (const target of targets.slice(0, mostTold)) {
    const text = textOf({ ...target.counts, kept: keptIn(target.scopes), why: target.error?.message });
    told.set(`target ${target.name}`, `${target.outcome}, ${text}`);
  }
  return Object.fromEntries([...told].map(([name, value]) => [short(name), short(String(value))]));
}

function keptIn(scopes: ScopesReport | undefined): number {
  return scopes?.items.reduce((sum, { kept }) => sum + kept, scopes.rest?.kept ?? 0) ?? 0;
}

/** What is none is left out: "9 seen, 2 created, 1 kept: the listing ended with an error". */
function textOf(scope: Omit<ScopeReport, 'scope' | 'why'> & { readonly why?: string | undefined }): string {
  const { seen, unchanged, created, updated, restored, deleted, setAside, kept, why } = scope;
  const counts = { unchanged, created, updated, restored, deleted, 'set aside': setAside, kept };
  const some = Object.entries(counts).flatMap(([name, count]) => (count === 0 ? [] : [`${count} ${name}`]));
  return `${[`${seen} seen`, ...some].join(', ')}${why === undefined ? '' : `: ${why}`}`;
}

function short(text: string): string {
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters - 1)}…` : text;
}
