import type { DeleteMethod, MetadataElement, Properties } from '@isthmus/model';
import type { MetadataCall } from '../metadata-calls.js';

/** An element as effects name it. The GUID is empty until it is made; that of one only previewed means nothing elsewhere. */
export interface EffectElement {
  readonly guid: string;
  readonly typeName: string;
  readonly qualifiedName?: string;
  /** Before the effect. */
  readonly version?: number;
}

export interface ElementContent {
  readonly properties: Properties;
  readonly classifications?: Readonly<Record<string, Properties>>;
  /** Under which it was made: relationship type and the other end. */
  readonly parent?: { readonly relationship: string; readonly guid: string; readonly qualifiedName?: string };
}

/** What a preview has found in the server of what it would change, whatever it has laid over it itself. */
export interface FoundBefore {
  /** Of what is to be deleted all, else that one which is to be written, if it is there. */
  readonly classifications?: Readonly<Record<string, Properties>>;
  /** Between the ends; of what is to be deleted all. Absent: not looked at. */
  readonly links?: readonly FoundLink[];
}

export interface FoundLink {
  readonly guid: string;
  readonly version: number;
  readonly typeName: string;
  readonly end1: string;
  readonly end2: string;
}

/**
 * What one write does to the metadata. `from` absent: it was not there before; `to` absent: it is gone after; where both
 * are told they hold what differs and no more.
 */
export type OperationEffect =
  | {
      readonly of: 'element';
      readonly element: EffectElement;
      readonly from?: ElementContent;
      readonly to?: ElementContent;
      /** Of what is gone. */
      readonly method?: DeleteMethod;
      readonly found?: FoundBefore;
    }
  | {
      readonly of: 'classification';
      readonly element: EffectElement;
      readonly name: string;
      readonly from?: Properties;
      readonly to?: Properties;
      readonly found?: FoundBefore;
    }
  | {
      readonly of: 'relationship';
      readonly guid: string;
      readonly name: string;
      readonly end1: EffectElement;
      readonly end2: EffectElement;
      /** Before the effect, of one that is there. */
      readonly version?: number;
      readonly from?: Properties;
      readonly to?: Properties;
      readonly found?: FoundBefore;
    }
  /** What has no former value that every server tells. `from` is told where it is known. */
  | {
      readonly of: 'effectivity' | 'publication';
      readonly element: EffectElement;
      readonly from?: Properties;
      readonly to: Properties;
    };

/** Asked before a write. @throws ELEMENT_CHANGED: it is not to be made, and the call ends */
export type EffectJudge = (effect: OperationEffect) => Promise<void>;

/** One write that is about to be made. Exactly one of its methods is called. */
export interface ToldWrite {
  /**
   * @param guid - of what was made
   * @param content - what it holds, where the server has more of it than it was told
   */
  done(guid?: string, content?: ElementContent): Promise<void>;
  /** @param isCertain - whether nothing was written, for certain */
  failed(isCertain: boolean): Promise<void>;
}

/** Is told of the writes of one call, in a preview of those that it would make. */
export interface CallWatch {
  /** Before the write. */
  writing(effect: OperationEffect): Promise<ToldWrite>;
  /** In a preview: an element of this name that the run would have made otherwise. */
  planned?(qualifiedName: string): Promise<Pick<MetadataElement, 'typeName' | 'properties'> | undefined>;
  /** The call has ended, well or not. */
  end(): Promise<void>;
}

/** Undefined: nobody wants to know. */
export type CallWatcher = (call: MetadataCall) => CallWatch | undefined;
