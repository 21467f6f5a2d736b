import { IsthmusError } from '@isthmus/kernel';
import type { MetadataElement } from '@isthmus/model';
import type { ConnectorFleet } from '../fleet/connector-fleet.js';
import type { ConnectorStatus } from '../fleet/connector-status.js';
import type { HolderJournal } from '../journal/journal.js';
import type { OperationJournal } from '../journal/operation-journal.js';
import { type Explanation, explain } from '../plan/explain.js';
import type { IntegrationDaemon } from './integration-daemon.js';
import { type StayingElementParts, whyItStays } from './why-it-stays.js';

interface ElementDeskParts extends StayingElementParts {
  readonly fleet: Pick<ConnectorFleet, 'find'>;
  readonly journal: StayingElementParts['journal'] & HolderJournal & { readonly operations: OperationJournal };
}

/** Related elements that are shown with one. */
const mostRelated = 100;

/** What people see of the catalogue, and of whom it is. */
export class ElementDesk {
  constructor(private readonly parts: ElementDeskParts) {}

  findElements(
    ...[search, options, signal]: Parameters<IntegrationDaemon['findElements']>
  ): Promise<readonly MetadataElement[]> {
    // what holds others is made before them: a file comes before its columns
    return this.parts.store.findByString(search, { ...options, sequencingOrder: 'CREATION_DATE_OLDEST' }, signal);
  }

  async showElement(
    qualifiedName: string,
    signal: AbortSignal,
  ): Promise<Awaited<ReturnType<IntegrationDaemon['showElement']>>> {
    const element = await this.parts.store.getByQualifiedName(qualifiedName, {}, signal);
    if (element === undefined) throw noElement(qualifiedName);
    const related = await this.parts.store.related(element.guid, { pageSize: mostRelated + 1 }, signal);
    return { element, related: related.slice(0, mostRelated), moreRelated: related.length > mostRelated };
  }

  async explain(qualifiedName: string, signal: AbortSignal): Promise<Explanation> {
    const { store, journal } = this.parts;
    const element = await store.getByQualifiedName(qualifiedName, {}, signal);
    const holding = await journal.holding(qualifiedName);
    const operated = await journal.operations.operated(qualifiedName);
    if (element === undefined && holding.length + operated.length === 0) throw noElement(qualifiedName);
    const former = holding.length === 0 ? await journal.formerWriters(qualifiedName) : [];
    const nameOf = (connectorGuid: string) => this.#connector(connectorGuid)?.name;
    const connectorOf = (connectorGuid: string) => {
      const connector = this.#connector(connectorGuid);
      const userId = connector?.registration?.connectorUserId;
      return connector && { hasTargets: (connector.targets ?? []).length > 0, ...(userId ? { userId } : {}) };
    };
    const reasons = await whyItStays(this.parts, holding, connectorOf, signal);
    return explain(qualifiedName, element, holding, nameOf, operated, former, reasons);
  }

  #connector(connectorGuid: string): ConnectorStatus | undefined {
    try {
      return this.parts.fleet.find(connectorGuid);
    } catch {
      return undefined;
    }
  }
}

function noElement(qualifiedName: string): IsthmusError {
  return new IsthmusError('ELEMENT_NOT_FOUND', `there is no element named ${qualifiedName}`, {
    details: { qualifiedName },
  });
}
