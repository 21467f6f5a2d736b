import type { DeleteMethod, PermittedSynchronization, Properties } from '@isthmus/model';

/** One third-party thing that a connector is bound to beside its own connection; it may have up to 1,000. */
export interface CatalogTarget<C = unknown> {
  /** Stable name, unique among the targets of the connector: what it is told, remembered and shown by. */
  readonly name: string;
  /** The element that was made a target. */
  readonly element: {
    readonly guid: string;
    readonly typeName: string;
    readonly qualifiedName?: string;
    readonly displayName?: string;
    readonly properties: Properties;
  };
  /** The connector's configuration with that of the target's connection and of the target laid over it. */
  readonly configuration: C;
  /** Middle part of the qualified names of what is found there. */
  readonly source: string;
  readonly permittedSynchronization: PermittedSynchronization;
  /** Type name -> GUID of the template that such elements are to be made from. */
  readonly templates: Readonly<Record<string, string>>;
  readonly deleteMethod?: DeleteMethod;
}

/** What became of the targets since the connector was told last; the first time all are added. */
export interface TargetChanges<C = unknown> {
  readonly added: readonly CatalogTarget<C>[];
  readonly changed: readonly CatalogTarget<C>[];
  /** Names. What was found there stays. */
  readonly removed: readonly string[];
}
