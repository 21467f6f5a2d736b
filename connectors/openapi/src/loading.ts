/** What tells cheaply whether a document is another one than before. */
export interface Stamp {
  readonly etag?: string | undefined;
  readonly modified?: string | undefined;
  /** Of the content, or size and times of a file. */
  readonly content: string;
}

/** What came of asking for a document. */
export type Loaded =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly stamp: Stamp }
  /** `isCertain`: its place says that it is gone, so that it is no longer there for sure. */
  | { readonly kind: 'absent'; readonly why: string; readonly isCertain: boolean }
  /** It may be there or not. */
  | { readonly kind: 'unreachable'; readonly why: string; readonly cause?: ProbeFault };

/** For the steps of a probe: at which of them it came to nothing. */
export type ProbeFault = 'resolve' | 'reach' | 'authenticate' | 'authorise' | 'sample';

export interface Loader {
  /** @param known - answer `unchanged` when it is still the same */
  load(uri: string, known: Stamp | undefined, signal: AbortSignal): Promise<Loaded>;
}
