import { hash } from 'node:crypto';
import type { ConnectorInstance, TargetSpec } from '@isthmus/connector-host';
import type { ErrorReport } from '@isthmus/kernel';
import type { TargetRecord } from '../journal/journal.js';
import { type ReadTarget, specsOf } from './read-targets.js';

/** Status of one catalog target, as its runs tell it. */
export interface TargetStatus
  extends Pick<TargetSpec, 'name'>,
    Partial<Pick<TargetSpec, 'permittedSynchronization' | 'source'>> {
  readonly elementGuid: string;
  readonly elementTypeName: string;
  readonly elementQualifiedName?: string;
  /** Why no run goes over it. */
  readonly fault?: ErrorReport;
  /** A run is at it now. */
  readonly isRunning?: true;
  /** Of the last run that went over it. */
  readonly lastRun?: TargetRecord & { readonly endedAt: number };
}

/** The catalog targets of one connector: as they were read last, what the instance knows of them, how they fared. */
export class TargetBoard {
  #statuses = new Map<string, TargetStatus>();
  /** Those that no run goes over: they may be called as others are. */
  #unfit: readonly TargetStatus[] = [];
  /** What runs went over as a whole, by name. Undefined: no run has begun since the daemon did. */
  #ran: Map<string, string> | undefined;
  #running: string | undefined;
  /** What the instance was told, by name; another instance knows nothing. */
  #told: { readonly instance: ConnectorInstance; readonly prints: ReadonlyMap<string, string> } | undefined;

  /** In the order in which they were read. */
  get statuses(): readonly TargetStatus[] {
    const all = [...this.#statuses.values(), ...this.#unfit];
    if (this.#running === undefined) return all;
    return all.map((status) =>
      status.name === this.#running && status.fault === undefined ? { ...status, isRunning: true } : status,
    );
  }

  /** Why one of them is not run over. */
  get fault(): ErrorReport | undefined {
    return this.#unfit[0]?.fault;
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

  /** These are the targets now; how one of them fared stays known by its name. @returns those that are unfit now and were not before */
  show(targets: readonly ReadTarget[]): readonly TargetStatus[] {
    const before = new Set(this.#unfit.map(textOf));
    const known = this.#statuses;
    this.#statuses = new Map(
      specsOf(targets).map(({ name, permittedSynchronization, source, element }) => {
        const lastRun = known.get(name)?.lastRun;
        const shown = { name, permittedSynchronization, source, ...elementOf(element) };
        return [name, lastRun === undefined ? shown : { ...shown, lastRun }];
      }),
    );
    this.#unfit = targets.flatMap((target) =>
      'fault' in target ? [{ name: target.name, ...elementOf(target.stored.element), fault: target.fault }] : [],
    );
    return this.#unfit.filter((status) => !before.has(textOf(status)));
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

function elementOf({ guid, typeName, qualifiedName }: TargetSpec['element']) {
  return {
    elementGuid: guid,
    elementTypeName: typeName,
    ...(qualifiedName === undefined ? {} : { elementQualifiedName: qualifiedName }),
  };
}

function textOf({ elementGuid, fault }: TargetStatus): string {
  return `${elementGuid} ${fault?.message}`;
}

function printsOf(targets: readonly TargetSpec[]): ReadonlyMap<string, string> {
  return new Map(targets.map((target) => [target.name, printOf(target)]));
}

function printOf(target: TargetSpec): string {
  return hash('sha256', JSON.stringify(target), 'base64');
}
