import { hash } from 'node:crypto';
import type { ConnectorInstance, TargetSpec } from '@isthmus/connector-host';
import type { TargetRecord } from '../journal/journal.js';

/** Status of one catalog target, as its runs tell it. */
export interface TargetStatus extends Pick<TargetSpec, 'name' | 'permittedSynchronization' | 'source'> {
  readonly elementGuid: string;
  readonly elementTypeName: string;
  readonly elementQualifiedName?: string;
  /** Of the last run that went over it. */
  readonly lastRun?: TargetRecord & { readonly endedAt: number };
}

/** The catalog targets of one connector: as they were read last, what the instance knows of them, how they fared. */
export class TargetBoard {
  #statuses = new Map<string, TargetStatus>();
  /** What the instance was told, by name; another instance knows nothing. */
  #told: { readonly instance: ConnectorInstance; readonly prints: ReadonlyMap<string, string> } | undefined;

  /** In the order in which they were read. */
  get statuses(): readonly TargetStatus[] {
    return [...this.#statuses.values()];
  }

  /** These are the targets now; how one of them fared stays known by its name. */
  show(targets: readonly TargetSpec[]): void {
    this.#statuses = new Map(
      targets.map(({ name, permittedSynchronization, source, element }) => {
        const lastRun = this.#statuses.get(name)?.lastRun;
        return [
          name,
          {
            name,
            permittedSynchronization,
            source,
            elementGuid: element.guid,
            elementTypeName: element.typeName,
            ...(element.qualifiedName === undefined ? {} : { elementQualifiedName: element.qualifiedName }),
            ...(lastRun === undefined ? {} : { lastRun }),
          },
        ];
      }),
    );
  }

  ended(record: TargetRecord, endedAt: number): void {
    const known = this.#statuses.get(record.name);
    if (known !== undefined) this.#statuses.set(record.name, { ...known, lastRun: { ...record, endedAt } });
  }

  /** @returns what the instance has to be told; undefined when it knows */
  changes(
    instance: ConnectorInstance,
    targets: readonly TargetSpec[],
  ): Parameters<ConnectorInstance['targetsChanged']>[0] | undefined {
    const before = this.#told?.instance === instance ? this.#told.prints : new Map<string, string>();
    const prints = printsOf(targets);
    const added = targets.filter(({ name }) => !before.has(name));
    const changed = targets.filter(({ name }) => before.has(name) && before.get(name) !== prints.get(name));
    const removed = [...before.keys()].filter((name) => !prints.has(name));
    return added.length + changed.length + removed.length === 0 ? undefined : { added, changed, removed };
  }

  /** The instance was told of these. */
  told(instance: ConnectorInstance, targets: readonly TargetSpec[]): void {
    this.#told = { instance, prints: printsOf(targets) };
  }
}

function printsOf(targets: readonly TargetSpec[]): ReadonlyMap<string, string> {
  return new Map(targets.map((target) => [target.name, hash('sha256', JSON.stringify(target), 'base64')]));
}
