import type { ChangedElement, ElementChanges, Listeners, OpenLineageEvent } from '@isthmus/connector-sdk';

/** What an instance is told beside its runs. */
export type InstanceNotice =
  | { readonly type: 'elements'; readonly elements: readonly ChangedElement[]; readonly missed: boolean }
  | { readonly type: 'lineage'; readonly event: OpenLineageEvent['event'] }
  | { readonly type: 'folders'; readonly folders: readonly string[] };

/** Changed elements that wait; with more of them the connector is told that it missed some. */
const mostElements = 10_000;
/** Lineage events that wait; the oldest go, as nothing else can be done with an event that nobody takes. */
const mostLineageEvents = 1_000;
const elementsAtOnce = 1_000;

export interface NoticeParts {
  readonly listeners: Listeners;
  /** Calls the connector's hook with deadline and signal. */
  readonly call: (name: keyof Listeners, code: (signal: AbortSignal) => Promise<void> | undefined) => Promise<void>;
  /** A hook failed. Must not throw. */
  readonly failed: (name: keyof Listeners, error: unknown) => void;
  /** So many lineage events were dropped. */
  readonly dropped: (count: number) => void;
}

/**
 * Tells a connector one thing after the other, never two at a time. What waits is bounded and coalesced: an element or a
 * folder that changes often is told once. A hook that fails does not keep the next from being told.
 */
export class NoticeQueue {
  #elements = new Map<string, ChangedElement>();
  #missed = false;
  /** A hook failed to take changes: it is told with the next ones that it missed some. */
  #owesMissed = false;
  #lineage: OpenLineageEvent['event'][] = [];
  #dropped = 0;
  #folders = new Set<string>();
  #working: Promise<void> | undefined;
  #isClosed = false;

  constructor(private readonly parts: NoticeParts) {}

  add(notice: InstanceNotice): void {
    if (this.#isClosed) return;
    switch (notice.type) {
      case 'elements':
        this.#addElements(notice);
        break;
      case 'lineage':
        if (this.#lineage.length >= mostLineageEvents) {
          this.#lineage.shift();
          this.#dropped += 1;
        }
        this.#lineage.push(notice.event);
        break;
      case 'folders':
        for (const folder of notice.folders) this.#folders.add(folder);
    }
    this.#working ??= this.#work();
  }

  /** Nothing more is told. */
  close(): void {
    this.#isClosed = true;
    this.#elements.clear();
    this.#lineage = [];
    this.#folders.clear();
  }

  /** Resolves when nothing is being told. */
  async rest(): Promise<void> {
    await this.#working;
  }

  #addElements({ elements, missed }: Extract<InstanceNotice, { readonly type: 'elements' }>): void {
    this.#missed ||= missed || this.#owesMissed;
    this.#owesMissed = false;
    for (const element of elements) {
      const known = this.#elements.get(element.guid);
      // Of an element that others changed too it is not said that the connector did.
      this.#elements.set(
        element.guid,
        known === undefined ? element : { ...element, isOwn: element.isOwn && known.isOwn },
      );
    }
    if (this.#elements.size <= mostElements) return;
    this.#elements.clear();
    this.#missed = true;
  }

  async #work(): Promise<void> {
    // What is added in this turn goes together.
    await Promise.resolve();
    try {
      while (!this.#isClosed && (await this.#tellNext())) {
        // told
      }
    } finally {
      this.#working = undefined;
    }
  }

  /** @returns whether there was anything */
  async #tellNext(): Promise<boolean> {
    const { listeners } = this.parts;
    const changes = this.#takeElements();
    if (changes !== undefined) {
      await this.#tell(
        'elementsChanged',
        (signal) => listeners.elementsChanged?.(changes, signal),
        () => {
          this.#owesMissed = true;
        },
      );
      return true;
    }
    if (this.#folders.size > 0) {
      const folders = [...this.#folders];
      this.#folders.clear();
      await this.#tell('foldersChanged', (signal) => listeners.foldersChanged?.(folders, signal));
      return true;
    }
    const event = this.#lineage.shift();
    if (event === undefined) return false;
    if (this.#dropped > 0) this.parts.dropped(this.#dropped);
    this.#dropped = 0;
    // others are told of the same event
    const own = structuredClone(event);
    await this.#tell('openLineageEvent', (signal) => listeners.openLineageEvent?.({ event: own }, signal));
    return true;
  }

  #takeElements(): ElementChanges | undefined {
    if (this.#elements.size === 0 && !this.#missed) return undefined;
    const elements = [...this.#elements.values()].slice(0, elementsAtOnce);
    for (const { guid } of elements) this.#elements.delete(guid);
    const missed = this.#missed;
    this.#missed = false;
    return { elements, missed };
  }

  async #tell(
    name: keyof Listeners,
    code: (signal: AbortSignal) => Promise<void> | undefined,
    onFailure: () => void = () => undefined,
  ): Promise<void> {
    try {
      await this.parts.call(name, code);
    } catch (error) {
      if (this.#isClosed) return;
      this.parts.failed(name, error);
      onFailure();
    }
  }
}
