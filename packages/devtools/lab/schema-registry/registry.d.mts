/** Why there can be no registry on this machine; undefined when there can. */
export function whyNoRegistry(): string | undefined;

export interface LabRegistry {
  /** What stands before `/subjects`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Fetches what is missing and starts a registry that holds nothing. */
export function schemaRegistry(): Promise<LabRegistry>;
