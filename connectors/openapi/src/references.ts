import { isFields } from './json.js';
import { isPart, type PartKind } from './parts.js';

/** What was loaded of a document that references lead to. */
export type LoadedDocument =
  | { readonly kind: 'value'; readonly value: unknown }
  /** It is not there, or not what it should be, or may not be asked for: `why` is for people. */
  | {
      readonly kind: 'absent';
      readonly why: string;
      /** False: it may be there all the same, so what it says is not known. */
      readonly isCertain: boolean;
    };

/** A place in one of the documents that belong together. */
export interface Place {
  /** Of the document, without fragment. */
  readonly uri: string;
  /** JSON pointer, `` = the whole. */
  readonly pointer: string;
  readonly value: unknown;
}

const mostHops = 20;
/** So much of a kind of fault is told; the rest is counted. */
const mostTold = 20;

/**
 * Follows `$ref`s within a document and to others. What is not loaded yet is noted as wanted and taken as absent: whoever
 * reads loads it and reads once more, so that exactly what is reached is loaded.
 */
export class References {
  readonly wanted = new Set<string>();
  readonly faults: string[] = [];
  /** How often something led to a document of which it is not known what it says. */
  missedCount = 0;
  readonly #faulty = new Set<string>();
  /** Documents in which something that was referred to was found, and was not. */
  readonly #found = new Set<string>();
  readonly #lacking = new Set<string>();

  constructor(private readonly documents: ReadonlyMap<string, LoadedDocument>) {}

  /** The value itself, or where its `$ref` leads in the end. Undefined: nowhere. */
  resolve(place: Place, kind: PartKind): Place | undefined {
    let here = place;
    for (let hop = 0; hop < mostHops; hop += 1) {
      const reference = referenceOf(here.value);
      if (reference === undefined) return here;
      const next = this.follow(here.uri, reference, kind);
      if (next === undefined) return undefined;
      here = next;
    }
    this.#fault(`${referenceOf(place.value)} leads in a circle`);
    return undefined;
  }

  /** One step. */
  follow(from: string, reference: string, kind: PartKind): Place | undefined {
    const target = URL.parse(reference, from);
    if (target === null) return this.#fault(`${reference} is no reference`);
    const pointer = decoded(target.hash.slice(1));
    target.hash = '';
    const document = this.documents.get(target.href);
    if (document === undefined) {
      this.wanted.add(target.href);
      return undefined;
    }
    if (document.kind === 'absent' && !document.isCertain) this.missedCount += 1;
    if (document.kind === 'absent') return this.#fault(`${withoutQuery(reference)}: ${document.why}`);
    if (pointer !== '' && !pointer.startsWith('/'))
      return this.#fault(`${withoutQuery(reference)}: anchors are not followed, only JSON pointers`);
    const found = at(document.value, pointer);
    const says = pointer === '' ? isPart(kind, found) : found !== undefined;
    (says ? this.#found : this.#lacking).add(target.href);
    return found === undefined
      ? this.#fault(`${withoutQuery(reference)} leads to nothing`)
      : { uri: target.href, pointer, value: found };
  }

  /** Documents in which nothing is of all that was looked for there: what answers in their place, a notice say. */
  get strangers(): readonly string[] {
    return [...this.#lacking].filter((uri) => !this.#found.has(uri));
  }

  #fault(message: string): undefined {
    if (this.#faulty.has(message)) return undefined;
    if (this.#faulty.size < 10_000) this.#faulty.add(message);
    if (this.faults.length < mostTold) this.faults.push(message.slice(0, 500));
    return undefined;
  }

  get faultCount(): number {
    return this.#faulty.size;
  }
}

export function referenceOf(value: unknown): string | undefined {
  return isFields(value) && typeof value.$ref === 'string' ? value.$ref : undefined;
}

function at(value: unknown, pointer: string): unknown {
  let here = value;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return undefined;
    here = Array.isArray(here) ? here[Number(name)] : isFields(here) ? here[name] : undefined;
  }
  return here;
}

export function below(place: Place, ...names: readonly string[]): Place {
  const pointer = names.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return { uri: place.uri, pointer: place.pointer + pointer, value: at(place.value, pointer) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function withoutQuery(reference: string): string {
  return reference.replace(/\?[^#]*/, '');
}
