import { BrokenDocument, parseText } from './document-text.js';
import { claimsToBeApi, type ReadDocument, readDocument } from './read-document.js';
import type { LoadedDocument } from './references.js';
import { type ToldApi, type ToldThing, toApi, toOperation, toSchema } from './to-catalogue.js';

/** What a thread is asked, one document after the other. */
export type DocumentRequest =
  | {
      readonly type: 'read';
      readonly uri: string;
      readonly names: readonly string[];
      readonly address: string | undefined;
      readonly bytes: Uint8Array;
    }
  /** The answer to `wanted`: all that was asked for. */
  | { readonly type: 'loaded'; readonly documents: readonly LoadedBytes[] }
  | { readonly type: 'next' };

export interface LoadedBytes {
  readonly uri: string;
  /** Otherwise: why it is not there. */
  readonly content: Uint8Array | Extract<LoadedDocument, { readonly kind: 'absent' }>;
}

export type DocumentAnswer =
  | { readonly type: 'wanted'; readonly uris: readonly string[] }
  | { readonly type: 'api'; readonly api: ToldApi; readonly facts: DocumentFacts; readonly isWhole: boolean }
  | { readonly type: 'things'; readonly things: readonly ToldThing[]; readonly isLast: boolean }
  /** It was read, and is no API's document at all. */
  | { readonly type: 'other' }
  | { readonly type: 'broken'; readonly why: string };

export type DocumentFacts = Pick<ReadDocument, 'faults' | 'faultCount' | 'cut'> & {
  readonly operations: number;
  readonly schemas: number;
};

/** Documents that lead to others, which lead to others. */
const mostRounds = 50;
const mostDocuments = 2_000;
/** Of one answer, so that taking it over does not hold up whoever asked. */
const mostInPage = 25;
const mostCharactersInPage = 40_000;

/** Reads one document at a time; has no way to files or networks itself. */
export class DocumentWork {
  #reading: Reading | undefined;
  #things: Iterator<ToldThing> | undefined;

  answer(request: DocumentRequest): DocumentAnswer {
    try {
      return this.#answer(request);
    } catch (error) {
      this.#reading = undefined;
      this.#things = undefined;
      if (error instanceof BrokenDocument) return { type: 'broken', why: error.message };
      // what is nested without end
      if (error instanceof RangeError) return { type: 'broken', why: 'it is nested too deeply' };
      throw error;
    }
  }

  #answer(request: DocumentRequest): DocumentAnswer {
    if (request.type === 'next') return this.#page();
    if (request.type === 'read') {
      const { uri, names, address } = request;
      const value = parseText(request.bytes);
      if (value === null || value === undefined) return { type: 'broken', why: 'it is empty' };
      if (!claimsToBeApi(value)) return { type: 'other' };
      this.#reading = { uri, names, address, value, documents: new Map(), rounds: 0 };
    } else {
      for (const { uri, content } of request.documents) this.#reading?.documents.set(uri, loaded(content));
    }
    return this.#reading === undefined ? { type: 'broken', why: 'it was not begun' } : this.#proceed(this.#reading);
  }

  #proceed(reading: Reading): DocumentAnswer {
    const read = readDocument(reading.uri, reading.value, reading.documents);
    if (read.wanted.length > 0) {
      reading.rounds += 1;
      if (reading.rounds > mostRounds || reading.documents.size + read.wanted.length > mostDocuments)
        throw new BrokenDocument('its references lead to too many other documents');
      return { type: 'wanted', uris: read.wanted };
    }
    if (read.strangers.length > 0) {
      for (const uri of read.strangers) reading.documents.set(uri, stranger);
      return this.#proceed(reading);
    }
    const { model, faults, faultCount, cut } = read;
    this.#reading = undefined;
    this.#things = thingsOf(reading.names, model);
    return {
      type: 'api',
      api: toApi(reading.names, model, reading.address),
      isWhole: [...reading.documents.values()].every((part) => part.kind === 'value' || part.isCertain),
      facts: { faults, faultCount, cut, operations: model.operations.length, schemas: model.schemas.length },
    };
  }

  #page(): DocumentAnswer {
    const things: ToldThing[] = [];
    let characters = 0;
    while (things.length < mostInPage && characters < mostCharactersInPage) {
      const next = this.#things?.next();
      if (next === undefined || next.done === true) {
        this.#things = undefined;
        return { type: 'things', things, isLast: true };
      }
      characters += JSON.stringify(next.value).length;
      things.push(next.value);
    }
    return { type: 'things', things, isLast: false };
  }
}

interface Reading {
  readonly uri: string;
  readonly names: readonly string[];
  readonly address: string | undefined;
  readonly value: unknown;
  readonly documents: Map<string, LoadedDocument>;
  rounds: number;
}

/** Schemas first: operations refer to them. */
function* thingsOf(names: readonly string[], { schemas, operations }: ReadDocument['model']): Generator<ToldThing> {
  for (const schema of schemas) yield toSchema(names, schema);
  for (const operation of operations) yield toOperation(names, operation);
}

/** What answers in place of a document says nothing of what was in that. */
const stranger: LoadedDocument = {
  kind: 'absent',
  why: 'it holds nothing of what is referred to in it',
  isCertain: false,
};

/** What is cut, empty or no object says as little of what was in it as one that is away. */
function loaded(content: LoadedBytes['content']): LoadedDocument {
  if (!(content instanceof Uint8Array)) return content;
  const broken = (why: string): LoadedDocument => ({ kind: 'absent', why, isCertain: false });
  try {
    const value = parseText(content);
    if (value === null || value === undefined) return broken('it is empty');
    return typeof value === 'string' ? broken('it is mere text') : { kind: 'value', value };
  } catch (error) {
    if (error instanceof BrokenDocument) return broken(error.message);
    throw error;
  }
}
