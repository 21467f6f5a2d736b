import type { MqttConfiguration } from './mqtt-config.js';
import { emptyShape, observe, readPayload, type ValueShape } from './payload-shape.js';
import { type TopicNaming, topicNaming } from './topic-names.js';

/** A message as it arrived. */
export interface HeardMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly isRetained: boolean;
  readonly contentType: string | undefined;
}

/** What is known of a topic. It only ever grows. */
export interface TopicEntry {
  readonly name: string;
  isRetained: boolean;
  readonly encodings: Set<string>;
  readonly contentTypes: Set<string>;
  readonly shape: ValueShape;
  /** On the clock of the time that was listened. */
  heardAt: number;
  looks: number;
}

/** After so many payloads of a topic only every so-many-th is looked at. */
const firstLooks = 30;
const oneOf = 20;
/** Names of topics for which there was no room, to count them. */
const mostLeftOut = 100_000;
const mostContentTypes = 10;

/** Remembers which topics were heard, within bounds, and what their payloads look like, without a value of them. */
export class TopicBook {
  readonly #entries = new Map<string, TopicEntry>();
  readonly #leftOut = new Set<string>();
  readonly #naming: TopicNaming;

  constructor(private readonly configuration: MqttConfiguration) {
    this.#naming = topicNaming(configuration);
  }

  get leftOutCount(): number {
    return this.#leftOut.size;
  }

  /**
   * @param at - on the clock of the time that was listened, ms
   * @returns whether something is to be told that was not known
   */
  hear(message: HeardMessage, at: number): boolean {
    const name = this.#naming.nameOf(message.topic);
    if (name === undefined) return false;
    const isNew = !this.#entries.has(name);
    // an empty retained message takes the retained one away; nothing is said of the topic by it
    const isRetained = message.isRetained && message.payload.length > 0;
    if (isNew && message.isRetained && !isRetained) return false;
    const entry = this.#entryOf(name);
    if (entry === undefined) return false;
    entry.heardAt = at;
    const becameRetained = isRetained && !entry.isRetained;
    entry.isRetained ||= isRetained;
    return this.#look(entry, message) || isNew || becameRetained;
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** Whether a topic would still be called so, and has room. */
  wouldHold(name: string): boolean {
    return this.#naming.nameOf(name) === name && this.#entries.size < this.configuration.maxTopics;
  }

  /** Takes in what was known before this instance began, if it would still be called so. */
  recall(name: string, known: Partial<Pick<TopicEntry, 'isRetained' | 'shape' | 'encodings' | 'contentTypes'>>): void {
    if (this.#naming.nameOf(name) !== name) return;
    if (this.#entries.has(name) || !this.#hasRoomFor(name)) return;
    this.#entries.set(name, { ...newEntry(name), ...known });
  }

  /** In the order of their names. */
  topics(): readonly TopicEntry[] {
    return [...this.#entries.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** What has not been heard since then. */
  silentSince(at: number): readonly string[] {
    return [...this.#entries.values()].flatMap(({ name, heardAt }) => (heardAt < at ? name : []));
  }

  /** Lets go what has not been heard since then. */
  forgetBefore(at: number, mayGo: (name: string) => boolean): void {
    for (const name of this.silentSince(at)) if (mayGo(name)) this.#entries.delete(name);
  }

  #entryOf(name: string): TopicEntry | undefined {
    const known = this.#entries.get(name);
    if (known !== undefined) return known;
    if (!this.#hasRoomFor(name)) return undefined;
    const entry = newEntry(name);
    this.#entries.set(name, entry);
    return entry;
  }

  /** Counts it as left out when there is none. */
  #hasRoomFor(name: string): boolean {
    if (this.#entries.size < this.configuration.maxTopics) return true;
    if (this.#leftOut.size < mostLeftOut) this.#leftOut.add(name);
    return false;
  }

  #look(entry: TopicEntry, { payload, contentType }: HeardMessage): boolean {
    const { payloads, maxPayloadBytes } = this.configuration;
    if (!payloads) return false;
    entry.looks += 1;
    if (entry.looks > firstLooks && entry.looks % oneOf !== 0) return false;
    const before = entry.encodings.size + entry.contentTypes.size + measure(entry.shape);
    if (contentType !== undefined && entry.contentTypes.size < mostContentTypes) entry.contentTypes.add(contentType);
    if (payload.length > maxPayloadBytes) entry.encodings.add('not read');
    else {
      const { encoding, value } = readPayload(payload);
      // an empty message clears a retained one: it tells nothing of those that have something in them
      if (encoding !== 'empty' || entry.encodings.size === 0) entry.encodings.add(encoding);
      if (encoding === 'JSON') observe(entry.shape, value);
    }
    return entry.encodings.size + entry.contentTypes.size + measure(entry.shape) !== before;
  }
}

function newEntry(name: string): TopicEntry {
  return {
    name,
    isRetained: false,
    encodings: new Set(),
    contentTypes: new Set(),
    shape: emptyShape(),
    heardAt: 0,
    looks: 0,
  };
}

/** Another number whenever there is more to tell; which fields may be missing included. */
function measure(shape: ValueShape): number {
  let sum = shape.types.size + (shape.items === undefined ? 0 : 1 + measure(shape.items));
  for (const { shape: inner, seen } of shape.fields.values()) sum += (seen < shape.objects ? 3 : 2) + measure(inner);
  return sum;
}
