import type { ConnectorInstance, InstanceNotice } from '@isthmus/connector-host';
import type { Clock, Scheduled } from '@isthmus/kernel';
import type { MetadataChange } from '@isthmus/model';
import type { OwnChanges } from './own-changes.js';

type LineageEvent = Extract<InstanceNotice, { readonly type: 'lineage' }>['event'];

/** Of what catalog targets and their connections consist, beside the elements themselves. */
const targetTypes = ['CatalogTarget', 'AssetConnection', 'ConnectToEndpoint', 'Connection', 'Endpoint'];
const tellAfterMs = 300;
const mostWaiting = 50_000;

/** An instance that runs now, and whom to tell that its catalog targets may have changed. */
export interface Listening {
  readonly connectorGuid: string;
  readonly instance: Pick<ConnectorInstance, 'capabilities' | 'notify'>;
  /** Its catalog targets; absent: it has none. */
  readonly targets?: WatchedTargets;
  /** Types of elements of which it takes over what others change, when it is run. Default: none. */
  readonly pushes?: readonly string[];
  /** Something of them has changed. */
  readonly pushable?: () => void;
}

/** Catalog targets of one connector, as far as changes may concern them. */
export interface WatchedTargets {
  /** GUIDs of elements that they consist of. */
  readonly guids: ReadonlySet<string>;
  readonly types: readonly string[];
  /** Something of them may have changed. */
  look(): void;
}

/** Who of the running connectors is told of what. Tells at once and without waiting: instances queue by themselves. */
export class ListenerHub {
  readonly #listening = new Set<Listening>();
  /** Called when what anybody is told of may have changed. */
  onWish: () => void = () => undefined;
  /** Undefined: to be asked of all anew. It is asked for each second, and there may be ten thousand of them. */
  #types: readonly string[] | undefined;
  #waiting: MetadataChange[] = [];
  #missed = false;
  #telling: Scheduled | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly own: OwnChanges,
  ) {}

  /** @returns ends it */
  attach(listening: Listening): () => void {
    const began = typesOf(listening).length;
    this.#listening.add(listening);
    // thousands that listen to nothing are no reason to ask all of them each time
    if (began > 0) this.wish();
    return () => {
      this.#listening.delete(listening);
      if (began > 0 || typesOf(listening).length > 0) this.wish();
    };
  }

  /** To be called when what one of them is told of may be another now. */
  wish(): void {
    this.#types = undefined;
    this.onWish();
  }

  /** Types of elements and relationships that anybody is told of, sorted. */
  types(): readonly string[] {
    this.#types ??= [...new Set([...this.#listening].flatMap(typesOf))].sort();
    return this.#types;
  }

  /**
   * Gives an OpenLineage event to all that listen, but not back to who published it.
   *
   * @returns how many they are
   */
  publishLineage(event: LineageEvent, from?: string): number {
    let count = 0;
    for (const { instance, connectorGuid } of this.#listening) {
      if (!instance.capabilities.listens.lineage || connectorGuid === from) continue;
      instance.notify({ type: 'lineage', event });
      count += 1;
    }
    return count;
  }

  /**
   * Told on after a short while: together, and once the answers of runs have told which changes were their own.
   *
   * @param missed - changes before these were lost
   */
  changed(changes: readonly MetadataChange[], missed: boolean): void {
    this.#waiting.push(...changes);
    this.#missed ||= missed;
    if (this.#waiting.length > mostWaiting) {
      this.#waiting = [];
      this.#missed = true;
    }
    this.#telling ??= this.clock.schedule(tellAfterMs, () => {
      const [told, lost] = [this.#waiting, this.#missed];
      this.#telling = undefined;
      this.#waiting = [];
      this.#missed = false;
      for (const listening of this.#listening) this.#tell(listening, told, lost);
    });
  }

  close(): void {
    this.#telling?.cancel();
    this.#listening.clear();
  }

  #tell(listening: Listening, changes: readonly MetadataChange[], missed: boolean) {
    const { instance, connectorGuid, targets, pushes = [] } = listening;
    const pushed = new Set(pushes);
    const isForeign = (change: MetadataChange) =>
      change.end1Guid === undefined && isOf(change, pushed) && !this.own.has(connectorGuid, change.sequence);
    // Of what was missed the next run that is due finds out by itself.
    if (pushed.size > 0 && changes.some(isForeign)) listening.pushable?.();
    const wanted = new Set(instance.capabilities.listens.elements);
    const elements = changes
      .filter((change) => isOf(change, wanted))
      .map((change) => this.#toElement(change, connectorGuid));
    if (wanted.size > 0 && (elements.length > 0 || missed)) instance.notify({ type: 'elements', elements, missed });
    if (targets !== undefined && (missed || changes.some((change) => isOfTargets(change, connectorGuid, targets))))
      targets.look();
  }

  #toElement({ guid, typeName, eventType, end1Guid, end2Guid, sequence }: MetadataChange, connectorGuid: string) {
    return {
      guid,
      typeName,
      eventType,
      ...(end1Guid === undefined ? {} : { end1Guid }),
      ...(end2Guid === undefined ? {} : { end2Guid }),
      isOwn: this.own.has(connectorGuid, sequence),
    };
  }
}

function isOf({ typeName, superTypeNames }: MetadataChange, wanted: ReadonlySet<string>): boolean {
  return wanted.has(typeName) || superTypeNames.some((name) => wanted.has(name));
}

function isOfTargets(
  { guid, end1Guid }: MetadataChange,
  connectorGuid: string,
  { guids }: Pick<WatchedTargets, 'guids'>,
): boolean {
  return end1Guid === connectorGuid || guids.has(guid) || (end1Guid !== undefined && guids.has(end1Guid));
}

function typesOf({ instance, targets, pushes }: Listening): readonly string[] {
  const { elements } = instance.capabilities.listens;
  // nearly all: thousands are asked again and again
  if (targets === undefined && pushes === undefined) return elements;
  return [...elements, ...(pushes ?? []), ...(targets === undefined ? [] : [...targetTypes, ...targets.types])];
}
