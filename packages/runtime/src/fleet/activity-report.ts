import type { MetadataStore, Properties, Registration } from '@isthmus/model';
import type { ChangedElements, RunRecord } from '../journal/journal.js';

/** Publishes what runs changed as elements of the metadata server, for registrations that ask for it. */
export interface ActivityReporter {
  /** Nothing when nothing changed. Throws the codes of the port. */
  report(registration: Registration, run: RunRecord, changed: ChangedElements, signal: AbortSignal): Promise<void>;
}

/**
 * Egeria's ConnectorActivityReport: anchored to the IntegrationConnector and linked from it by ReportSubject. Lists of
 * GUIDs are bounded; `additionalProperties` tells the whole counts.
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
    const { counts } = run;
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
      additionalProperties: {
        run: run.id,
        outcome: run.outcome,
        seen: String(counts.seen),
        created: String(counts.created + counts.restored),
        updated: String(counts.updated),
        deleted: String(counts.deleted),
      },
    };
  }
}
