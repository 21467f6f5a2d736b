import { hash } from 'node:crypto';
import type { ConnectorInstance, TargetSpec } from '@isthmus/connector-host';
import type { TargetRecord } from '../journal/journal.js';

/** Status of one catalog target, as its runs tell it. */
export interface TargetStatus extends Pick<TargetSpec, 'name' | 'permittedSynchronization' | 'source'> {
  readonly elementGuid: string;
  readonly elementTypeName: string;
  readonly elementQualifiedName?: string;
  /** A run is at it now. */
  readonly isRunning?: true;
  /** Of the last run that went over it. */
  readonly lastRun?: TargetRecord & { readonly endedAt: number };
}

/** The catalog targets of one connector: as they were read last, what the instance knows of them, how they fared. */
export class TargetBoard {
  #statuses = new Map<string, TargetStatus>();
  /** What runs went over as a whole, by name. Undefined: no run has begun since the daemon did. */
  #ran: Map<string, string> | undefined;
  #running: string | undefined;
  /** What the instance was told, by name; another instance knows nothing. */
  #told: { readonly instance: ConnectorInstance; readonly prints: ReadonlyMap<string, string> } | undefined;

  /** In the order in which they were read. */
  get statuses(): readonly TargetStatus[] {
    const all = [...this.#statuses.values()];
    if (this.#running === undefined) return all;
    return all.map((status) => (status.name === this.#running ? { ...status, isRunning: true } : status));
  }

  /** A run over targets begins. */
  begun(targets: readonly TargetSpec[]): void {
    const known = this.#ran;
    const now = new Set(targets.map(({ name }) => name));
    this.#ran = new Map([...(known ?? [])].filter(([name]) => now.has(name)));
  }

  /** The run goes over this one. @param isWhole - over all of its scopes */
  beginsWith(target: TargetSpec, isWhole: boolean): void {
    this.#running = target.name;
    if (isWhole) this.#ran?.set(target.name, printOf(target));
  }

  /** Names of targets that came, changed or went since a run went over them. The first run goes over all by itself. */
  due(targets: readonly TargetSpec[]): readonly string[] {
    const ran = this.#ran;
    if (ran === undefined) return [];
    const now = printsOf(targets);
    const other = [...now].filter(([name, print]) => ran.get(name) !== print).map(([name]) => name);
    return [...other, ...[...ran.keys()].filter((name) => !now.has(name))];
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
    if (this.#running === record.name) this.#running = undefined;
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
  return new Map(targets.map((target) => [target.name, printOf(target)]));
}

function printOf(target: TargetSpec): string {
  return hash('sha256', JSON.stringify(target), 'base64');
}
