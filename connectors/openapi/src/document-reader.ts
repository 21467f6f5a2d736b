import { canBeCut } from './document-text.js';
import type { DocumentThread } from './document-thread.js';
import type { DocumentAnswer, DocumentFacts, LoadedBytes } from './document-work.js';
import type { Loaded, Loader, Stamp } from './loading.js';
import type { OpenapiConfiguration } from './openapi-config.js';
import { refusedReach } from './reach.js';
import type { ToldApi, ToldThing } from './to-catalogue.js';

/** One document of an API, where it is and what it is called. */
export interface DocumentPlace {
  readonly uri: string;
  readonly names: readonly string[];
  /** For people; undefined = it is a file. */
  readonly address: string | undefined;
  /** The medium that it was listed on; undefined = it was named, not listed. */
  readonly medium: string | undefined;
  readonly loader: Loader;
}

/** By URI: the document and all that it refers to, as they were; of what could not be had, what came of asking. */
export type Stamps = ReadonlyMap<string, Stamp | 'absent' | 'unreachable'>;

export type Reading = { readonly stamps: Stamps } & Outcome;

type Outcome =
  | {
      readonly kind: 'api';
      readonly api: ToldApi;
      readonly facts: DocumentFacts;
      /** False: something that it refers to could not be read or understood, and may be there all the same. */
      readonly isWhole: boolean;
      /** A part of it, or of what it refers to, would pass for the whole: half written it looks like a shorter one. */
      readonly canBeCut: boolean;
      readonly things: AsyncIterable<readonly ToldThing[]>;
    }
  | { readonly kind: 'other' }
  | { readonly kind: 'gone'; readonly why: string }
  /** What is known of it stays. */
  | {
      readonly kind: 'unread';
      readonly code: 'DOCUMENT_BROKEN' | 'DOCUMENT_UNREADABLE';
      readonly why: string;
      /** There seems to be none, which is not certain. */
      readonly isAbsent?: boolean;
    };

const mostReferencedMegabytes = 512;

/** Whether a document and all that it refers to are as they were. */
export async function isUnchanged({ loader }: DocumentPlace, stamps: Stamps, signal: AbortSignal): Promise<boolean> {
  for (const [uri, stamp] of stamps) {
    const { kind } = await loader.load(uri, typeof stamp === 'string' ? undefined : stamp, signal);
    if (kind !== (typeof stamp === 'string' ? stamp : 'unchanged')) return false;
  }
  return true;
}

/** Whether a document and all that it refers to were found the same twice. */
export function isSame(one: Stamps, other: Stamps): boolean {
  return one.size === other.size && [...one].every(([uri, stamp]) => contentOf(other.get(uri)) === contentOf(stamp));
}

function contentOf(stamp: Stamp | string | undefined): string | undefined {
  return typeof stamp === 'object' ? `content ${stamp.content}` : stamp;
}

/** Loads a document, and what it leads to as far as it may, and has it read by a thread. */
export async function readPlace(
  place: DocumentPlace,
  thread: DocumentThread,
  configuration: OpenapiConfiguration,
  signal: AbortSignal,
): Promise<Reading> {
  const { uri, names, address, loader } = place;
  const loaded = await loader.load(uri, undefined, signal);
  if (loaded.kind === 'absent') {
    const stamps: Stamps = new Map([[uri, 'absent']]);
    return loaded.isCertain
      ? { stamps, kind: 'gone', why: loaded.why }
      : { stamps, kind: 'unread', code: 'DOCUMENT_UNREADABLE', why: loaded.why, isAbsent: true };
  }
  if (loaded.kind !== 'bytes') return unreadable(new Map([[uri, 'unreachable']]), reasonOf(loaded));
  const parts = new ReferencedParts(place, configuration, new Map([[uri, loaded.stamp]]), canBeCut(loaded.bytes));
  const deadline = AbortSignal.timeout(configuration.timeoutSeconds * readingTakes * 1_000);
  const either = AbortSignal.any([signal, deadline]);
  try {
    let answer = await thread.ask({ type: 'read', uri, names, address, bytes: loaded.bytes }, either);
    while (answer.type === 'wanted') {
      const documents = await parts.load(answer.uris, signal);
      if (documents === undefined) return unreadable(parts.stamps, parts.unreachable);
      answer = await thread.ask({ type: 'loaded', documents }, either);
    }
    return { stamps: parts.stamps, ...outcomeOf(answer, parts, () => pagesOf(thread, signal)) };
  } catch (error) {
    signal.throwIfAborted();
    const why = deadline.aborted ? 'reading it takes too long (`timeoutSeconds`)' : messageOf(error);
    return { stamps: parts.stamps, kind: 'unread', code: 'DOCUMENT_BROKEN', why };
  }
}

/** Times the timeout of one request: parts of it are asked for meanwhile. */
const readingTakes = 4;

function unreadable(stamps: Stamps, why = 'it cannot be read'): Reading {
  return { stamps, kind: 'unread', code: 'DOCUMENT_UNREADABLE', why };
}

function outcomeOf(
  answer: DocumentAnswer,
  { canBeCut }: ReferencedParts,
  things: () => AsyncIterable<readonly ToldThing[]>,
): Outcome {
  switch (answer.type) {
    case 'api':
      return { kind: 'api', api: answer.api, facts: answer.facts, isWhole: answer.isWhole, canBeCut, things: things() };
    case 'other':
      return { kind: 'other' };
    case 'broken':
      return { kind: 'unread', code: 'DOCUMENT_BROKEN', why: answer.why };
    default:
      return { kind: 'unread', code: 'DOCUMENT_BROKEN', why: 'it could not be read' };
  }
}

async function* pagesOf(thread: DocumentThread, signal: AbortSignal): AsyncGenerator<readonly ToldThing[]> {
  for (;;) {
    const answer = await thread.ask({ type: 'next' }, signal);
    if (answer.type !== 'things') throw new Error('the thread that reads documents lost its place');
    if (answer.things.length > 0) yield answer.things;
    if (answer.isLast) return;
  }
}

/** The documents that one refers to. */
class ReferencedParts {
  /** Why one of them could not be read. */
  unreachable: string | undefined;
  #bytes = 0;

  constructor(
    private readonly place: DocumentPlace,
    private readonly configuration: OpenapiConfiguration,
    readonly stamps: Map<string, Stamp | 'absent' | 'unreachable'>,
    public canBeCut: boolean,
  ) {}

  /** Undefined: one of them cannot be read now, so nothing can be concluded from the whole. */
  async load(uris: readonly string[], signal: AbortSignal): Promise<readonly LoadedBytes[] | undefined> {
    const documents: LoadedBytes[] = [];
    for (const uri of uris) {
      const refused = refusedReach(uri, this.place.uri, this.configuration);
      const loaded: Loaded =
        refused === undefined
          ? await this.place.loader.load(uri, undefined, signal)
          : { kind: 'absent', why: refused, isCertain: true };
      if (loaded.kind === 'bytes') {
        this.#bytes += loaded.bytes.length;
        if (this.#bytes > mostReferencedMegabytes * 1024 * 1024) {
          this.unreachable = `what it refers to is larger than ${mostReferencedMegabytes} MB`;
          this.stamps.set(uri, 'unreachable');
          return undefined;
        }
        this.stamps.set(uri, loaded.stamp);
        this.canBeCut ||= canBeCut(loaded.bytes);
        documents.push({ uri, content: loaded.bytes });
      } else if (loaded.kind === 'absent') {
        if (refused === undefined) this.stamps.set(uri, 'absent');
        documents.push({ uri, content: loaded });
      } else {
        this.stamps.set(uri, 'unreachable');
        this.unreachable = `${lastOf(uri)}, which it refers to: ${reasonOf(loaded)}`;
        return undefined;
      }
    }
    return documents;
  }
}

function lastOf(uri: string): string {
  return new URL(uri).pathname.split('/').at(-1) ?? uri;
}

function reasonOf(loaded: Loaded): string {
  return 'why' in loaded ? loaded.why : 'it was not answered';
}

function messageOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return 'reading it takes too much memory';
  return error instanceof Error ? error.message : String(error);
}
